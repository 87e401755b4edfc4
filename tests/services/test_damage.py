"""A database that is damaged, held, read-only or gone: each is said in its own words."""

import contextlib
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services import HistoryQuery, NotFound, ServiceError, Services
from services.errors import NotSaved
from services.store import Store
from tests.services.following import ME, on_disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A closed database with a hundred drafts in it."""
    path = tmp_path / "playground.db"
    with opened(path) as store:
        for number in range(100):
            store.save_draft(ME, f"page-{number}", {"prompt": "x" * 500})
    return path


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Store]:
    with contextlib.closing(Store(path)) as store:
        yield store


def damaged(content: bytes, how: str) -> bytes:
    pages = len(content) // 4096
    chance = random.Random(5)  # noqa: S311
    return {
        "no database at all": b"garbage" * 1_000,
        "cut in half": content[: pages // 2 * 4096],
        "cut within a page": content[:5_000],
        "pages overwritten": content[: 4 * 4096] + chance.randbytes(12 * 4096) + content[16 * 4096 :],
        "zeroed": content[:4096] + bytes(len(content) - 4096),
    }[how]


@pytest.mark.parametrize(
    "how", ["no database at all", "cut in half", "cut within a page", "pages overwritten", "zeroed"]
)
def test_a_damaged_database_is_put_aside_and_a_new_one_begun(path: Path, how: str) -> None:
    path.write_bytes(damaged(path.read_bytes(), how))
    broken = path.read_bytes()
    with opened(path) as store:
        assert store.notice is not None and "damaged" in store.notice
        (aside,) = path.parent.glob("playground.db.damaged-*")
        assert aside.name in store.notice and aside.read_bytes() == broken
        assert store.draft(ME, "page-1") == {}
        store.save_draft(ME, "page-1", {"a": 1})
        assert store.draft(ME, "page-1") == {"a": 1}
    with opened(path) as store:
        assert (store.notice, store.draft(ME, "page-1")) == (None, {"a": 1})


def test_everybody_is_told_of_a_damaged_database(start: Callable[..., Services], tmp_path: Path) -> None:
    first = start()
    assert first.notices == ()
    first.close()
    (tmp_path / "data" / "playground.db").write_bytes(b"garbage" * 1_000)
    second = start()
    (notice,) = second.notices
    assert "the history begins anew" in notice
    assert second.history(ME, HistoryQuery()) == ()


def test_a_whole_database_is_left_alone_whatever_else_lies_there(path: Path) -> None:
    for name in ("playground.db-wal", "playground.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    with opened(path) as store:
        assert (store.notice, store.draft(ME, "page-7")["prompt"]) == (None, "x" * 500)
    assert not list(path.parent.glob("*damaged*"))


def test_a_log_that_is_gone_costs_the_last_changes_at_most(path: Path) -> None:
    with opened(path) as store:
        store.save_draft(ME, "late", {"a": 1})
        before = path.read_bytes()
    path.write_bytes(before)
    with opened(path) as store:
        assert (store.notice, store.draft(ME, "page-7")["prompt"]) == (None, "x" * 500)
        assert store.draft(ME, "late") == {}


def pragma(store: Store, text: str) -> None:
    """Sets something on the one pooled connection."""
    with store._engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {text}")


WRITES: list[Callable[[Store], object]] = [
    lambda store: store.add_operation(
        {"id": "a", "owner": ME, "intent": "a", "request": {"prompt": "A cat"}, "operation_id": "o"}
    ),
    lambda store: store.claim("worker", 10),
    lambda store: store.step("a", was=("queued",), state="canceled"),
    lambda store: store.save_draft(ME, "images", {}),
    lambda store: store.save_preset(ME, "images", "big", {}),
    lambda store: store.save_lesson("https://a", "text", {}),
    lambda store: store.mark_favourite(ME, "a", True),
    lambda store: store.delete(ME, ["a"]),
    lambda store: store.restore(ME, ["a"]),
    lambda store: store.save_runs([], [], ["a"], 10),
    lambda store: store.purge(0, print),
    lambda store: store.purge_owner(ME, print),
    lambda store: store.drop_pictures(["a"], "", print),
]


@pytest.mark.parametrize("write", WRITES)
def test_a_read_only_database_is_said_and_read_on(path: Path, write: Callable[[Store], object]) -> None:
    with opened(path) as store:
        pragma(store, "query_only=ON")
        with pytest.raises(NotSaved, match="could not write to its database: it may only be read") as caught:
            write(store)
        assert "data folder" in caught.value.advice
        assert store.draft(ME, "page-7")["prompt"] == "x" * 500
        pragma(store, "query_only=OFF")
        write(store)


@pytest.mark.parametrize("write", WRITES)
def test_a_database_held_by_another_program_is_said(path: Path, write: Callable[[Store], object]) -> None:
    with opened(path) as store:
        pragma(store, "busy_timeout=10")
        with contextlib.closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(NotSaved, match="another program holds it"):
                write(store)
            assert store.draft(ME, "page-7")["prompt"] == "x" * 500
        write(store)


def test_a_database_damaged_while_it_is_open_is_said_and_put_aside_at_the_next_start(path: Path) -> None:
    with opened(path) as store:
        pragma(store, "cache_size=1")
        content = path.read_bytes()
        path.write_bytes(content[:4096] + random.Random(5).randbytes(len(content) - 4096))  # noqa: S311
        with pytest.raises(ServiceError, match="damaged|no database") as caught:
            for number in range(100):
                store.draft(ME, f"page-{number}")
        assert "Restart" in caught.value.advice
    with opened(path) as store:
        assert store.notice


def test_a_database_that_too_many_ask_at_once_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(path) as store, contextlib.ExitStack() as held:
        monkeypatch.setattr(store._engine.pool, "_timeout", 0.01)
        for _ in range(15):  # all there are
            held.enter_context(store._engine.connect())
        with pytest.raises(NotSaved, match="could not write"):
            store.save_draft(ME, "images", {})
        with pytest.raises(ServiceError, match="could not read"):
            store.draft(ME, "images")


def test_a_folder_in_the_database_s_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "playground.db").mkdir()
    with pytest.raises(NotSaved, match="cannot be opened"):
        Store(tmp_path / "playground.db")


def test_no_error_names_what_was_asked(path: Path) -> None:
    """An error of the database quotes the statement with its values: it is never passed on."""
    with opened(path) as store:
        pragma(store, "query_only=ON")
        with pytest.raises(NotSaved) as caught:
            store.save_draft(ME, "images", {"prompt": "CANARY"})
        assert "CANARY" not in repr(vars(caught.value)) + str(caught.value)
        assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert b"CANARY" not in on_disk(path.parent)


def test_a_database_that_cannot_be_read_is_no_missing_run(services: Services) -> None:
    store = services._store
    with store._engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE runs RENAME TO gone")
    with pytest.raises(ServiceError, match="could not read") as caught:
        services.entry(ME, "a")
    assert not isinstance(caught.value, NotFound)
