"""What survives a restart, in one SQLite file: image operations, text runs, drafts, presets, lessons.

SQLAlchemy Core, no ORM, one module a family of tables. Every query takes the owner, except those of the
workers and of the housekeeping.
"""

from services.store.database import Row
from services.store.history import HistoryRows
from services.store.operations import FINISHED, UNFINISHED, OperationRows
from services.store.pages import PageRows
from services.store.purge import Kept, PurgeRows
from services.store.runs import RunRows

__all__ = ["FINISHED", "UNFINISHED", "Kept", "Row", "Store"]


class Store(OperationRows, RunRows, PageRows, HistoryRows, PurgeRows):
    """The database. Raises NotSaved where the disk refuses a write."""
