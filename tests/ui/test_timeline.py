"""Where an operation stands: one line, the bar of its phases, and the text for support."""

import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services import CLEAN, ImageRequest, OperationView, Poll, ServiceError
from services.store import FINISHED, UNFINISHED
from tests.pages.browsing import read
from ui import phases, timeline


def view(state: str, status: str | None = None, **more: Any) -> OperationView:
    polls = (Poll(time.time(), 1.0, 200, status, None, "id"),) if status is not None else ()
    usual: dict[str, Any] = {
        "id": "op",
        "state": state,
        "request": ImageRequest(prompt="x"),
        "slots": (),
        "polls": polls,
        "created_at": time.time(),
        "next_poll_at": None,
        "queue_position": 0,
        "expires_at": None,
        "filter": CLEAN,
        "error": None,
    }
    return OperationView(**{**usual, **more})


@pytest.mark.parametrize(
    ("state", "status", "line"),
    [
        ("queued", None, "Waiting for its turn"),
        ("submitting", None, "Sending the request"),
        ("submitting", "old", "Sending the request"),
        ("polling", None, "In the service's hands"),
        ("polling", "notRunning", "In the service's hands · status “notRunning”"),
        ("saving", "Succeeded", "Saving the pictures · status “Succeeded”"),
        ("succeeded", "SUCCEEDED", "Done · status “SUCCEEDED”"),
        ("failed", "failed", "Failed · status “failed”"),
        ("failed", None, "Failed"),
        ("canceled", None, "Canceled"),
        ("unknown", "running", "Outcome unknown"),
    ],
)
def test_each_state_has_its_words_and_the_service_s_own(state: str, status: str | None, line: str) -> None:
    assert read(timeline.headline(view(state, status))) == line


@pytest.mark.parametrize("state", [*UNFINISHED, *FINISHED])
def test_no_state_is_without_words(state: str) -> None:
    assert timeline.headline(view(state))


def test_the_queue_says_how_many_come_before() -> None:
    assert timeline.headline(view("queued", queue_position=3)) == "Waiting for its turn (3 before it)"


@pytest.mark.parametrize(
    ("state", "seconds", "told"), [("polling", 20.2, True), ("polling", -5.0, False), ("saving", 20.0, False)]
)
def test_only_a_poll_that_is_to_come_is_counted_down(state: str, seconds: float, told: bool) -> None:
    line = timeline.headline(view(state, "running", next_poll_at=time.time() + seconds))
    assert line.endswith(" · next look in 20 s") == told


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("queued", "Waiting for its turn"),
        ("submitting", "The service is making the pictures"),
        ("saving", "Saving the pictures"),
        ("succeeded", "Done"),
        ("failed", "Failed"),
        ("unknown", "Outcome unknown"),
    ],
)
@pytest.mark.parametrize("status", [None, ""])
def test_pictures_that_are_waited_for_have_no_status_word(state: str, status: str | None, line: str) -> None:
    request = ImageRequest(prompt="x", deployment="draw")
    assert timeline.headline(view(state, status, request=request)) == line


def test_a_status_word_is_text() -> None:
    line = timeline.headline(view("polling", "**x** <b> | $y$"))
    assert line.endswith(r"“\*\*x\*\* \<b\> \| \$y\$”")


@pytest.mark.parametrize(
    ("state", "status", "reached"),
    [
        ("queued", None, ("queued", "now")),
        ("canceled", None, ("queued", "ended")),
        ("submitting", None, ("submitted", "now")),
        ("polling", None, ("running", "now")),
        ("polling", "notRunning", ("submitted", "now")),
        ("polling", "NotStarted", ("submitted", "now")),
        ("polling", "running", ("running", "now")),
        ("saving", "succeeded", ("saving", "now")),
        ("succeeded", "succeeded", ("done", "done")),
        ("failed", None, ("submitted", "ended")),
        ("failed", "failed", ("running", "ended")),
        ("unknown", "running", ("running", "ended")),
    ],
)
def test_the_bar_says_how_far_it_came(state: str, status: str | None, reached: tuple[str, str]) -> None:
    phase, became = phases.standing(view(state, status))
    assert (phases.PHASES[phase], became) == reached


def test_what_was_never_accepted_did_not_run() -> None:
    refused = Poll(time.time(), 1.0, 401, "401", None, None)
    silence = Poll(time.time(), 1.0, None, "", None, None)
    assert phases.standing(view("failed", polls=(refused,))) == (1, "ended")
    assert phases.standing(view("unknown", polls=(silence, refused))) == (1, "ended")


def test_a_deployment_is_running_while_its_answer_is_waited_for() -> None:
    phase, _ = phases.standing(view("submitting", request=ImageRequest(prompt="x", deployment="draw")))
    assert phases.PHASES[phase] == "running"


@pytest.mark.parametrize(
    ("count", "words"),
    [(8, []), (9, ["1 earlier answer is kept, too."]), (10, ["2 earlier answers are kept, too."])],
)
def test_earlier_answers_are_counted(count: int, words: list[str]) -> None:
    def script(count: int) -> None:
        from tests.ui.test_timeline import view
        from ui import timeline

        (poll,) = view("polling", "running").polls
        timeline._latest(view("polling", polls=(poll,) * count))

    at = AppTest.from_function(script, kwargs={"count": count}).run()
    assert [node.value for node in at.caption] == words


def test_the_text_for_support_has_every_answer_and_the_error_and_never_the_prompt() -> None:
    poll = Poll(1_700_000_000.0, 1.25, 200, "running", 2.0, "poll-7")
    failed = view(
        "failed",
        request=ImageRequest(prompt="my secret plan", deployment="draw", api_version="2024-10-21", n=2),
        polls=(poll, Poll(1_700_000_002.0, 3.25, None, "", None, None)),
        created_at=1_700_000_000.0,
        error=ServiceError("It failed.", code="X1", status=500),
    )
    assert timeline.support(failed).split("\n") == [
        "Operation: op",
        "Route: deployment draw, api-version 2024-10-21",
        "Asked: 2 × 1024x1024",
        "At: 2023-11-14 22:13:20 UTC",
        "State: failed",
        "Error: It failed. Code: X1. Status: 500.",
        "",
        "22:13:20 · 1.2 s · 200 · running · 2 s · poll-7",
        "22:13:22 · 3.2 s · no answer · – · – · –",
    ]
