"""Whether the database file is whole; a damaged one is put aside, so that the playground can go on."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

_LOG = logging.getLogger(__name__)
CORRUPT, NOT_A_DATABASE = 11, 26  # sqlite.org/rescode.html


def code(error: sa.exc.SQLAlchemyError) -> int:
    """SQLite's primary result code, 0 where it gave none."""
    return int(getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)) & 0xFF


def replace_if_damaged(engine: sa.Engine, path: Path) -> str | None:
    """Renames a damaged database, and says so in a sentence; None for a whole one."""
    try:
        with engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() == "ok":
                return None
    except sa.exc.DatabaseError as error:
        if code(error) not in (CORRUPT, NOT_A_DATABASE):
            raise
    engine.dispose()
    aside = f"{path.name}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    for suffix in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(path.with_name(aside + suffix))
    notice = (
        f"The database was damaged, so the history begins anew. The old file is kept as {aside} in the data "
        "folder; the pictures are all still there."
    )
    _LOG.error("%s", notice)
    return notice
