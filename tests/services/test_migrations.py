"""A database of the last release is taken over whole, with a copy beside it for a month."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

from services import HistoryQuery, Outcome, ServiceError
from services.store import Store
from tests.services.following import ME, OTHER

LAST_RELEASE = """
CREATE TABLE operations (
    id TEXT NOT NULL, owner TEXT NOT NULL, intent TEXT NOT NULL, request JSON NOT NULL,
    operation_id TEXT NOT NULL, service_id TEXT, state TEXT NOT NULL, created_at FLOAT NOT NULL,
    submitted_at FLOAT, next_poll_at FLOAT, worker TEXT, lease_until FLOAT DEFAULT '0' NOT NULL,
    polls JSON NOT NULL, slots JSON NOT NULL, filter JSON, error JSON, expires_at FLOAT,
    PRIMARY KEY (id), UNIQUE (owner, intent)
);
CREATE INDEX operations_by_state ON operations (state, created_at);
CREATE TABLE drafts (
    owner TEXT NOT NULL, page TEXT NOT NULL, content JSON NOT NULL, saved_at FLOAT NOT NULL,
    PRIMARY KEY (owner, page)
);
CREATE TABLE lessons (
    origin TEXT NOT NULL, deployment TEXT NOT NULL, content JSON NOT NULL, PRIMARY KEY (origin, deployment)
);
"""
SLOTS = '[{"key":"' + "a" * 64 + '","width":8,"height":8,"revised_prompt":null}]'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database as the last release left it."""
    path = tmp_path / "playground.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.executescript(LAST_RELEASE)
        for id, state, prompt in (("done", "succeeded", "ÉCLAIR\0\ud800"), ("under-way", "polling", "A cat")):
            request = json.dumps({"prompt": prompt, "deployment": "dalle" if id == "done" else None})
            database.execute(
                "INSERT INTO operations"
                " (id, owner, intent, request, operation_id, state, created_at, polls, slots)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, '[]', ?)",
                (id, ME, id, request, f"o-{id}", state, 1_000.0, SLOTS if id == "done" else "[]"),
            )
        database.execute("INSERT INTO drafts VALUES (?, 'images', '{\"prompt\":\"one\"}', 1)", (ME,))
        database.execute("INSERT INTO lessons VALUES ('https://a', 'text', '{\"without\":[\"seed\"]}')")
    database.close()
    return path


def copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob("playground.db.before-*"))


def shape(path: Path) -> dict[str, object]:
    """Every table and index with its columns, and the version."""
    with sqlite3.connect(path) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE sql IS NOT NULL")]
        columns = {
            name: sorted(
                (row[1], row[2], row[3], row[5]) for row in database.execute(f"PRAGMA table_info({name})")
            )
            or sorted(row[2] for row in database.execute(f"PRAGMA index_info({name})"))
            for name in names
        }
        version = database.execute("PRAGMA user_version").fetchone()
    database.close()
    return columns | {"version": version}


def test_everything_of_the_last_release_is_there(path: Path) -> None:
    for _ in range(2):  # the second start changes nothing more
        store = Store(path)
        assert [entry.id for entry in store.history(ME, HistoryQuery(), None, 9)] == ["under-way", "done"]
        entry = store.entry(ME, "done")
        assert entry is not None and entry.keys == ("a" * 64,)
        assert (entry.prompt, entry.deployment, entry.outcome) == (
            "ÉCLAIR\0\ud800",
            "dalle",
            Outcome.SUCCEEDED,
        )
        assert [e.id for e in store.history(ME, HistoryQuery(text="éclair"), None, 9)] == ["done"]
        assert store.history(OTHER, HistoryQuery(), None, 9) == ()
        assert (store.draft(ME, "images"), store.lessons("https://a")) == (
            {"prompt": "one"},
            {"text": {"without": ["seed"]}},
        )
        assert (store.claim("worker", 0) or {})["id"] == "under-way"
        store.save_preset(ME, "images", "big", {"n": 2})
        store.close()
    assert len(copies(path)) == 1


def test_a_taken_over_database_is_made_like_a_new_one(path: Path, tmp_path: Path) -> None:
    Store(path).close()
    Store(tmp_path / "new.db").close()
    assert shape(path) == shape(tmp_path / "new.db")


def test_the_version_before_is_made_like_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "playground.db"
    Store(path).close()
    new = shape(path)
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE runs DROP COLUMN notice")
        database.execute("PRAGMA user_version=2")
    database.close()
    Store(path).close()
    assert shape(path) == new


def test_the_copy_is_the_database_before(path: Path) -> None:
    Store(path).close()
    (copy,) = copies(path)
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as database:
        assert database.execute("SELECT count(*) FROM operations").fetchone() == (2,)
        assert database.execute("PRAGMA user_version").fetchone() == (0,)
    database.close()


def test_a_copy_is_removed_after_thirty_days(path: Path) -> None:
    Store(path).close()
    (copy,) = copies(path)
    made = copy.stat().st_mtime
    Store(path, lambda: made + 29 * 86_400).close()
    assert copies(path) == [copy]
    os.utime(copy, (made - 2 * 86_400, made - 2 * 86_400))
    Store(path, lambda: made + 29 * 86_400).close()
    assert copies(path) == []


def test_a_new_database_needs_no_copy(tmp_path: Path) -> None:
    Store(tmp_path / "playground.db").close()
    assert copies(tmp_path / "playground.db") == []


def test_a_change_that_breaks_off_leaves_the_database_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str) -> bytes:
        raise RuntimeError(text)

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr("services.store.migrations.folded", broken)
        Store(path)
    store = Store(path)
    assert len(store.history(ME, HistoryQuery(), None, 9)) == 2
    store.close()


def test_a_database_of_a_later_version_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    before = path.read_bytes()
    with pytest.raises(ServiceError, match="newer version") as caught:
        Store(path)
    assert "PLAYGROUND_DATA_DIR" in caught.value.advice
    assert (path.read_bytes(), copies(path)) == (before, [])
