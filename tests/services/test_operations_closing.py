"""Operations that wait before another try, and servers that close in the middle of one."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services import ImageRequest, Services
from services.errors import NotSaved
from services.operations import queue
from tests.azure_bodies import error, operation
from tests.azure_reply import Reply
from tests.services.following import ME, finished, wait
from tests.upstream import Upstream

ASK = ImageRequest(prompt="A cat", n=1, size="256x256")
DRAW = ImageRequest(prompt="A cat", deployment="gpt-image-1")
Start = Callable[..., Services]


def limited(seconds: float) -> Reply:
    return error("rate_limit", headers={"retry-after-ms": str(seconds * 1000)})


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "DRAIN_S", 0.2)


def close(services: Services) -> None:
    """Closes a server, which must not wait for whoever does not answer."""
    closing = threading.Thread(target=services.close)
    closing.start()
    closing.join(8)
    assert not closing.is_alive()


# -- waiting


@pytest.mark.parametrize(("request_", "route"), [(ASK, "submit"), (DRAW, "generation")])
def test_a_busy_service_is_waited_for_and_the_operation_goes_on_by_itself(
    services: Services, azure: Upstream, request_: ImageRequest, route: str
) -> None:
    azure.enqueue(route, limited(0.5), Reply(503, "", {"retry-after": "0"}))
    id = services.generate(ME, "once", request_)
    wait(lambda: services.operation(ME, id).waiting)
    view = services.operation(ME, id)
    assert view.waiting and (view.state, view.waiting.attempt, view.waiting.of) == ("queued", 2, 3)
    assert "over its request limit" in view.waiting.reason
    view = finished(services, id)
    assert (view.state, view.waiting, len(azure.received(route)), len(azure.bill)) == (
        "succeeded",
        None,
        3,
        1,
    )


def test_a_service_that_stays_busy_is_asked_three_times(services: Services, azure: Upstream) -> None:
    azure.defaults["submit"] = limited(0.01)
    view = finished(services, services.generate(ME, "once", ASK))
    assert (view.state, str(view.error)) == ("failed", "The service is over its request limit.")
    assert len(azure.requests) == 3


def test_what_waits_for_another_try_can_be_canceled(services: Services, azure: Upstream) -> None:
    azure.enqueue("submit", limited(0.5))
    id = services.generate(ME, "once", ASK)
    wait(lambda: services.operation(ME, id).waiting)
    assert services.cancel_operation(ME, id)
    after = services.generate(ME, "then", ASK)
    assert finished(services, after).state == "succeeded"
    services.close()
    assert (len(azure.received("submit")), len(azure.bill)) == (2, 1)


def test_what_is_canceled_while_it_waits_leaves_its_place_at_once(
    services: Services, azure: Upstream
) -> None:
    azure.enqueue("submit", limited(30), limited(30))
    ids = [services.generate(ME, name, ASK) for name in ("canceled", "deleted")]
    wait(lambda: all(services.operation(ME, id).waiting for id in ids))
    after = services.generate(ME, "then", ASK)
    assert services.cancel_operation(ME, ids[0])
    services.delete(ME, ids[1:])
    assert finished(services, after).state == "succeeded"
    wait(lambda: not services._operations._held)
    assert (len(azure.received("submit")), len(azure.bill)) == (3, 1)


@pytest.mark.parametrize("column", ["waiting", "submitted_at"])
def test_a_wait_that_the_database_refuses_to_note_ends_nothing(
    services: Services, azure: Upstream, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    azure.enqueue("submit", limited(0.01))
    step_now, refused = services._store.step, [NotSaved("locked")]

    def step(id: str, **values: Any) -> bool:
        if azure.requests and values.get(column) and refused:
            raise refused.pop()
        return step_now(id, **values)

    monkeypatch.setattr(services._store, "step", step)
    assert finished(services, services.generate(ME, "once", ASK)).state == "succeeded"
    assert (refused, len(azure.received("submit")), len(azure.bill)) == ([], 2, 1)


def test_what_waits_while_the_server_closes_is_sent_by_the_next(start: Start, azure: Upstream) -> None:
    azure.enqueue("submit", limited(30))
    first = start()
    id = first.generate(ME, "once", ASK)
    wait(lambda: first.operation(ME, id).waiting)
    close(first)
    assert len(azure.received("submit")) == 1
    assert finished(start(), id).state == "succeeded"
    assert (len(azure.received("submit")), len(azure.bill)) == (2, 1)


def test_the_other_key_is_told_of(services: Services, azure: Upstream) -> None:
    azure.enqueue("submit", error("wrong_key"))
    notice = finished(services, services.generate(ME, "once", ASK)).notice
    assert notice == "Key 1 was refused, using key 2."


# -- closing


def test_closing_hangs_up_on_a_poll_that_is_not_answered(start: Start, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(hang=True))
    first = start()
    id = first.generate(ME, "once", ASK)
    azure.wait_for("poll")
    before = first.operation(ME, id)
    close(first)
    second = start()
    assert finished(second, id).state == "succeeded"
    assert second.operation(ME, id).polls[: len(before.polls)] == before.polls
    assert (len(azure.received("submit")), len(azure.bill)) == (1, 1)


def test_closing_hangs_up_on_a_submit_and_the_next_server_asks_for_it(start: Start, azure: Upstream) -> None:
    azure.enqueue("submit", Reply(hang=True, billed=True))
    first = start()
    id = first.generate(ME, "once", ASK)
    azure.wait_for("submit")
    close(first)
    assert finished(start(), id).state == "succeeded"
    assert (len(azure.received("submit")), len(azure.bill)) == (1, 1)


def test_closing_hangs_up_on_pictures_that_are_waited_for(start: Start, azure: Upstream) -> None:
    azure.enqueue("generation", Reply(hang=True, billed=True))
    first = start()
    id = first.generate(ME, "once", DRAW)
    azure.wait_for("generation")
    close(first)
    assert finished(start(), id).state == "unknown"
    assert len(azure.received("generation")) == 1


def test_closing_hangs_up_on_a_download_and_the_next_server_makes_it(start: Start, azure: Upstream) -> None:
    azure.enqueue("picture", Reply(hang=True))
    first = start()
    id = first.generate(ME, "once", ASK)
    azure.wait_for("picture")
    close(first)
    view = finished(start(), id)
    assert (view.state, [bool(slot.key) for slot in view.slots]) == ("succeeded", [True])
    assert len(azure.bill) == 1


def test_an_answer_that_comes_while_the_server_closes_is_kept(
    start: Start, azure: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "DRAIN_S", 8)
    azure.hold("generation")
    first = start()
    id = first.generate(ME, "once", DRAW)
    azure.wait_for("generation")
    closing = threading.Thread(target=first.close)
    closing.start()
    azure.release("generation")
    closing.join(8)
    assert not closing.is_alive()
    assert start().operation(ME, id).state == "succeeded"


def test_closing_does_not_wait_until_the_next_poll(start: Start, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(200, operation("running"), {"retry-after": "30"}))
    first = start()
    id = first.generate(ME, "once", ASK)
    wait(lambda: first.operation(ME, id).next_poll_at)
    close(first)
    assert finished(start(), id).state == "succeeded"
