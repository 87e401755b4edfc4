"""What survives a restart, in one SQLite file: image operations, drafts, and what deployments taught.

SQLAlchemy Core, no ORM. Every query takes the owner, except those of the worker that carries operations out.
"""

import contextlib
import json
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from services.errors import NotSaved, ServiceError

UNFINISHED = ("queued", "submitting", "polling", "saving")
FINISHED = ("succeeded", "failed", "canceled", "unknown")

_TABLES = sa.MetaData()

_OPERATIONS = sa.Table(
    "operations",
    _TABLES,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("intent", sa.Text, nullable=False),
    sa.Column("request", sa.JSON, nullable=False),
    sa.Column("operation_id", sa.Text, nullable=False),  # ours, sent as Operation-Id
    sa.Column("service_id", sa.Text),  # the service's
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("submitted_at", sa.Float),
    sa.Column("next_poll_at", sa.Float),
    sa.Column("worker", sa.Text),
    sa.Column("lease_until", sa.Float, nullable=False, server_default="0"),
    sa.Column("polls", sa.JSON, nullable=False),
    sa.Column("slots", sa.JSON, nullable=False),
    sa.Column("filter", sa.JSON),
    sa.Column("error", sa.JSON),
    sa.Column("expires_at", sa.Float),
    sa.UniqueConstraint("owner", "intent"),
    sa.Index("operations_by_state", "state", "created_at"),
)

_DRAFTS = sa.Table(
    "drafts",
    _TABLES,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("page", sa.Text, primary_key=True),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)

_LESSONS = sa.Table(
    "lessons",
    _TABLES,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("deployment", sa.Text, primary_key=True),
    sa.Column("content", sa.JSON, nullable=False),
)

Row = dict[str, Any]


