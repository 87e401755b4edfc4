"""One line on where an operation stands."""

import time
from typing import Any

import pytest

from services import CLEAN, ImageRequest, OperationView, Poll
from services.store import FINISHED, UNFINISHED
from tests.pages.browsing import read
from ui import timeline


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


@pytest.mark.parametrize("state", UNFINISHED)
def test_every_state_that_is_shown_live_has_a_place_on_the_bar(state: str) -> None:
    assert state in timeline.PHASES


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
