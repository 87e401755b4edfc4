"""A run that waits before another try says so, goes on by itself, and can be stopped or closed meanwhile."""

import threading
import time
from collections.abc import Callable

import pytest

from services import CompletionRequest, Run, RunState, Services, TextSnapshot
from services.errors import Busy
from tests.azure_bodies import error
from tests.azure_reply import Reply
from tests.services.following import ME, ended, wait
from tests.upstream import Upstream

ASK = CompletionRequest(deployment="text", prompt="Hi")


def limited(seconds: float) -> Reply:
    return error("rate_limit", headers={"retry-after-ms": str(seconds * 1000)})


def waiting(services: Services) -> Run[TextSnapshot]:
    run = services.complete(ME, ASK)
    wait(lambda: run.waiting or run.ended)
    return run


def test_a_busy_service_is_waited_for_and_the_run_goes_on_by_itself(
    services: Services, azure: Upstream
) -> None:
    azure.enqueue("completions", limited(0.3), Reply(503, "", {"retry-after": "0"}))
    before = time.time()
    run = waiting(services)
    found = run.waiting
    assert found is not None
    assert (found.attempt, found.of) == (2, 3)
    assert "over its request limit" in found.reason
    assert before < found.until < time.time() + 0.4
    assert ended(run).state is RunState.DONE
    assert (run.waiting, run.error, len(azure.requests)) == (None, None, 3)
    assert run.value.choices[0].text == " Hello from the fake"


def test_a_service_that_stays_busy_is_asked_three_times(services: Services, azure: Upstream) -> None:
    azure.defaults["completions"] = limited(0.01)
    run = ended(services.complete(ME, ASK))
    assert (run.state, type(run.error), len(azure.requests)) == (RunState.FAILED, Busy, 3)


def test_a_stop_while_waiting_is_at_once_and_sends_nothing_more(services: Services, azure: Upstream) -> None:
    azure.enqueue("completions", limited(30))
    run = waiting(services)
    run.stop()
    wait(lambda: run.waiting is None and services._runs.active == 0)
    assert (run.state, run.error, len(azure.requests)) == (RunState.STOPPED, None, 1)


@pytest.mark.parametrize(
    "reply", [limited(30), Reply(hang=True), Reply(200, b"data: ", stop_after=3, hang=True)], ids=str
)
def test_closing_the_server_waits_for_no_answer(
    start: Callable[..., Services], azure: Upstream, reply: Reply
) -> None:
    azure.enqueue("completions", reply)
    services = start()
    run = services.complete(ME, ASK)
    azure.wait_for("completions")
    closing = threading.Thread(target=services.close)
    closing.start()
    closing.join(8)
    assert not closing.is_alive()
    assert (run.state, run.error) == (RunState.STOPPED, None)


def test_the_other_key_is_told_of_once(services: Services, azure: Upstream) -> None:
    azure.enqueue("completions", error("wrong_key"))
    assert ended(services.complete(ME, ASK)).notice == "Key 1 was refused, using key 2."
    assert ended(services.complete(ME, ASK)).notice is None
