"""Whatever comes in place of HTTP, at every stage of the work: it is said, and never paid twice."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services import RunState
from services.azure.retry import POLICIES, Deadline, Policies
from tests.azure_reply import Reply
from tests.faults.conftest import DRAW_AT_ONCE, Playground
from tests.faults.framing import BROKEN, SILENT

KINDS = ("completion", "submit", "generation", "poll", "picture")
SOON = Deadline(first_byte=1.5, idle=1.5, total=2)
IMPATIENT = Policies(**{kind: replace(getattr(POLICIES, kind), deadline=SOON) for kind in KINDS})

SOME = ("reset", "closed", "half a header", "status is a word", "header without end", "two lengths")
SOME += ("short body", "no last chunk", "chunk size is negative", "half of a gzip")
broken = pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN)
silent = pytest.mark.parametrize("reply", SILENT.values(), ids=SILENT)
impatient = pytest.mark.parametrize("playground", [IMPATIENT], indirect=True, ids=[""])


def check_completion(playground: Playground, reply: Reply) -> None:
    playground.azure.enqueue("completions", reply)
    run = playground.complete()
    assert run.state is RunState.FAILED
    assert run.error is not None
    assert type(run.error).__name__ in ("OutcomeUnknown", "BadReply")
    assert str(run.error).endswith(".") and run.error.advice
    assert len(playground.azure.received("completions")) == 1


def check_submit(playground: Playground, reply: Reply) -> None:
    """The service is asked whether it took the request; it did not."""
    playground.azure.enqueue("submit", reply)
    view = playground.draw()
    assert (view.state, type(view.error).__name__) == ("unknown", "OutcomeUnknown")
    assert view.error is not None and "billed" in view.error.advice
    assert (len(playground.azure.received("submit")), len(playground.azure.received("poll"))) == (1, 1)
    assert playground.azure.bill == ()


def check_accepted_submit(playground: Playground, reply: Reply) -> None:
    """The service is asked whether it took the request; it did."""
    playground.azure.enqueue("submit", replace(reply, billed=True))
    view = playground.draw()
    assert (view.state, view.error, len(view.slots)) == ("succeeded", None, 1)
    assert (len(playground.azure.received("submit")), len(playground.azure.bill)) == (1, 1)


def check_generation(playground: Playground, reply: Reply) -> None:
    playground.azure.enqueue("generation", reply)
    view = playground.draw(DRAW_AT_ONCE)
    assert (view.state, type(view.error).__name__) == ("unknown", "OutcomeUnknown")
    assert view.error is not None and "billed" in view.error.advice
    assert len(playground.azure.received("generation")) == 1
    assert playground.azure.received("poll") == ()


def check_poll(playground: Playground, reply: Reply) -> None:
    """It is asked again."""
    playground.azure.enqueue("poll", reply)
    view = playground.draw()
    assert (view.state, view.error, len(view.slots)) == ("succeeded", None, 1)
    assert (len(playground.azure.received("submit")), len(playground.azure.received("poll"))) == (1, 2)
    assert len(playground.azure.bill) == 1


def check_picture(playground: Playground, reply: Reply) -> None:
    """It is fetched again."""
    playground.azure.enqueue("picture", reply)
    view = playground.draw()
    assert (view.state, view.error) == ("succeeded", None)
    assert view.slots[0].key is not None
    assert len(playground.azure.received("picture")) == 2
    assert len(playground.azure.bill) == 1


@broken
def test_a_broken_answer_to_a_completion(playground: Playground, reply: Reply) -> None:
    check_completion(playground, reply)


@broken
def test_a_broken_answer_to_a_submit(playground: Playground, reply: Reply) -> None:
    check_submit(playground, reply)


@pytest.mark.parametrize("name", ["reset", "closed", "short body", "no last chunk", "not gzip"])
def test_a_broken_answer_to_a_submit_that_was_accepted(playground: Playground, name: str) -> None:
    check_accepted_submit(playground, BROKEN[name])


@pytest.mark.parametrize("check", [check_generation, check_poll, check_picture])
@pytest.mark.parametrize("name", SOME)
def test_a_broken_answer_to_the_rest(
    playground: Playground, name: str, check: Callable[[Playground, Reply], None]
) -> None:
    check(playground, BROKEN[name])


@impatient
@silent
@pytest.mark.parametrize("check", [check_completion, check_submit])
def test_silence(playground: Playground, reply: Reply, check: Callable[[Playground, Reply], None]) -> None:
    check(playground, reply)


@impatient
@pytest.mark.parametrize("name", ["silence", "silence in the body", "a status line that drips"])
@pytest.mark.parametrize("check", [check_generation, check_poll, check_picture])
def test_silence_towards_the_rest(
    playground: Playground, name: str, check: Callable[[Playground, Reply], None]
) -> None:
    check(playground, SILENT[name])
