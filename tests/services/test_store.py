"""The database: every change is kept or refused in words, and nothing crosses from one owner to another."""

import contextlib
import resource
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.errors import NotSaved
from services.store import UNFINISHED, Store
from tests.services.following import ME, OTHER, wait


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "playground.db"


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[Store]:
    made = Store(path, clock)
    yield made
    made.close()


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """The kernel refuses every write of this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def add(store: Store, id: str, owner: str = ME, intent: str | None = None, **more: Any) -> str:
    row = {
        "id": id,
        "owner": owner,
        "intent": intent or id,
        "request": {"prompt": id},
        "operation_id": f"o-{id}",
    }
    return store.add_operation(row | more)


def test_an_operation_is_kept_as_it_was_given(store: Store) -> None:
    request = {"prompt": "é\0\u2028😀\ud800", "n": 2}
    add(store, "a", request=request)
    row = store.operation(ME, "a")
    assert row is not None
    assert (row["state"], row["request"], row["polls"], row["slots"]) == ("queued", request, [], [])
    assert (row["filter"], row["error"], row["service_id"], row["operation_id"]) == (None, None, None, "o-a")


def test_only_its_owner_finds_an_operation(store: Store) -> None:
    add(store, "a")
    assert store.operation(OTHER, "a") is None
    assert store.operation(ME, "random") is None
    assert store.latest_operation(OTHER) is None


def test_the_newest_operation_is_the_latest(store: Store) -> None:
    for id in "abc":
        add(store, id)
    add(store, "not kept", keep=False)
    add(store, "x", OTHER)
    assert (store.latest_operation(ME), store.latest_operation(OTHER)) == ("c", "x")


def test_the_same_intent_is_the_same_operation(store: Store) -> None:
    assert add(store, "a", intent="once") == add(store, "b", intent="once") == "a"
    assert add(store, "c", OTHER, intent="once") == "c"
    assert add(store, "d", intent="twice") == "d"


def test_the_same_intent_from_many_threads_is_one_operation(path: Path) -> None:
    stores = [Store(path) for _ in range(2)]
    ids: list[str] = []
    gate = threading.Barrier(8)

    def work(number: int) -> None:
        gate.wait()
        ids.append(add(stores[number % 2], f"id-{number}", intent="once"))

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8 and len(set(ids)) == 1
    for each in stores:
        each.close()


def test_the_queue_counts_those_before(store: Store) -> None:
    for id in "abc":
        add(store, id)
    rows = [store.operation(ME, id) or {} for id in "abc"]
    assert [store.queue_position(row) for row in rows] == [0, 1, 2]
    store.step("a", was=UNFINISHED, state="polling")
    assert [store.queue_position(row) for row in rows[1:]] == [0, 1]


def test_a_claim_takes_what_is_under_way_first_then_the_oldest(store: Store) -> None:
    for id in "abc":
        add(store, id)
    store.step("b", was=UNFINISHED, state="polling")
    claimed = [store.claim("w", 10, at_once=9) for _ in range(4)]
    assert [row and row["id"] for row in claimed] == ["b", "a", "c", None]


def test_no_more_are_claimed_than_may_be_under_way_whoever_holds_them(store: Store, clock: Clock) -> None:
    for id in "abc":
        add(store, id)
    assert [bool(store.claim(worker, 10, at_once=2)) for worker in "uvw"] == [True, True, False]
    store.step("a", was=UNFINISHED, state="succeeded")
    assert (store.claim("w", 10, at_once=2) or {})["id"] == "c"


def test_a_lease_runs_out_unless_it_is_renewed_or_given_back(store: Store, clock: Clock) -> None:
    for id in "abc":
        add(store, id)
        store.claim(f"w-{id}", 10, at_once=3)
    clock.now += 8
    store.renew(["w-a", "another"], 10)
    store.release("b", "another")
    assert store.claim("v", 10, at_once=3) is None
    store.release("c", "w-c")
    assert (store.claim("v", 10, at_once=3) or {})["id"] == "c"
    clock.now += 5
    assert (store.claim("v", 10, at_once=3) or {})["id"] == "b"
    assert store.claim("v", 10, at_once=3) is None


@pytest.mark.parametrize("state", ["succeeded", "failed", "canceled", "unknown"])
def test_what_has_ended_is_never_claimed(store: Store, state: str) -> None:
    add(store, "a")
    store.step("a", was=("queued",), state=state)
    assert store.claim("w", 10) is None


def test_a_step_is_taken_from_the_right_state_only(store: Store) -> None:
    add(store, "a")
    assert store.step("a", was=("queued",), state="submitting", slots=[{"key": "k"}])
    assert not store.step("a", was=("queued",), state="canceled")
    assert not store.step("random", was=UNFINISHED, state="canceled")
    store.claim("w", 10)
    assert not store.step("a", was=UNFINISHED, held_by="v", state="failed")
    assert store.step("a", was=UNFINISHED, held_by="w", next_poll_at=1.0)
    row = store.operation(ME, "a") or {}
    assert (row["state"], row["slots"]) == ("submitting", [{"key": "k"}])


def test_whoever_waits_is_told_of_a_step(store: Store) -> None:
    add(store, "a")
    waiting = threading.Thread(target=store.await_step, args=(60.0,))
    waiting.start()
    wait(lambda: store.step("a", was=("queued",), state="queued") and not waiting.is_alive())
    waiting.join()


def test_nobody_waits_longer_for_a_step_than_asked(store: Store) -> None:
    store.await_step(0.01)


def test_a_step_is_taken_by_one_of_many(store: Store) -> None:
    add(store, "a")
    gate, won = threading.Barrier(8), []

    def work() -> None:
        gate.wait()
        won.append(store.step("a", was=("queued",), state="submitting"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_drafts_are_kept_per_owner_and_page(store: Store) -> None:
    store.save_draft(ME, "images", {"prompt": "one"})
    store.save_draft(ME, "images", {"prompt": "two\ud800"})
    store.save_draft(ME, "completion", {"n": 1})
    assert store.draft(ME, "images") == {"prompt": "two\ud800"}
    assert store.draft(ME, "completion") == {"n": 1}
    assert store.draft(OTHER, "images") == store.draft(ME, "history") == {}


def test_everything_survives_a_restart(store: Store, path: Path) -> None:
    add(store, "a")
    store.save_draft(ME, "images", {"prompt": "one"})
    again = Store(path)
    assert (again.operation(ME, "a") or {})["request"] == {"prompt": "a"}
    assert again.draft(ME, "images") == {"prompt": "one"}
    again.close()


def test_a_commit_is_on_the_disk_and_nobody_else_may_read_it(store: Store, path: Path) -> None:
    with store._engine.connect() as connection:
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous")
        }
    assert pragma == {"journal_mode": "wal", "synchronous": 2}
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_full_disk_is_told_and_recovered_from(store: Store) -> None:
    add(store, "a")
    calls = [
        lambda: add(store, "b"),
        lambda: store.save_draft(ME, "images", {}),
        lambda: store.step("a", was=UNFINISHED, state="polling"),
        lambda: store.claim("w", 10),
    ]
    for call in calls:
        with full_disk(), pytest.raises(NotSaved, match="could not write to its database") as caught:
            call()
        assert "space" in caught.value.advice
    assert (store.operation(ME, "a") or {})["state"] == "queued"
    assert store.operation(ME, "b") is None
    assert add(store, "b") == "b"


def test_a_database_held_by_another_is_told(store: Store, path: Path) -> None:
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotSaved):
            store.save_draft(ME, "images", {})
    store.save_draft(ME, "images", {"a": 1})
    assert store.draft(ME, "images") == {"a": 1}
