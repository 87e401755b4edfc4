"""What the headers of an answer tell."""

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from services.azure.redaction import WORD_SHOWN, word

_IDS = ("apim-request-id", "x-ms-request-id", "x-request-id")


def request_id(headers: Mapping[str, str]) -> str | None:
    """The id under which the service knows a request, whichever of its spellings it used."""
    return next((word(headers[name]) for name in _IDS if headers.get(name)), None)


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers worth showing to a person: an allow-list, so that nothing else ever gets out."""
    wanted = (*_IDS, "x-ms-region")
    return {
        name: value[:WORD_SHOWN]
        for name, value in headers.items()
        if name in wanted or name.startswith("x-ratelimit-")
    }


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the service asks to wait, from `retry-after-ms` or `retry-after` (seconds or HTTP date)."""
    with contextlib.suppress(ValueError):
        if (wait := _sane(float(headers.get("retry-after-ms", "")) / 1000)) is not None:
            return wait
    value = headers.get("retry-after", "")
    with contextlib.suppress(ValueError):
        return _sane(float(value))
    with contextlib.suppress(ValueError, OverflowError):
        when = parsedate_to_datetime(value)
        return _sane((when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    return None


def _sane(seconds: float) -> float | None:
    return max(0.0, seconds) if seconds < 10_000_000 else None
