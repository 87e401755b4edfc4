"""How patiently each kind of call is made, and what is tried again: one table, and the loop that obeys it.

A request that may cost money is tried again only where it certainly was not accepted: the service was too
busy (429, 503), or no connection was made. A lost answer is never asked for again by itself.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from services.errors import Busy, ServiceError, Unreachable, Untrusted

LONGEST_WAIT_S = 30.0  # a service that asks for more is not waited for
THROTTLED = frozenset({429, 503})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long an exchange may take, in seconds: to the answer's head, between two bytes of it, in all."""

    first_byte: float
    idle: float
    total: float


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause before another try. until: Unix seconds. attempt: the coming try's number, `of` so many."""

    until: float
    attempt: int
    reason: str
    of: int = 3


class Caller:
    """Whoever waits for a call. This one cannot be called away, and does not wait for another try."""

    def on_open(self, wake: Callable[[], None]) -> None:
        """Takes a function that ends the exchange from another thread, wherever it is blocked."""

    def pause(self, wait: Wait) -> bool:  # noqa: ARG002
        """Waits until another try is due; False where none is wanted."""
        return False

    def told(self, notice: str) -> None:
        """Takes a sentence about how the call went that is no error."""


ALONE = Caller()


class RetryBudget:
    """What one connection may spend on further tries, so that it never adds to its service's trouble.

    A try after a busy answer costs 5 of 100 tokens, one after a lost connection 10; a success gives one back.
    """

    FULL = 100

    def __init__(self) -> None:
        self._tokens = self.FULL
        self._lock = threading.Lock()

    def spend(self, error: ServiceError) -> bool:
        """Pays for one more try; False where too little is left."""
        cost = 5 if isinstance(error, Busy) else 10
        with self._lock:
            if self._tokens < cost:
                return False
            self._tokens -= cost
            return True

    def succeeded(self) -> None:
        """Gives a token back."""
        with self._lock:
            self._tokens = min(self.FULL, self._tokens + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One kind of call. attempts: tries in all. statuses: answers after which it is tried again.

    lost: whether it is tried again although it was sent, which is for calls that cost nothing.
    """

    deadline: Deadline
    attempts: int = 3
    statuses: frozenset[int] = THROTTLED
    lost: bool = False

    def delay(self, error: ServiceError, attempt: int, jitter: Callable[[], float]) -> float | None:
        """Seconds to wait after that failed try; None where it is not tried again.

        What the service asks for, else full jitter: anything up to 0.5 s, doubled with each try, at most 8 s.
        jitter: a number from 0 to 1.
        """
        if attempt >= self.attempts or not self._again(error):
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= LONGEST_WAIT_S else None
        return jitter() * min(8.0, 0.5 * 2.0 ** (attempt - 1))

    def _again(self, error: ServiceError) -> bool:
        if isinstance(error, Untrusted):
            return False
        if isinstance(error, Unreachable):
            return error.status is None or self.lost
        return isinstance(error, Busy) and error.status in self.statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The policy of every kind of call. A poll is one look: whoever polls looks again anyway."""

    completion: Policy = Policy(deadline=Deadline(first_byte=60, idle=30, total=300))
    submit: Policy = Policy(deadline=Deadline(first_byte=30, idle=30, total=30))
    generation: Policy = Policy(deadline=Deadline(first_byte=180, idle=60, total=300))
    poll: Policy = Policy(deadline=Deadline(first_byte=20, idle=20, total=30), attempts=1)
    picture: Policy = Policy(
        deadline=Deadline(first_byte=20, idle=20, total=60),
        attempts=4,
        statuses=frozenset({408, 429, 500, 502, 503, 504}),
        lost=True,
    )


POLICIES = Policies()


def insist(
    work: Callable[[], T],
    policy: Policy,
    budget: RetryBudget,
    caller: Caller,
    *,
    jitter: Callable[[], float] = random.random,
    clock: Callable[[], float] = time.time,
) -> T:
    """Does the work, again where the policy says so, as long as the caller waits and the budget lasts."""
    attempt = 1
    while True:
        try:
            result = work()
        except ServiceError as error:
            delay = policy.delay(error, attempt, jitter)
            if delay is None:
                raise
            if not budget.spend(error):
                raise _exhausted(error) from None
            attempt += 1
            if not caller.pause(Wait(clock() + delay, attempt, str(error), policy.attempts)):
                raise
        else:
            budget.succeeded()
            return result


def _exhausted(error: ServiceError) -> ServiceError:
    if not isinstance(error, Busy):
        return error
    return Busy(
        "The service is busy, and so many calls have failed lately that none is tried again by itself.",
        **vars(error),
    )
