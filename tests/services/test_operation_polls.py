"""One image operation being asked about: patiently, to the first end state or to the deadline."""

from typing import Any

import pytest

from services.azure.headers import retry_after
from services.errors import BadReply, Busy, Filtered, OutcomeUnknown, Refused, ServiceError, Unreachable
from services.operations.policy import gives_up, not_accepted, poll_delay
from tests.azure_bodies import (
    error,
    failed,
    operation,
    succeeded,
)
from tests.azure_reply import Received, Reply
from tests.services.bench import OURS, Bench
from tests.upstream import Upstream


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (operation("Failed"), "The image operation failed."),
        (operation("CANCELLED"), "The image operation ended as “CANCELLED”."),
        (operation("canceled"), "The image operation ended as “canceled”."),
        (operation("deleted"), "The image operation ended as “deleted”."),
        (failed("internal"), "The image operation failed."),
        (failed(), "The content filter blocked this prompt. No picture was made."),
        (operation("succeeded"), "The service finished without an image."),
        (operation("succeeded", result=None), "The service finished without an image."),
        (succeeded(), "The service finished without an image."),
    ],
)
def test_an_end_state_ends_it(bench: Bench, azure: Upstream, body: Any, sentence: str) -> None:
    azure.enqueue("poll", body)
    row = bench.work()
    assert (row["state"], row["error"]["message"], row["next_poll_at"]) == ("failed", sentence, None)
    assert row["error"]["advice"] and len(azure.received("poll")) == 1
    assert row["polls"][-1]["status"] == body["status"]
    assert row["service_id"] == OURS


@pytest.mark.parametrize("status", ["weird", "notRunning", "inProgress", "queued", 5, ""])
def test_any_other_status_is_waited_for_until_the_deadline(
    bench: Bench, azure: Upstream, status: Any
) -> None:
    def later(request: Received) -> Reply:
        bench.now += 400
        return Reply(200, operation(status), {"retry-after": "0"})

    azure.enqueue("poll", later, later)
    row = bench.work()
    assert (row["state"], row["error"]["kind"]) == ("unknown", "OutcomeUnknown")
    assert "within 10 minutes" in row["error"]["message"]
    assert [poll["status"] for poll in row["polls"][1:]] == [str(status)] * 2


def test_an_answer_without_a_status_is_a_failed_poll(bench: Bench, azure: Upstream) -> None:
    azure.enqueue("poll", *[Reply(200, {"id": OURS}, {"retry-after": "0"})] * 5)
    row = bench.work()
    assert (row["state"], len(azure.received("poll"))) == ("unknown", 5)
    assert row["error"]["message"] == "The service answered without a status."


def test_a_poll_that_needs_the_other_key_says_so(bench: Bench, azure: Upstream) -> None:
    azure.enqueue("poll", error("wrong_key"))
    row = bench.work()
    assert (row["state"], row["notice"]) == ("succeeded", "Key 1 was refused, using key 2.")


def test_polls_may_fail_for_a_while(bench: Bench, azure: Upstream) -> None:
    wait = {"retry-after": "0"}
    azure.enqueue("poll", error("server_error", headers=wait), Reply(reset=True), Reply(200, "<html>", wait))
    azure.enqueue("poll", error("timeout", headers=wait))
    row = bench.work()
    assert row["state"] == "succeeded"
    assert [poll["http_status"] for poll in row["polls"]] == [202, 500, None, None, 408, 200]


def test_an_operation_that_is_gone_is_unknown_after_three_polls(bench: Bench, azure: Upstream) -> None:
    azure.enqueue("poll", *[error("not_found", headers={"retry-after": "0"})] * 4)
    row = bench.work()
    assert (row["state"], len(azure.received("poll")), row["service_id"]) == ("unknown", 3, OURS)


def test_a_refused_poll_is_unknown_at_once(bench: Bench, azure: Upstream) -> None:
    azure.enqueue("poll", error("firewall"))
    row = bench.work()
    assert (row["state"], len(azure.received("poll"))) == ("unknown", 1)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Unreachable("never connected"), True),
        (Unreachable("broke off", status=202), False),
        (OutcomeUnknown("x"), False),
        (BadReply("x"), False),
        (BadReply("x", status=307), True),
        (Refused("x", status=400), True),
        (Filtered("x", report=None, status=400), True),
        (Busy("x", status=429), True),
        (Busy("x", status=503), True),
        (Busy("x", status=500), False),
        (Busy("x", status=408), False),
    ],
)
def test_which_submits_have_certainly_started_nothing(error: ServiceError, expected: bool) -> None:
    assert not_accepted(error) is expected


BUSY, LOST = Busy("x", status=500), Unreachable("x")
MISSING, NO = Refused("x", status=404), Refused("x", status=403)


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ([BUSY], False),
        ([BUSY, LOST, BUSY, LOST], False),
        ([BUSY] * 5, True),
        ([BUSY, BUSY, MISSING], False),
        ([MISSING, MISSING], False),
        ([MISSING] * 3, True),
        ([NO], True),
        ([Refused("x", status=410)], True),
        ([BUSY, Filtered("x", report=None, status=403)], True),
        ([Busy("x", status=408), BadReply("x")], False),
    ],
)
def test_how_many_failed_polls_are_enough(failures: list[ServiceError], expected: bool) -> None:
    assert gives_up(failures) is expected


@pytest.mark.parametrize(
    ("elapsed", "asked", "low", "high"),
    [
        (0, 0, 0.25, 0.25),
        (0, 0.5, 0.5, 0.5),
        (0, 86_400, 30, 30),
        (500, 7, 7, 7),
        (0, None, 0.225, 0.275),
        (40, None, 3.6, 4.4),
        (500, None, 9, 11),
    ],
)
def test_the_next_poll_comes_when_asked_or_after_a_tenth(
    elapsed: float, asked: float | None, low: float, high: float
) -> None:
    assert all(low <= poll_delay(elapsed, asked) <= high for _ in range(50))


@pytest.mark.parametrize("name", ["retry-after", "retry-after-ms"])
@pytest.mark.parametrize(
    "value",
    ["0", "0.5", "-1", "inf", "nan", "1e309", "", "86400", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"]
    + ["Wed, 21 Oct 2099 07:28:00 GMT", "9" * 400],
)
def test_whatever_the_service_asks_the_next_poll_comes_within_half_a_minute(name: str, value: str) -> None:
    assert 0.2 <= poll_delay(0, retry_after({name: value})) <= 30


@pytest.mark.parametrize("jump", [86_400.0, -86_400.0])
def test_a_clock_that_is_set_anew_ends_nothing(bench: Bench, azure: Upstream, jump: float) -> None:
    def poll(request: Received) -> Reply:
        bench.skew += jump
        return Reply(200, operation("running"), {"retry-after": "0"})

    azure.enqueue("poll", poll)
    row = bench.work()
    assert row["state"] == "succeeded"
    assert all(poll["elapsed_s"] >= 0 for poll in row["polls"])


@pytest.mark.parametrize("expires", [0, -5, "soon", 1_700_000_000_000, True, None, 21])
def test_when_the_service_says_a_link_ends_is_a_hint_only(
    bench: Bench, azure: Upstream, expires: Any
) -> None:
    body = succeeded(f"{azure.url}/pictures/0.png") | {"created": expires}
    azure.enqueue("poll", body | {"expires": expires})
    assert (bench.work()["state"], len(bench.row["slots"])) == ("succeeded", 1)
