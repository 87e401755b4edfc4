"""Brings a database of an earlier version up to date, with a copy of it kept beside it for a month.

`PRAGMA user_version` counts the migrations a database has had. A new one starts with all of them.
"""

import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from services.errors import ServiceError
from services.store.search import folded
from services.store.tables import OPERATIONS, PRESETS, RUNS, TABLES

COPIES_KEPT_S = 30 * 24 * 3600


def migrate(engine: sa.Engine, path: Path) -> None:
    """Makes the tables, or changes those of an earlier version. Raises ServiceError for a later version."""
    with engine.connect() as connection:
        before, made = _version(connection), bool(sa.inspect(connection).get_table_names())
        if before > len(MIGRATIONS):
            raise ServiceError(
                "The database was written by a newer version of the playground.",
                advice="Start that version, or name another folder in PLAYGROUND_DATA_DIR.",
            )
        if made and before < len(MIGRATIONS):
            copy = path.with_name(f"{path.name}.before-{len(MIGRATIONS)}.{time.time_ns()}")
            connection.exec_driver_sql("VACUUM INTO ?", (str(copy),))
            copy.chmod(0o600)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        before = _version(connection)  # another process may have been faster
        if not sa.inspect(connection).get_table_names():
            before = len(MIGRATIONS)
            TABLES.create_all(connection)
        for migration in MIGRATIONS[before:]:
            migration(connection)
        connection.exec_driver_sql(f"PRAGMA user_version={len(MIGRATIONS)}")


def copies(path: Path) -> list[Path]:
    """The copies of a database that were made before it was changed."""
    return sorted(path.parent.glob(f"{path.name}.before-*"))


def remove_old_copies(path: Path, now: float) -> None:
    """Removes the copies that are older than 30 days."""
    for copy in copies(path):
        if copy.stat().st_mtime < now - COPIES_KEPT_S:
            copy.unlink(missing_ok=True)


def _version(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _history(connection: sa.Connection) -> None:
    """Text runs, presets, and what the history asks of an operation."""
    for column in (
        "deployment TEXT",
        "search BLOB NOT NULL DEFAULT ''",
        "favourite BOOLEAN NOT NULL DEFAULT 0",
        "keep BOOLEAN NOT NULL DEFAULT 1",
        "seen_at FLOAT NOT NULL DEFAULT 0",
        "deleted_at FLOAT",
    ):
        connection.exec_driver_sql(f"ALTER TABLE operations ADD COLUMN {column}")
    connection.exec_driver_sql("CREATE INDEX operations_by_owner ON operations (owner, created_at, id)")
    TABLES.create_all(connection, [RUNS, PRESETS])
    table = OPERATIONS.c
    for id, request in connection.execute(sa.select(table.id, table.request)).all():
        values = {"deployment": request.get("deployment"), "search": folded(request.get("prompt", ""))}
        connection.execute(OPERATIONS.update().where(table.id == id).values(values))


def _waiting(connection: sa.Connection) -> None:
    """What an operation waits for, was told and has used."""
    for column in ("waiting JSON", "notice TEXT", "usage JSON"):
        connection.exec_driver_sql(f"ALTER TABLE operations ADD COLUMN {column}")


def _told(connection: sa.Connection) -> None:
    """What a text run was told."""
    if "notice" not in {column["name"] for column in sa.inspect(connection).get_columns("runs")}:
        connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN notice TEXT")  # `_history` makes it, too


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (_history, _waiting, _told)
