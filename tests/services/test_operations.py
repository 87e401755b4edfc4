"""Operations as a page knows them: one per intent, two at a time, each for its owner, through any restart."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services import ImageRequest, Invalid, NotFound, OutcomeUnknown, Services
from services.azure.filters import FilterState
from tests.azure_bodies import IMAGE_BLOCKED, error, failed, operation, picture, succeeded
from tests.azure_reply import Reply
from tests.services.following import ME, OTHER, finished, wait
from tests.upstream import Upstream

ASK = ImageRequest(prompt="A cat", n=1, size="256x256")
Start = Callable[..., Services]


def states(services: Services, ids: list[str], owner: str = ME) -> list[str]:
    return [services.operation(owner, id).state for id in ids]


# -- one per intent


def test_the_same_intent_twice_is_one_request(services: Services, azure: Upstream) -> None:
    first = services.generate(ME, "once", ASK)
    assert services.generate(ME, "once", ASK) == first
    finished(services, first)
    assert services.generate(ME, "once", ASK) == first
    assert (len(azure.received("submit")), len(azure.bill)) == (1, 1)


def test_the_same_intent_from_eight_threads_is_one_request(services: Services, azure: Upstream) -> None:
    ids: list[str] = []
    gate = threading.Barrier(8)

    def press() -> None:
        gate.wait()
        ids.append(services.generate(ME, "once", ASK))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8 and len(set(ids)) == 1
    finished(services, ids[0])
    assert (len(azure.received("submit")), len(azure.bill)) == (1, 1)


def test_another_intent_or_owner_is_another_request(services: Services, azure: Upstream) -> None:
    ids = [services.generate(owner, intent, ASK) for owner, intent in ((ME, "a"), (ME, "b"), (OTHER, "a"))]
    assert len(set(ids)) == 3
    for id, owner in zip(ids, (ME, ME, OTHER), strict=True):
        finished(services, id, owner)
    assert len(azure.bill) == 3
    assert len({request.headers["operation-id"] for request in azure.bill}) == 3


def test_a_request_that_would_be_refused_is_neither_kept_nor_sent(
    services: Services, azure: Upstream
) -> None:
    with pytest.raises(Invalid, match="Nothing was sent"):
        services.generate(ME, "once", ImageRequest(prompt=""))
    assert (services.latest_operation(ME), azure.requests) == (None, ())


# -- each for its owner


def test_another_owner_gets_what_a_random_id_gets(services: Services, azure: Upstream) -> None:
    id = services.generate(ME, "once", ASK)
    finished(services, id)
    said = set()
    for owner, wanted in ((OTHER, id), (ME, "random"), (OTHER, "random"), ("", id)):
        for ask in (services.operation, services.cancel_operation, services.check_operation):
            with pytest.raises(NotFound) as caught:
                ask(owner, wanted)
            said.add((str(caught.value), caught.value.advice))
    assert len(said) == 1
    assert (services.latest_operation(OTHER), services.latest_operation(ME)) == (None, id)


def test_another_owner_can_neither_cancel_nor_check(services: Services, azure: Upstream) -> None:
    azure.enqueue("submit", Reply(reset=True))
    id = services.generate(ME, "once", ASK)
    assert finished(services, id).state == "unknown"
    for ask in (services.cancel_operation, services.check_operation):
        with pytest.raises(NotFound):
            ask(OTHER, id)
    assert services.operation(ME, id).state == "unknown"
    assert len(azure.received("poll")) == 1


# -- two at a time


def test_two_are_under_way_and_the_others_wait_in_line(services: Services, azure: Upstream) -> None:
    azure.hold("poll")
    ids = [services.generate(ME, str(number), ASK) for number in range(4)]
    azure.wait_for("poll", 2)
    assert states(services, ids) == ["polling", "polling", "queued", "queued"]
    assert [services.operation(ME, id).queue_position for id in ids] == [0, 0, 0, 1]
    assert len(azure.received("submit")) == 2
    azure.release("poll")
    assert {finished(services, id).state for id in ids} == {"succeeded"}
    assert len(azure.bill) == 4


def test_what_has_not_been_sent_can_be_canceled(services: Services, azure: Upstream) -> None:
    azure.hold("poll")
    ids = [services.generate(ME, str(number), ASK) for number in range(3)]
    azure.wait_for("poll", 2)
    assert [services.cancel_operation(ME, id) for id in ids] == [False, False, True]
    assert not services.cancel_operation(ME, ids[2])
    azure.release("poll")
    assert [finished(services, id).state for id in ids] == ["succeeded", "succeeded", "canceled"]
    assert (len(azure.received("submit")), azure.received("delete")) == (2, ())


def test_what_has_not_been_sent_is_never_sent_once_it_is_deleted(services: Services, azure: Upstream) -> None:
    azure.hold("poll")
    ids = [services.generate(ME, str(number), ASK) for number in range(4)]
    azure.wait_for("poll", 2)
    services.delete(ME, ids[1:3])
    services.delete(OTHER, ids)
    azure.release("poll")
    for id in (ids[0], ids[3]):
        assert finished(services, id).state == "succeeded"
    services.restore(ME, ids[1:3])
    assert [finished(services, id).state for id in ids[1:3]] == ["succeeded", "canceled"]
    assert len(azure.received("submit")) == 3


# -- unknown outcomes


def test_an_unknown_outcome_can_be_asked_for_again(services: Services, azure: Upstream) -> None:
    azure.enqueue("submit", Reply(reset=True, billed=True))
    azure.enqueue("poll", error("server_error"))
    id = services.generate(ME, "once", ASK)
    view = finished(services, id)
    assert (view.state, type(view.error)) == ("unknown", OutcomeUnknown)
    services.check_operation(ME, id)
    wait(lambda: services.operation(ME, id).state == "succeeded")
    assert services.operation(ME, id).error is None
    assert (len(azure.received("submit")), len(azure.bill)) == (1, 1)


def test_an_operation_that_was_lost_from_sight_is_polled_again(services: Services, azure: Upstream) -> None:
    azure.enqueue("poll", error("firewall"))
    id = services.generate(ME, "once", ASK)
    assert finished(services, id).state == "unknown"
    services.check_operation(ME, id)
    wait(lambda: services.operation(ME, id).state == "succeeded")
    assert len(azure.received("submit")) == 1


@pytest.mark.parametrize("body", [operation("succeeded"), operation("succeeded", result=None), succeeded()])
def test_a_success_without_a_picture_keeps_its_name_and_can_be_asked_for_again(
    services: Services, azure: Upstream, body: dict[str, Any]
) -> None:
    azure.enqueue("poll", body)
    id = services.generate(ME, "once", ASK)
    view = finished(services, id)
    assert (view.state, view.checkable, str(view.error)) == (
        "failed",
        True,
        "The service finished without an image.",
    )
    services.check_operation(ME, id)
    wait(lambda: services.operation(ME, id).state == "succeeded")
    view = services.operation(ME, id)
    assert (view.checkable, view.error, len(view.slots)) == (False, None, 1)
    assert (len(azure.received("submit")), len({poll.path for poll in azure.received("poll")})) == (1, 1)


def test_a_set_with_a_lost_picture_can_be_asked_for_it_and_keeps_the_others(
    services: Services, azure: Upstream
) -> None:
    gone, good = f"{azure.url}/pictures/0.png", f"{azure.url}/pictures/1.png"
    azure.defaults["picture"] = lambda request: Reply(404 if "/0.png" in request.path else 200, picture(1))
    azure.enqueue("poll", *[succeeded(gone, good, IMAGE_BLOCKED)] * 2)
    id = services.generate(ME, "once", ASK)
    before = finished(services, id)
    assert (before.state, before.checkable) == ("succeeded", True)
    assert [bool(slot.key) for slot in before.slots] == [False, True, False]

    azure.enqueue("poll", error("firewall"))
    services.check_operation(ME, id)
    wait(lambda: len(azure.received("poll")) == 3 and services.operation(ME, id).ended)
    assert services.operation(ME, id).slots == before.slots and services.operation(ME, id).error is None

    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/2.png", good, IMAGE_BLOCKED))
    services.check_operation(ME, id)
    wait(lambda: len(azure.received("poll")) == 4 and services.operation(ME, id).ended)
    after = services.operation(ME, id)
    assert [bool(slot.key) for slot in after.slots] == [True, True, False] and after.slots[
        1:
    ] == before.slots[1:]
    assert (after.checkable, len([r for r in azure.received("picture") if "/1.png" in r.path])) == (False, 1)
    assert len(azure.received("submit")) == 1


def test_checking_what_is_known_changes_nothing(services: Services, azure: Upstream) -> None:
    id = services.generate(ME, "once", ASK)
    before = finished(services, id)
    seen = len(azure.requests)
    services.check_operation(ME, id)
    assert services.operation(ME, id) == before and len(azure.requests) == seen


# -- what a page sees


def test_a_view_tells_everything(services: Services, azure: Upstream) -> None:
    link = {"url": f"{azure.url}/pictures/0.png", "revised_prompt": "A fat cat"}
    azure.enqueue("poll", Reply(200, operation("running"), {"retry-after": "0", "apim-request-id": "r-2"}))
    azure.enqueue("poll", succeeded(link, IMAGE_BLOCKED) | {"expires": 1_800_000_000})
    view = finished(services, services.generate(ME, "once", ASK))
    assert (view.state, view.ended, view.request, view.error) == ("succeeded", True, ASK, None)
    assert (view.expires_at, view.next_poll_at, view.queue_position) == (1.8e9, None, 0)
    one, two = view.slots
    assert (one.width, one.height, one.revised_prompt, one.filter, one.error) == (
        8,
        8,
        "A fat cat",
        None,
        None,
    )
    assert two.key is None and two.filter and two.filter.state is FilterState.IMAGE_BLOCKED
    assert [poll.status for poll in view.polls] == ["notRunning", "running", "succeeded"]
    running = view.polls[1]
    assert (running.http_status, running.retry_after_s, running.request_id) == (200, 0.0, "r-2")
    assert view.created_at <= view.polls[0].at <= running.at


def test_a_blocked_prompt_is_told_with_its_report(services: Services, azure: Upstream) -> None:
    azure.enqueue("poll", failed())
    view = finished(services, services.generate(ME, "once", ASK))
    assert (view.state, view.slots) == ("failed", ())
    assert view.filter.state is FilterState.PROMPT_BLOCKED
    assert str(view.error) == "The content filter blocked this prompt. No picture was made."


def test_the_next_poll_is_announced(services: Services, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(200, operation("running"), {"retry-after": "1"}))
    id = services.generate(ME, "once", ASK)
    wait(lambda: services.operation(ME, id).next_poll_at)
    view = services.operation(ME, id)
    assert view.state == "polling" and 0 < (view.next_poll_at or 0) - view.polls[-1].at <= 1.1


# -- restarts


def test_an_operation_being_polled_goes_on_after_a_restart(start: Start, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(200, operation("running"), {"retry-after": "30"}))
    first = start()
    id = first.generate(ME, "once", ASK)
    wait(lambda: first.operation(ME, id).next_poll_at)
    first.close()
    second = start()
    assert finished(second, id).state == "succeeded"
    assert (len(azure.received("submit")), len(azure.received("poll"))) == (1, 2)


def test_what_was_waiting_is_sent_after_a_restart(start: Start, azure: Upstream) -> None:
    azure.defaults["poll"] = Reply(200, operation("running"), {"retry-after": "30"})
    first = start()
    ids = [first.generate(ME, str(number), ASK) for number in range(3)]
    wait(lambda: all(first.operation(ME, id).next_poll_at for id in ids[:2]))
    first.close()
    assert len(azure.received("submit")) == 2
    azure.defaults["poll"] = azure._poll
    second = start()
    assert {finished(second, id).state for id in ids} == {"succeeded"}
    assert (len(azure.received("submit")), len(azure.bill)) == (3, 3)


def test_two_servers_on_one_folder_share_the_work(start: Start, azure: Upstream) -> None:
    servers = [start(), start()]
    ids = [servers[number % 2].generate(ME, str(number), ASK) for number in range(6)]
    for number, id in enumerate(ids):
        assert finished(servers[(number + 1) % 2], id).state == "succeeded"
    assert (len(azure.received("submit")), len(azure.bill)) == (6, 6)


def test_two_servers_on_one_folder_have_two_under_way_together(start: Start, azure: Upstream) -> None:
    azure.hold("poll")
    servers = [start(), start()]
    ids = [servers[number % 2].generate(ME, str(number), ASK) for number in range(4)]
    azure.wait_for("poll", 2)
    assert sorted(states(servers[0], ids)) == ["polling", "polling", "queued", "queued"]
    azure.release("poll")
    for id in ids:
        assert finished(servers[0], id).state == "succeeded"
    assert len(azure.bill) == 4
