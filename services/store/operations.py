"""Image operations, worked under a lease."""

import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from services.store.database import Database, Row
from services.store.search import folded
from services.store.tables import OPERATIONS

UNFINISHED = ("queued", "submitting", "polling", "saving")
FINISHED = ("succeeded", "failed", "canceled", "unknown")


def cancel_unsent(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> None:
    """Ends those of these operations that wait in the line: they are never sent."""
    unsent = OPERATIONS.update().where(OPERATIONS.c.state == "queued", *which)
    connection.execute(unsent.values(state="canceled"))


class OperationRows(Database):
    """The table `operations`."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        super().__init__(path, clock)
        self._stepped = threading.Condition()

    def add_operation(self, row: Row) -> str:
        """Adds a queued operation; the same (owner, intent) gives the id of the one that exists."""
        request = row["request"]
        values = {
            "state": "queued",
            "created_at": self._clock(),
            "polls": [],
            "slots": [],
            "deployment": request.get("deployment"),
            "search": folded(request.get("prompt", "")),
            **row,
        }
        with self._write() as connection:
            connection.execute(insert(OPERATIONS).values(values).on_conflict_do_nothing())
            found = connection.execute(
                sa.select(OPERATIONS.c.id).where(
                    OPERATIONS.c.owner == row["owner"], OPERATIONS.c.intent == row["intent"]
                )
            )
            return str(found.scalar_one())

    def operation(self, owner: str, id: str) -> Row | None:
        """The owner's operation, or None for an unknown or deleted id as for somebody else's."""
        table = OPERATIONS.c
        query = sa.select(OPERATIONS).where(table.id == id, table.owner == owner, table.deleted_at.is_(None))
        with self._read() as connection:
            row = connection.execute(query).mappings().first()
            return dict(row) if row is not None else None

    def latest_operation(self, owner: str) -> str | None:
        """The id of the owner's newest operation that is kept."""
        table = OPERATIONS.c
        kept = sa.select(table.id).where(table.owner == owner, table.keep, table.deleted_at.is_(None))
        with self._read() as connection:
            return connection.execute(kept.order_by(table.created_at.desc()).limit(1)).scalar()

    def unfinished_operations(self, owner: str) -> list[Row]:
        """The owner's operations that are under way or wait for their turn, oldest first."""
        table = OPERATIONS.c
        query = (
            sa.select(OPERATIONS)
            .where(table.state.in_(UNFINISHED), table.owner == owner, table.deleted_at.is_(None))
            .order_by(table.created_at)
        )
        with self._read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def queue_position(self, row: Row) -> int:
        """How many queued operations stand before this one."""
        query = (
            sa.select(sa.func.count())
            .select_from(OPERATIONS)
            .where(OPERATIONS.c.state == "queued", OPERATIONS.c.created_at < row["created_at"])
        )
        with self._read() as connection:
            return int(connection.execute(query).scalar_one())

    def claim(self, worker: str, lease_s: float, at_once: int = 2) -> Row | None:
        """Takes the oldest unfinished operation that nobody holds; what is under way comes first.

        worker: a name for this one lease. None too while `at_once` operations are held, here or elsewhere.
        """
        now, table = self._clock(), OPERATIONS.c
        unfinished = table.state.in_(UNFINISHED)
        held = sa.select(sa.func.count()).select_from(OPERATIONS).where(unfinished, table.lease_until >= now)
        wanted = (
            sa.select(OPERATIONS)
            .where(unfinished, table.lease_until < now)
            .order_by(table.state == "queued", table.created_at)
            .limit(1)
        )
        with self._write() as connection:
            if connection.execute(held).scalar_one() >= at_once:
                return None
            row = connection.execute(wanted).mappings().first()
            if row is None:
                return None
            lease = {"worker": worker, "lease_until": now + lease_s}
            connection.execute(OPERATIONS.update().where(table.id == row["id"]).values(lease))
            return {**row, **lease}

    def renew(self, workers: Collection[str], lease_s: float) -> None:
        """Prolongs leases."""
        update = OPERATIONS.update().where(OPERATIONS.c.worker.in_(workers))
        with self._write() as connection:
            connection.execute(update.values(lease_until=self._clock() + lease_s))

    def release(self, id: str, worker: str) -> None:
        """Gives an operation back."""
        held = (OPERATIONS.c.id == id, OPERATIONS.c.worker == worker)
        with self._write() as connection:
            connection.execute(OPERATIONS.update().where(*held).values(lease_until=0, worker=None))

    def step(self, id: str, *, was: tuple[str, ...], held_by: str | None = None, **values: Any) -> bool:
        """Writes to an operation if its state is still one of `was`; tells whether it was.

        held_by: the lease it must be held under, too.
        """
        where = [OPERATIONS.c.id == id, OPERATIONS.c.state.in_(was)]
        if held_by is not None:
            where.append(OPERATIONS.c.worker == held_by)
        with self._write() as connection:
            done = connection.execute(OPERATIONS.update().where(*where).values(values)).rowcount == 1
        with self._stepped:
            self._stepped.notify_all()
        return done

    def await_step(self, seconds: float) -> None:
        """Waits until an operation has moved on by this process, at most so long."""
        with self._stepped:
            self._stepped.wait(seconds)

    def mark_seen(self, row: Row) -> None:
        """Notes that somebody looks at an operation, at most once a minute."""
        now = self._clock()
        if row["seen_at"] < now - 60:
            with self._write() as connection:
                connection.execute(
                    OPERATIONS.update().where(OPERATIONS.c.id == row["id"]).values(seen_at=now)
                )
