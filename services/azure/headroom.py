"""What a service said is left of a deployment's limits.

Header names: learn.microsoft.com "Manage Azure OpenAI quota". Their values have been seen as -1, for unknown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Headroom:
    """at: when it was said, in Unix seconds. Requests and tokens: what is left, and of how many a minute."""

    at: float
    requests: int | None = None
    requests_limit: int | None = None
    tokens: int | None = None
    tokens_limit: int | None = None

    @property
    def words(self) -> str:
        """What is left, such as “59 of 60 requests, 119,000 tokens”."""
        return ", ".join(
            f"{remaining:,}{f' of {limit:,}' if limit is not None else ''} {what}"
            for remaining, limit, what in (
                (self.requests, self.requests_limit, "requests"),
                (self.tokens, self.tokens_limit, "tokens"),
            )
            if remaining is not None
        )


def headroom(headers: Mapping[str, str], at: float) -> Headroom | None:
    """What an answer's headers say; None where they say nothing."""

    def whole(name: str) -> int | None:
        value = headers.get(f"x-ratelimit-{name}", "")
        return int(value) if re.fullmatch(r"[0-9]{1,15}", value) else None

    found = Headroom(
        at,
        whole("remaining-requests"),
        whole("limit-requests"),
        whole("remaining-tokens"),
        whole("limit-tokens"),
    )
    return None if found.requests is None and found.tokens is None else found
