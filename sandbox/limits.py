"""Rate limits, counted and told in headers the way the service does it.

Header names: learn.microsoft.com "Manage Azure OpenAI quota". Tokens are counted before the answer: the
prompt's, and all that the answers may have.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.wire import WireError

WINDOW = 60.0  # seconds
REQUESTS = 3_000
TOKENS = 1_000_000


@dataclass(slots=True)
class _Window:
    ends: float
    requests: int = REQUESTS
    tokens: int = TOKENS


class Limits:
    """What is left of each deployment's minute; `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def spend(self, deployment: str, tokens: int = 0) -> dict[str, str]:
        """Takes one request and so many tokens; returns the headers to send, or raises the service's 429."""
        now = self._clock()
        window = self._windows.get(deployment)
        if window is None or window.ends <= now:
            window = self._windows[deployment] = _Window(now + WINDOW)
        reset = max(1, round(window.ends - now))
        if not window.requests or window.tokens < tokens:
            limit = "token rate limit" if window.requests else "call rate limit"
            raise WireError(
                429,
                "429",
                f"Requests to the {deployment} deployment have exceeded the {limit} of the sandbox. "
                f"Please retry after {reset} seconds.",
                headers={"retry-after": str(reset)},
            )
        window.requests -= 1
        window.tokens -= tokens
        left = {"requests": (REQUESTS, window.requests), "tokens": (TOKENS, window.tokens)}
        headers: dict[str, str] = {}
        for name, (most, remaining) in left.items():
            headers |= {
                f"x-ratelimit-limit-{name}": str(most),
                f"x-ratelimit-remaining-{name}": str(remaining),
                f"x-ratelimit-reset-{name}": str(reset),
            }
        return headers