class Store:
    """The database. Raises NotSaved where the disk refuses a write."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._clock = clock
        self._engine = sa.create_engine(
            f"sqlite:///{path}", json_serializer=lambda value: json.dumps(value, separators=(",", ":"))
        )
        sa.event.listen(self._engine, "connect", _configure)
        sa.event.listen(self._engine, "begin", _begin)
        with self._write() as connection:
            _TABLES.create_all(connection)
        path.chmod(0o600)

    def close(self) -> None:
        """Closes the pooled connections."""
        self._engine.dispose()

    def add_operation(self, row: Row) -> str:
        """Adds a queued operation; the same (owner, intent) gives the id of the one that exists."""
        values = {"state": "queued", "created_at": self._clock(), "polls": [], "slots": [], **row}
        with self._write() as connection:
            connection.execute(insert(_OPERATIONS).values(values).on_conflict_do_nothing())
            found = connection.execute(
                sa.select(_OPERATIONS.c.id).where(
                    _OPERATIONS.c.owner == row["owner"], _OPERATIONS.c.intent == row["intent"]
                )
            )
            return str(found.scalar_one())

    def operation(self, owner: str, id: str) -> Row | None:
        """The owner's operation, or None for an unknown id as for somebody else's."""
        return self._first(_OPERATIONS.c.id == id, _OPERATIONS.c.owner == owner)

    def latest_operation(self, owner: str) -> str | None:
        """The id of the owner's newest operation."""
        row = self._first(_OPERATIONS.c.owner == owner)
        return row["id"] if row is not None else None

    def queue_position(self, row: Row) -> int:
        """How many queued operations stand before this one."""
        query = (
            sa.select(sa.func.count())
            .select_from(_OPERATIONS)
            .where(_OPERATIONS.c.state == "queued", _OPERATIONS.c.created_at < row["created_at"])
        )
        with self._read() as connection:
            return int(connection.execute(query).scalar_one())

    def claim(self, worker: str, lease_s: float) -> Row | None:
        """Takes the oldest unfinished operation that nobody holds; what is under way comes first."""
        now, table = self._clock(), _OPERATIONS.c
        wanted = (
            sa.select(_OPERATIONS)
            .where(table.state.in_(UNFINISHED), table.lease_until < now)
            .order_by(table.state == "queued", table.created_at)
            .limit(1)
        )
        with self._write() as connection:
            row = connection.execute(wanted).mappings().first()
            if row is None:
                return None
            lease = {"worker": worker, "lease_until": now + lease_s}
            connection.execute(_OPERATIONS.update().where(table.id == row["id"]).values(lease))
            return {**row, **lease}

    def renew(self, worker: str, ids: Collection[str], lease_s: float) -> None:
        """Prolongs a worker's leases on these operations."""
        held = (_OPERATIONS.c.worker == worker, _OPERATIONS.c.id.in_(ids))
        with self._write() as connection:
            connection.execute(_OPERATIONS.update().where(*held).values(lease_until=self._clock() + lease_s))

    def release(self, id: str, worker: str) -> None:
        """Gives an operation back."""
        held = (_OPERATIONS.c.id == id, _OPERATIONS.c.worker == worker)
        with self._write() as connection:
            connection.execute(_OPERATIONS.update().where(*held).values(lease_until=0))

    def step(self, id: str, *, was: tuple[str, ...], **values: Any) -> bool:
        """Writes to an operation if its state is still one of `was`; tells whether it was."""
        update = (
            _OPERATIONS.update().where(_OPERATIONS.c.id == id, _OPERATIONS.c.state.in_(was)).values(values)
        )
        with self._write() as connection:
            return connection.execute(update).rowcount == 1

    def save_draft(self, owner: str, page: str, content: Row) -> None:
        """Keeps what a person last committed on a page."""
        values = {"content": content, "saved_at": self._clock()}
        with self._write() as connection:
            connection.execute(
                insert(_DRAFTS)
                .values(owner=owner, page=page, **values)
                .on_conflict_do_update(index_elements=["owner", "page"], set_=values)
            )

    def draft(self, owner: str, page: str) -> Row:
        """What `save_draft` kept; empty if nothing."""
        query = sa.select(_DRAFTS.c.content).where(_DRAFTS.c.owner == owner, _DRAFTS.c.page == page)
        with self._read() as connection:
            return connection.execute(query).scalar() or {}

    def save_lesson(self, origin: str, deployment: str, content: Row) -> None:
        """Keeps what a service has taught about one of its deployments."""
        with self._write() as connection:
            connection.execute(
                insert(_LESSONS)
                .values(origin=origin, deployment=deployment, content=content)
                .on_conflict_do_update(index_elements=["origin", "deployment"], set_={"content": content})
            )

    def lesson(self, origin: str, deployment: str) -> Row:
        """What `save_lesson` kept; empty if nothing."""
        query = sa.select(_LESSONS.c.content).where(
            _LESSONS.c.origin == origin, _LESSONS.c.deployment == deployment
        )
        with self._read() as connection:
            return connection.execute(query).scalar() or {}

    def _first(self, *conditions: sa.ColumnElement[bool]) -> Row | None:
        query = sa.select(_OPERATIONS).where(*conditions).order_by(_OPERATIONS.c.created_at.desc()).limit(1)
        with self._read() as connection:
            row = connection.execute(query).mappings().first()
            return dict(row) if row is not None else None

    @contextlib.contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except sa.exc.DatabaseError:
            raise ServiceError(
                "The playground could not read its database.", advice="Check the data folder, then reload."
            ) from None

    @contextlib.contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        """A short transaction that holds the write lock from its first statement."""
        try:
            with self._engine.connect().execution_options(write=True) as connection, connection.begin():
                yield connection
        except sa.exc.DatabaseError:
            raise NotSaved(
                "The playground could not write to its database.",
                advice="Check that the disk has space and that the data folder can be written to.",
            ) from None


def _configure(connection: Any, _record: Any) -> None:
    """WAL, every commit on the disk before it counts; transactions are begun by `_begin` alone."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    """Write transactions lock at their first statement; reads need no transaction."""
    if connection.get_execution_options().get("write"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
