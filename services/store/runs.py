"""Text runs, written by the recorder as they grow."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from services.store.database import Database, Row
from services.store.search import folded
from services.store.tables import RUNS


class RunRows(Database):
    """The table `runs`."""

    def save_runs(
        self, new: Sequence[Row], changed: Sequence[Row], running: Collection[str], lease_s: float
    ) -> None:
        """Adds rows, writes to rows that are still there, and prolongs the lease of those still running."""
        lease = self._clock() + lease_s
        added = [{"lease_until": lease, "search": folded(row["request"]["prompt"]), **row} for row in new]
        written = [{"run": row["id"], **row} for row in changed]
        with self._write() as connection:
            if added:
                connection.execute(insert(RUNS).on_conflict_do_nothing(), added)
            if written:
                connection.execute(RUNS.update().where(RUNS.c.id == sa.bindparam("run")), written)
            if running:
                connection.execute(RUNS.update().where(RUNS.c.id.in_(running)).values(lease_until=lease))

    def run(self, owner: str, id: str) -> Row | None:
        """The owner's text run, or None for an unknown or deleted id as for somebody else's."""
        table = RUNS.c
        query = sa.select(RUNS).where(table.id == id, table.owner == owner, table.deleted_at.is_(None))
        with self._read() as connection:
            row = connection.execute(query).mappings().first()
            return dict(row) if row is not None else None
