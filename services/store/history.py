"""Text runs and image operations in one list: searched, marked, deleted."""

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from services.errors import no_such_run
from services.history import Entry, HistoryQuery, Outcome
from services.store.database import Database
from services.store.operations import UNFINISHED, cancel_unsent
from services.store.search import folded
from services.store.tables import OPERATIONS, RUNS


class HistoryRows(Database):
    """What is asked of the tables `runs` and `operations` together."""

    def history(
        self, owner: str, query: HistoryQuery, before: tuple[float, str] | None, limit: int
    ) -> tuple[Entry, ...]:
        """The owner's entries, newest first. before: the (at, id) of the last one of the page before."""
        wanted = []
        for entries in self._entries():
            conditions = [
                entries.c.owner == owner,
                entries.c.deleted_at.is_(None),
                *_matching(entries.c, query),
            ]
            if before is not None:
                conditions.append(sa.tuple_(entries.c.created_at, entries.c.id) < sa.tuple_(*before))
            newest = sa.select(entries).where(*conditions)
            newest = newest.order_by(entries.c.created_at.desc(), entries.c.id.desc()).limit(limit)
            wanted.append(sa.select(newest.subquery()))
        union = sa.union_all(*wanted).subquery()
        merged = sa.select(union).order_by(union.c.created_at.desc(), union.c.id.desc()).limit(limit)
        with self._read() as connection:
            return tuple(_entry(row) for row in connection.execute(merged).mappings())

    def entry(self, owner: str, id: str) -> Entry:
        """One entry. Raises NotFound for an unknown or deleted id as for somebody else's."""
        with self._read() as connection:
            for entries in self._entries():
                table = entries.c
                query = sa.select(entries).where(
                    table.owner == owner, table.id == id, table.deleted_at.is_(None)
                )
                if row := connection.execute(query).mappings().first():
                    return _entry(row)
        raise no_such_run()

    def deployments_used(self, owner: str) -> tuple[str, ...]:
        """The names of the deployments that the owner's entries used."""
        used = sa.union(
            *(
                sa.select(entries.c.deployment).where(
                    entries.c.owner == owner,
                    entries.c.deleted_at.is_(None),
                    entries.c.deployment.is_not(None),
                )
                for entries in self._entries()
            )
        )
        with self._read() as connection:
            return tuple(sorted(connection.execute(used).scalars()))

    def mark_favourite(self, owner: str, id: str, on: bool) -> bool:
        """Sets or takes a favourite's star; tells whether there was such an entry."""
        with self._write() as connection:
            return _change(connection, owner, [id], deleted=False, favourite=on) == 1

    def delete(self, owner: str, ids: Collection[str]) -> None:
        """Hides the owner's entries at once; `purge` removes them later. What was not sent never is."""
        with self._write() as connection:
            cancel_unsent(connection, OPERATIONS.c.owner == owner, OPERATIONS.c.id.in_(ids))
            _change(connection, owner, ids, deleted=False, deleted_at=self._clock())

    def restore(self, owner: str, ids: Collection[str]) -> bool:
        """Takes a deletion back; tells whether there was anything to take back."""
        with self._write() as connection:
            return _change(connection, owner, ids, deleted=True, deleted_at=None) > 0

    def _entries(self) -> tuple[sa.Subquery, sa.Subquery]:
        """Both tables with the same columns; of operations those that are kept."""
        run, operation = RUNS.c, OPERATIONS.c
        cut_off = sa.and_(run.outcome == Outcome.RUNNING.value, run.lease_until < self._clock())
        texts = sa.select(
            sa.literal("text").label("kind"),
            *(run[name] for name in _SHARED),
            sa.case((cut_off, Outcome.INCOMPLETE.value), else_=run.outcome).label("outcome"),
            sa.type_coerce(run.excerpt, sa.Text).label("excerpt"),
            sa.literal("[]").label("slots"),
        )
        images = sa.select(
            sa.literal("image").label("kind"),
            *(operation[name] for name in _SHARED),
            _IMAGE_OUTCOME.label("outcome"),
            sa.literal('""').label("excerpt"),
            sa.type_coerce(operation.slots, sa.Text).label("slots"),
        ).where(operation.keep)
        return texts.subquery(), images.subquery()


def _change(
    connection: sa.Connection, owner: str, ids: Collection[str], *, deleted: bool, **values: Any
) -> int:
    changed = 0
    for table in (RUNS, OPERATIONS):
        where = (
            table.c.owner == owner,
            table.c.id.in_(ids),
            table.c.deleted_at.is_not(None) if deleted else table.c.deleted_at.is_(None),
        )
        changed += connection.execute(table.update().where(*where).values(values)).rowcount
    return changed


_SHARED = ("id", "owner", "created_at", "deleted_at", "favourite", "deployment", "search", "request")

_SLOTS = sa.type_coerce(OPERATIONS.c.slots, sa.Text)
_STATE = OPERATIONS.c.state
_IMAGE_OUTCOME = sa.case(
    (_STATE.in_(UNFINISHED), Outcome.RUNNING.value),
    (_STATE == "canceled", Outcome.STOPPED.value),
    (_STATE == "unknown", Outcome.UNKNOWN.value),
    (sa.func.json_type(OPERATIONS.c.filter) == "object", Outcome.FILTERED.value),
    (_STATE == "failed", Outcome.FAILED.value),
    (_SLOTS.contains('"width":'), Outcome.SUCCEEDED.value),  # a picture that has left keeps its size
    (_SLOTS.contains('"filter":{'), Outcome.FILTERED.value),
    else_=Outcome.FAILED.value,
)


def _matching(
    table: sa.sql.base.ReadOnlyColumnCollection[str, Any], query: HistoryQuery
) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if query.text:
        conditions.append(sa.func.instr(table.search, folded(query.text)) > 0)
    if query.kind is not None:
        conditions.append(table.kind == query.kind)
    if query.outcome is not None:
        conditions.append(table.outcome == query.outcome.value)
    if query.deployment is not None:
        conditions.append(table.deployment == query.deployment)
    if query.favourites:
        conditions.append(table.favourite)
    return conditions


def _entry(row: sa.RowMapping) -> Entry:
    return Entry(
        id=row["id"],
        kind=row["kind"],
        at=row["created_at"],
        prompt=row["request"]["prompt"],
        deployment=row["deployment"],
        outcome=Outcome(row["outcome"]),
        favourite=bool(row["favourite"]),
        keys=tuple(slot["key"] for slot in json.loads(row["slots"]) if slot.get("key")),
        excerpt=json.loads(row["excerpt"]),
    )
