"""The SQLite file itself: opened, checked, read from and written to in short transactions."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.errors import NotSaved, ServiceError
from services.store.integrity import code, replace_if_damaged
from services.store.migrations import copies, migrate, remove_old_copies

Row = dict[str, Any]


class Database:
    """One database file. Raises ServiceError where it cannot be read, NotSaved where a write is refused.

    notice: what became of a damaged file, if there was one when it was opened.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        self._clock = clock
        self._engine = sa.create_engine(
            f"sqlite:///{path}", json_serializer=lambda value: json.dumps(value, separators=(",", ":"))
        )
        sa.event.listen(self._engine, "connect", _configure)
        sa.event.listen(self._engine, "begin", _begin)
        with _refusals(NotSaved, "could not write to its database"):
            self.notice = replace_if_damaged(self._engine, path)
            migrate(self._engine, path)
        path.chmod(0o600)
        remove_old_copies(path, clock())

    def close(self) -> None:
        """Closes the pooled connections."""
        self._engine.dispose()

    def empty_log(self) -> None:
        """Writes the log into the file and empties it, so that what was deleted is nowhere any more.

        While somebody reads, the log stays until the next purge, which comes within a minute.
        """
        with _refusals(NotSaved, "could not empty its log"), self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def remove_copies(self) -> None:
        """Removes the copies that were made before an update."""
        for copy in copies(self._path):
            copy.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        with _refusals(ServiceError, "could not read its database"), self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        """A short transaction that holds the write lock from its first statement."""
        with (
            _refusals(NotSaved, "could not write to its database"),
            self._engine.connect().execution_options(write=True) as connection,
            connection.begin(),
        ):
            yield connection


# Result codes of SQLite (sqlite.org/rescode.html).
_REASONS = {
    5: ("another program holds it", "Close what else works on it, then try again."),
    8: ("it may only be read", "Let the server write to the data folder, then try again."),
    10: ("the disk failed", "Check that the disk has space and is healthy, then try again."),
    11: ("the file is damaged", "Restart the server: it puts the file aside and begins a new one."),
    13: ("the disk is full", "Make space on the disk of the data folder, then try again."),
    14: ("the file cannot be opened", "Check that the data folder is there and may be written to."),
    26: ("the file is no database", "Restart the server: it puts the file aside and begins a new one."),
}


@contextlib.contextmanager
def _refusals(kind: type[ServiceError], what: str) -> Iterator[None]:
    """Turns what the database says into a sentence."""
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:  # the second: no connection was free in time
        reason, advice = _REASONS.get(code(error), ("", "Check the data folder, then try again."))
        raise kind(f"The playground {what}{reason and ': '}{reason}.", advice=advice) from None


def _configure(connection: Any, _record: Any) -> None:
    """WAL, every commit on the disk before it counts, what is deleted overwritten; `_begin` alone begins."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    """Write transactions lock at their first statement; reads need no transaction."""
    if connection.get_execution_options().get("write"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
