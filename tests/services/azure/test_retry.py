"""What is tried again, how often and after how long: the whole table, row by row, without waiting."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from services.azure.retry import POLICIES, Caller, Deadline, Policy, RetryBudget, Wait, insist
from services.errors import (
    BadReply,
    Busy,
    Filtered,
    HungUp,
    Invalid,
    OutcomeUnknown,
    Refused,
    ServiceError,
    Unreachable,
    Untrusted,
)

NOW = 1_000.0
PAID = [POLICIES.completion, POLICIES.submit, POLICIES.generation]


@dataclass
class Patient(Caller):
    """Waits as often as it is told, in no time, and remembers for what."""

    times: int = 99
    waits: list[Wait] = field(default_factory=list)

    def pause(self, wait: Wait) -> bool:
        self.waits.append(wait)
        return len(self.waits) <= self.times


def tries(policy: Policy, *errors: ServiceError, caller: Caller | None = None, jitter: float = 0.5) -> int:
    """How often a call is made that fails so often; the rest succeeds. Raises what it raises."""
    left, made = list(errors), 0

    def work() -> None:
        nonlocal made
        made += 1
        if left:
            raise left.pop(0)

    try:
        insist(work, policy, RetryBudget(), caller or Patient(), jitter=lambda: jitter, clock=lambda: NOW)
    except ServiceError as error:
        assert error in errors
    return made


@pytest.mark.parametrize(
    ("name", "deadline", "attempts"),
    [
        ("completion", Deadline(first_byte=60, idle=30, total=300), 3),
        ("submit", Deadline(first_byte=30, idle=30, total=30), 3),
        ("generation", Deadline(first_byte=180, idle=60, total=300), 3),
        ("poll", Deadline(first_byte=20, idle=20, total=30), 1),
        ("picture", Deadline(first_byte=20, idle=20, total=60), 4),
    ],
)
def test_the_patience_of_each_kind(name: str, deadline: Deadline, attempts: int) -> None:
    policy = getattr(POLICIES, name)
    assert (policy.deadline, policy.attempts) == (deadline, attempts)
    assert tries(policy, *[Busy("Busy.", status=503)] * 99) == attempts


@pytest.mark.parametrize("policy", PAID)
@pytest.mark.parametrize(
    ("error", "again"),
    [
        (Busy("Limit.", status=429), True),
        (Busy("Overloaded.", status=503), True),
        (Unreachable("No connection."), True),
        (Untrusted("A stranger."), False),
        (Unreachable("Broke off.", status=200), False),
        (OutcomeUnknown("Lost."), False),
        (OutcomeUnknown("Lost in the middle.", status=200), False),
        (BadReply("Nonsense.", status=200), False),
        (BadReply("Elsewhere.", status=307), False),
        (HungUp("Ended here."), False),
        (Invalid("Never sent."), False),
        (Filtered("Blocked.", report=None, status=400), False),
        *((Busy("Failing.", status=status), False) for status in (408, 500, 502, 504, 529, None)),
        *((Refused("No.", status=status), False) for status in (400, 401, 403, 404, 409, 410, 413, 422, 503)),
    ],
    ids=lambda value: f"{type(value).__name__}-{value.status}" if isinstance(value, ServiceError) else "",
)
def test_what_costs_money_is_tried_again_only_where_it_was_not_accepted(
    policy: Policy, error: ServiceError, again: bool
) -> None:
    assert tries(policy, error) == (2 if again else 1)


@pytest.mark.parametrize(
    ("error", "again"),
    [
        *((Busy("Failing.", status=status), True) for status in (408, 429, 500, 502, 503, 504)),
        (Unreachable("No connection."), True),
        (Unreachable("Broke off.", status=200), True),
        (Untrusted("A stranger."), False),
        (Refused("Gone.", status=404), False),
        (Refused("Expired.", status=403), False),
        (BadReply("Too large."), False),
        (HungUp("Ended here."), False),
    ],
)
def test_a_download_costs_nothing_and_is_tried_again_whenever_it_broke(
    error: ServiceError, again: bool
) -> None:
    assert tries(POLICIES.picture, error) == (2 if again else 1)


@pytest.mark.parametrize(
    ("asked", "waited"),
    [(0, 0), (0.5, 0.5), (1, 1), (30, 30), (30.001, None), (86_400, None), (9_999_999, None)],
)
def test_a_service_that_names_a_time_is_believed_up_to_30_seconds(asked: float, waited: float | None) -> None:
    caller = Patient()
    made = tries(POLICIES.completion, Busy("Limit.", status=429, retry_after=asked), caller=caller)
    assert [wait.until - NOW for wait in caller.waits] == ([] if waited is None else [waited])
    assert made == (1 if waited is None else 2)


@pytest.mark.parametrize("jitter", [0, 0.5, 1])
def test_without_a_time_the_pause_is_anything_up_to_a_doubling_bound(jitter: float) -> None:
    caller = Patient()
    policy = Policy(deadline=POLICIES.submit.deadline, attempts=8)
    tries(policy, *[Busy("Busy.", status=503)] * 8, caller=caller, jitter=jitter)
    bounds = [0.5, 1, 2, 4, 8, 8, 8]
    assert [wait.until - NOW for wait in caller.waits] == [bound * jitter for bound in bounds]


def test_the_caller_is_told_what_it_waits_for() -> None:
    caller = Patient()
    tries(POLICIES.completion, *[Busy("Limit.", status=429, retry_after=2)] * 2, caller=caller)
    assert caller.waits == [Wait(NOW + 2, 2, "Limit.", 3), Wait(NOW + 2, 3, "Limit.", 3)]


@pytest.mark.parametrize("times", [0, 1])
def test_a_caller_that_will_not_wait_gets_the_error(times: int) -> None:
    caller = Patient(times)
    assert tries(POLICIES.completion, *[Busy("Limit.", status=429)] * 9, caller=caller) == times + 1


def test_nobody_in_particular_does_not_wait() -> None:
    assert tries(POLICIES.completion, Busy("Limit.", status=429), caller=Caller()) == 1


def spend(budget: RetryBudget, make: Callable[[], ServiceError], times: int) -> ServiceError | None:
    """Fails that often, with one further try each; the last error."""
    last: ServiceError | None = None
    policy = Policy(deadline=POLICIES.submit.deadline, attempts=2)
    for _ in range(times):

        def work() -> None:
            raise make()

        try:
            insist(work, policy, budget, Patient())
        except ServiceError as error:
            last = error
    return last


@pytest.mark.parametrize(
    ("make", "affordable"),
    [(lambda: Busy("Limit.", status=429, code="429"), 20), (lambda: Unreachable("No connection."), 10)],
)
def test_a_connection_pays_for_its_tries_until_nothing_is_left(
    make: Callable[[], ServiceError], affordable: int
) -> None:
    budget = RetryBudget()
    assert str(spend(budget, make, affordable)) == str(make())
    assert not budget.spend(make())
    last = spend(budget, make, 1)
    assert type(last) is type(make()) and vars(last) == vars(make())
    if isinstance(last, Busy):
        assert "none is tried again by itself" in str(last)


def test_a_success_gives_one_token_back_and_never_more_than_there_were() -> None:
    budget = RetryBudget()
    insist(lambda: None, POLICIES.poll, budget, Patient())
    spend(budget, lambda: Busy("Limit.", status=429), 20)
    for _ in range(4):
        insist(lambda: None, POLICIES.poll, budget, Patient())
    assert not budget.spend(Busy("Limit.", status=429))
    insist(lambda: None, POLICIES.poll, budget, Patient())
    assert budget.spend(Busy("Limit.", status=429))
