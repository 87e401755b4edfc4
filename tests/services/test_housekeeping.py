"""What is deleted goes, what is kept stays, and pictures stay within the quota."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services import (
    CompletionRequest,
    HistoryQuery,
    ImageRequest,
    NotFound,
    OperationView,
    Outcome,
    Services,
)
from services.config import Secret
from services.errors import NotSaved
from services.housekeeping import REMOVED, UNDO_S, Housekeeping
from services.pictures import Pictures
from services.store import UNFINISHED, Store
from tests.azure_bodies import picture
from tests.azure_reply import Reply
from tests.services.following import ME, OTHER, ended, finished, on_disk, wait
from tests.services.test_recorder import halting
from tests.services.test_store import full_disk
from tests.upstream import Upstream

ALL = HistoryQuery()
ASK = CompletionRequest(deployment="text", prompt="Hi")
DRAW = ImageRequest(prompt="A cat", n=2, size="256x256")


class House:
    """A store and a pictures folder with their housekeeping, and a clock that a test moves."""

    def __init__(self, folder: Path, quota_bytes: int, now: float) -> None:
        self.now = now
        self.store = Store(folder / "playground.db", lambda: self.now)
        self.pictures = Pictures(folder / "pictures", Secret("signing"))
        self.keeping = Housekeeping(
            self.store, self.pictures, quota_bytes, interval_s=3_600, clock=lambda: self.now
        )

    def draw(self, id: str, *numbers: int, owner: str = ME, state: str = "succeeded", **more: Any) -> None:
        """Adds an operation with these pictures."""
        keys = [self.pictures.add(picture(number)).key for number in numbers]
        row = {"id": id, "owner": owner, "intent": id, "request": {"prompt": id}, "operation_id": f"o-{id}"}
        slots = [{"key": key, "width": 8, "height": 8} for key in keys]
        self.now += 1
        self.store.add_operation({**row, "state": state, "slots": slots, **more})

    def slots(self, id: str, owner: str = ME) -> list[dict[str, Any]]:
        row = self.store.operation(owner, id)
        return list(row["slots"]) if row else []

    def there(self, number: int) -> bool:
        """Whether a picture is still in the folder."""
        with contextlib.suppress(NotFound):
            return bool(self.pictures.path(self.pictures_key(number), "original"))
        return False

    def pictures_key(self, number: int) -> str:
        return hashlib.sha256(picture(number)).hexdigest()

    def ids(self, owner: str = ME) -> list[str]:
        return [entry.id for entry in self.store.history(owner, ALL, None, 99)]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(quota_bytes: int = 2**30, now: float = 10_000) -> House:
        made.append(House(tmp_path / "data", quota_bytes, now))
        return made[-1]

    yield make
    for house in made:
        house.keeping.close()
        house.store.close()


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    return build()


# -- delete, undo, purge


def test_what_is_deleted_can_be_taken_back_for_ten_minutes(house: House) -> None:
    house.draw("a", 1)
    house.store.delete(ME, ["a"])
    house.now += UNDO_S - 1
    house.keeping.sweep()
    assert house.there(1) and house.ids() == []
    house.store.restore(ME, ["a"])
    assert house.ids() == ["a"]
    house.store.delete(ME, ["a"])
    house.now += UNDO_S + 1
    house.keeping.sweep()
    house.store.restore(ME, ["a"])
    assert house.ids() == [] and not house.there(1)
    assert list((house.pictures._folder).iterdir()) == []


def test_a_start_takes_nothing_before_its_ten_minutes_are_over(build: Callable[..., House]) -> None:
    first = build()
    first.draw("deleted", 1)
    first.draw("looked at", 2, keep=False)
    first.store.delete(ME, ["deleted"])
    second = build(now=first.now + 1)
    second.keeping.close()  # after the sweep of its start
    assert second.there(1) and second.there(2)
    third = build(now=first.now + UNDO_S + 1)
    third.keeping.close()
    assert not third.there(1) and not third.there(2)


def test_a_picture_that_another_run_has_stays(house: House) -> None:
    house.draw("a", 1, 2)
    house.draw("b", 2, 3)
    house.draw("c", 3, owner=OTHER)
    house.store.delete(ME, ["a"])
    house.now += UNDO_S + 1
    house.keeping.sweep()
    assert [house.there(number) for number in (1, 2, 3)] == [False, True, True]
    house.keeping.delete_everything(ME)
    assert [house.there(number) for number in (1, 2, 3)] == [False, False, True]
    house.keeping.delete_everything(OTHER)
    assert not house.there(3)


def test_an_operation_under_way_is_purged_only_once_it_has_ended(house: House) -> None:
    for state in UNFINISHED:
        house.draw(state, state=state)
    house.store.delete(ME, UNFINISHED)
    house.now += UNDO_S + 1
    house.keeping.sweep()
    house.store.restore(ME, UNFINISHED)
    assert set(house.ids()) == set(UNFINISHED) - {"queued"}  # it was not sent: it ended when it was deleted


def test_what_is_not_kept_goes_once_nobody_looks_at_it(house: House) -> None:
    house.draw("a", 1, keep=False)
    house.draw("under-way", keep=False, state="polling")
    house.now += UNDO_S - 2
    house.keeping.sweep()
    row = house.store.operation(ME, "a")
    assert row is not None and house.there(1)
    house.store.mark_seen(row)
    house.now += UNDO_S - 2
    house.keeping.sweep()
    assert house.there(1)
    house.now += 4
    house.keeping.sweep()
    assert house.store.operation(ME, "a") is None and not house.there(1)
    assert house.store.operation(ME, "under-way")


def test_whoever_looks_at_what_is_not_kept_keeps_it(services: Services) -> None:
    id = services.generate(ME, "once", DRAW, keep=False)
    finished(services, id)
    row = services._store.operation(ME, id)
    assert row and row["seen_at"] > 0 and services.history(ME, ALL) == ()


def test_what_is_not_kept_can_be_looked_at_while_the_disk_refuses(services: Services) -> None:
    id = services.generate(ME, "once", DRAW, keep=False)
    wait(lambda: (services._store.operation(ME, id) or {})["state"] == "succeeded")
    with full_disk():
        assert services.operation(ME, id).state == "succeeded"


def test_a_refused_removal_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.draw("a", 1)
    house.store.delete(ME, ["a"])
    house.now += UNDO_S + 1

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched, pytest.raises(NotSaved, match="could not be removed: Permission"):
        patched.setattr(Path, "unlink", refuse)
        house.keeping.sweep()
    with full_disk(), pytest.raises(NotSaved):
        house.keeping.sweep()
    house.keeping.sweep()
    assert not house.there(1)


# -- everything of mine


def test_delete_everything_leaves_no_byte_of_mine(
    start: Callable[..., Services], azure: Upstream, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    services = start()
    copy = data / "playground.db.before-1.1"
    copy.write_bytes(b"CANARY")
    text = replace(ASK, prompt="CANARY " * 500)
    for owner, request in ((ME, text), (OTHER, replace(ASK, prompt="Theirs"))):
        ended(services.complete(owner, request))
        finished(services, services.generate(owner, "a", replace(DRAW, prompt=request.prompt[:900])), owner)
        services.save_draft(owner, "images", {"prompt": request.prompt})
        services.save_preset(owner, "images", request.prompt[:50], {"prompt": request.prompt})
        wait(lambda owner=owner: len(services.history(owner, ALL)) == 2)  # type: ignore[misc]
    assert b"CANARY" in on_disk(data)
    azure.enqueue("completions", halting(" CANARY"))
    running = services.complete(ME, text)
    wait(lambda: len(services.history(ME, ALL)) == 3)
    services.delete_everything(ME)
    assert running.ended and services.run(ME, running.id) is None
    assert services.history(ME, ALL) == () and services.latest_operation(ME) is None
    assert (services.draft(ME, "images"), services.presets(ME, "images")) == ({}, {})
    assert b"CANARY" not in on_disk(data) and not copy.exists()
    assert len(services.history(OTHER, ALL)) == 2
    assert services.draft(OTHER, "images") == {"prompt": "Theirs"}
    assert services.disk_use(OTHER).pictures_bytes > 0 == services.disk_use(ME).pictures_bytes
    services.close()
    assert b"CANARY" not in on_disk(data)


def test_an_operation_that_is_sent_while_everything_is_deleted_is_stopped_before(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.draw("a", state="queued")
    house.draw("theirs", owner=OTHER, state="queued")
    purge_now, sent = house.store._purge, []

    def purge(*which: Any) -> None:
        sent.append(house.store.step("a", was=("queued",), state="submitting"))
        purge_now(*which)

    monkeypatch.setattr(house.store, "_purge", purge)
    house.keeping.delete_everything(ME)
    assert (sent, house.store.operation(ME, "a")) == ([False], None)
    assert house.ids(OTHER) == ["theirs"]


def test_an_operation_under_way_goes_when_it_has_ended(services: Services, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(200, {"status": "running"}, headers={"retry-after": "0"}))
    azure.running = 10**6
    id = services.generate(ME, "once", DRAW)
    wait(lambda: services.operation(ME, id).state == "polling")
    services.delete_everything(ME)
    with pytest.raises(NotFound):
        services.operation(ME, id)
    assert services.history(ME, ALL) == ()
    azure.running = 0
    wait(lambda: services._store.step(id, was=("succeeded",), state="succeeded"), 20)
    services._housekeeping.sweep()
    assert not list((services.settings.data_dir / "pictures").iterdir())
    assert not services._store.step(id, was=("succeeded",), state="succeeded")


# -- the quota


def size(house: House, *numbers: int) -> int:
    return sum(house.pictures.size(house.pictures_key(number)) for number in numbers)


def test_the_oldest_pictures_leave_first_and_favourites_last(build: Callable[..., House]) -> None:
    house = build()
    for number in range(5):
        house.draw(str(number), number)
    house.store.mark_favourite(ME, "0", True)
    house.keeping._quota_bytes = size(house, 0, 3, 4)
    house.keeping.sweep()
    assert [house.there(number) for number in range(5)] == [True, False, False, True, True]
    house.keeping._quota_bytes = size(house, 0)
    house.keeping.sweep()
    assert [house.there(number) for number in range(5)] == [True, False, False, False, False]
    house.keeping._quota_bytes = 1
    house.keeping.sweep()
    assert not house.there(0)
    assert house.ids() == ["4", "3", "2", "1", "0"]  # the runs themselves are never removed


def test_the_place_of_a_removed_picture_says_why(house: House) -> None:
    house.draw("old", 1)
    house.draw("new", 2, 3)
    house.draw("b", 3, owner=OTHER)
    house.keeping._quota_bytes = size(house, 2, 3)
    house.keeping.sweep()
    (gone,) = house.slots("old")
    assert (gone["key"], gone["error"], gone["width"]) == (None, REMOVED, 8)
    assert not any("error" in slot for slot in [*house.slots("new"), *house.slots("b", OTHER)])
    assert [len(entry.keys) for entry in house.store.history(ME, ALL, None, 9)] == [2, 0]
    house.keeping._quota_bytes = 1
    house.keeping.sweep()
    assert [slot["error"] for slot in [*house.slots("new"), *house.slots("b", OTHER)]] == [REMOVED] * 3


def test_whoever_takes_most_gives_first(house: House) -> None:
    house.draw("mine", 0)
    for number in range(1, 5):
        house.draw(f"theirs-{number}", number, owner=OTHER)
    house.draw("mine too", 5)
    house.keeping._quota_bytes = size(house, 0, 3, 4, 5)
    house.keeping.sweep()
    assert [house.there(number) for number in range(6)] == [True, False, False, True, True, True]


def test_within_the_quota_nothing_is_touched(house: House) -> None:
    house.draw("a", 1, 2)
    house.keeping._quota_bytes = size(house, 1, 2)
    house.keeping.sweep()
    assert house.there(1) and house.there(2)


def test_an_outcome_stays_what_it_was_when_its_pictures_have_left(house: House) -> None:
    house.draw("a", 1)
    house.keeping._quota_bytes = 1
    house.keeping.sweep()
    assert [entry.outcome for entry in house.store.history(ME, ALL, None, 9)] == [Outcome.SUCCEEDED]


def test_disk_use_is_told_per_owner(services: Services) -> None:
    assert services.disk_use(ME).pictures_bytes == services.disk_use(ME).text_bytes == 0
    view: OperationView = finished(services, services.generate(ME, "once", DRAW))
    ended(services.complete(ME, ASK))
    wait(lambda: len(services.history(ME, ALL)) == 2)
    use, keys = services.disk_use(ME), [slot.key or "" for slot in view.slots]
    assert use.pictures_bytes == sum(map(services.pictures.size, keys)) > len(picture(0))
    assert use.text_bytes > 100 and use.quota_bytes == 2_048 * 2**20 and use.free_bytes > 0
    assert services.disk_use(OTHER).pictures_bytes == services.disk_use(OTHER).text_bytes == 0


def test_a_nearly_full_disk_refuses_new_pictures_in_words(services: Services, azure: Upstream) -> None:
    services.pictures._free = lambda _: 200 * 2**20 - 1
    with pytest.raises(NotSaved, match=r"nearly full: 200 MB are free, 200 MB are needed.") as caught:
        services.generate(ME, "once", DRAW)
    assert "history" in caught.value.advice
    assert (azure.requests, services.latest_operation(ME)) == ((), None)
    assert ended(services.complete(ME, ASK)).value.complete  # text needs no space
    services.pictures._free = lambda _: 200 * 2**20
    assert finished(services, services.generate(ME, "once", DRAW)).state == "succeeded"
