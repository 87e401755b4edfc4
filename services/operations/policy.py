"""When to poll again, and when to stop: the rules, free of everything they are applied to."""

import random

from services.errors import Filtered, Refused, ServiceError, Unreachable

WATCH_S = 600.0
POLL_FAILURES = 5
MISSING_POLLS = 3


def poll_delay(elapsed_s: float, retry_after_s: float | None) -> float:
    """Seconds to the next poll: what the service asks (0.25–30), else a tenth of the time so far."""
    if retry_after_s is not None:
        return min(max(retry_after_s, 0.25), 30.0)
    jitter = random.uniform(0.9, 1.1)  # noqa: S311 (spreads polls, protects nothing)
    return min(max(elapsed_s / 10, 0.25), 10.0) * jitter


def not_accepted(error: ServiceError) -> bool:
    """Whether a submit that failed so has certainly started nothing; others may hide one that has."""
    if isinstance(error, Unreachable):
        return error.status is None  # with a status, an answer had begun
    redirected = error.status in range(300, 400)
    return isinstance(error, Refused | Filtered) or redirected or error.status in (429, 503)


def gives_up(failures: list[ServiceError]) -> bool:
    """Whether polls that failed in a row are enough: one refusal, three times not found, five of the rest."""
    last = failures[-1]
    if isinstance(last, Refused | Filtered) and last.status != 404:
        return True
    missing = sum(failure.status == 404 for failure in failures)
    return missing >= MISSING_POLLS or len(failures) >= POLL_FAILURES
