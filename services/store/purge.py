"""What removes: deleted runs, everything of one owner, pictures beyond the quota."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import sqlalchemy as sa

from services.store.database import Database
from services.store.operations import FINISHED, cancel_unsent
from services.store.tables import DRAFTS, OPERATIONS, PRESETS, RUNS

Remove = Callable[[Collection[str]], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture and the newest operation that has it. at: Unix seconds. favourite: of any such operation."""

    key: str
    owner: str
    at: float
    favourite: bool


class PurgeRows(Database):
    """Deletes for good. Files go first: after a crash in between, the rows are there to be purged again."""

    def purge(self, before: float, remove: Remove) -> None:
        """Removes what was deleted before then, and operations that are not kept and were seen last before.

        remove: takes the keys of the pictures that no other operation has.
        """
        run, operation, now = RUNS.c, OPERATIONS.c, self._clock()
        unseen = sa.and_(sa.not_(operation.keep), operation.seen_at < before, operation.created_at < before)
        self._purge(
            sa.and_(run.deleted_at < before, sa.or_(run.state != "running", run.lease_until < now)),
            sa.and_(operation.state.in_(FINISHED), sa.or_(operation.deleted_at < before, unseen)),
            remove,
        )

    def purge_owner(self, owner: str, remove: Remove) -> None:
        """Removes everything of an owner; an operation under way is hidden, and goes once it has ended."""
        mine = OPERATIONS.c.owner == owner
        with self._write() as connection:
            for table in (DRAFTS, PRESETS):
                connection.execute(table.delete().where(table.c.owner == owner))
            cancel_unsent(connection, mine)
            connection.execute(OPERATIONS.update().where(mine).values(deleted_at=0))
        self._purge(RUNS.c.owner == owner, sa.and_(mine, OPERATIONS.c.state.in_(FINISHED)), remove)
        self.remove_copies()

    def pictures_kept(self) -> list[Kept]:
        """Every picture that an operation has."""
        found: dict[str, Kept] = {}
        columns = (_KEY, OPERATIONS.c.owner, OPERATIONS.c.created_at, OPERATIONS.c.favourite)
        query = sa.select(*columns).select_from(_SLOTS).where(_KEY.is_not(None))
        with self._read() as connection:
            for key, owner, at, favourite in connection.execute(query.order_by(OPERATIONS.c.created_at)):
                starred = bool(favourite) or (key in found and found[key].favourite)
                found[key] = Kept(key, owner, at, starred)
        return list(found.values())

    def keys_of(self, owner: str) -> set[str]:
        """The keys of an owner's pictures."""
        with self._read() as connection:
            return _keys(connection, OPERATIONS.c.owner == owner)

    def text_bytes(self, owner: str) -> int:
        """How many bytes an owner's text runs take."""
        size = sa.func.sum(sa.func.length(RUNS.c.snapshot) + 2 * sa.func.length(RUNS.c.search))
        with self._read() as connection:
            return int(connection.execute(sa.select(size).where(RUNS.c.owner == owner)).scalar() or 0)

    def drop_pictures(self, keys: Collection[str], why: str, remove: Remove) -> None:
        """Removes pictures and says why in the slots where they were."""
        wanted = sa.select(OPERATIONS.c.id, OPERATIONS.c.slots).select_from(_SLOTS).where(_KEY.in_(keys))
        with self._write() as connection:
            remove(keys)
            for id, slots in connection.execute(wanted).all():
                changed = [
                    slot | {"key": None, "error": why} if slot.get("key") in keys else slot for slot in slots
                ]
                connection.execute(OPERATIONS.update().where(OPERATIONS.c.id == id).values(slots=changed))

    def _purge(
        self, runs: sa.ColumnElement[bool], operations: sa.ColumnElement[bool], remove: Remove
    ) -> None:
        with self._write() as connection:
            going = sa.select(OPERATIONS.c.id).where(operations)
            gone = _keys(connection, OPERATIONS.c.id.in_(going))
            if gone:
                remove(gone - _keys(connection, OPERATIONS.c.id.not_in(going)))
            connection.execute(RUNS.delete().where(runs))
            connection.execute(OPERATIONS.delete().where(operations))
        self.empty_log()


_SLOT = sa.func.json_each(OPERATIONS.c.slots).table_valued("value")
_SLOTS = OPERATIONS.join(_SLOT, sa.true())
_KEY = sa.func.json_extract(_SLOT.c.value, "$.key")


def _keys(connection: sa.Connection, which: sa.ColumnElement[bool]) -> set[str]:
    return set(
        connection.execute(sa.select(_KEY).select_from(_SLOTS).where(which, _KEY.is_not(None))).scalars()
    )
