"""A worker of image operations with everything around it."""

from dataclasses import dataclass
from typing import Any

from services.config import Settings
from services.operations import OperationWorker
from services.pictures import Pictures
from services.store import Row, Store
from tests.services.following import ME

OURS = "11111111-2222-3333-4444-555555555555"


@dataclass
class Bench:
    """A worker with everything around it, and a clock that a test may move."""

    store: Store
    worker: OperationWorker
    pictures: Pictures
    settings: Settings
    now: float = 1_000.0
    skew: float = 0.0  # of the clock on the wall

    def add(self, state: str = "queued", **more: Any) -> None:
        row = {
            "id": "a",
            "owner": ME,
            "intent": "a",
            "request": {"prompt": "A cat", "n": 2, "size": "256x256"},
        }
        self.store.add_operation({**row, "operation_id": OURS, "state": state, **more})

    def carry_out(self, lease: str = "worker") -> Row:
        row = self.store.claim(lease, 60)
        assert row is not None
        self.worker.carry_out(row)
        self.store.release("a", lease)
        return self.row

    def take_over(self) -> Row:
        """Another worker carries on with what this one seems to have dropped."""
        self.store.release("a", "worker")
        return self.carry_out("another")

    def work(self) -> Row:
        self.add()
        return self.carry_out()

    @property
    def row(self) -> Row:
        return self.store.operation(ME, "a") or {}

    def originals(self) -> list[bytes | None]:
        """The bytes of each slot, None where it has no picture."""
        keys = [slot.get("key") for slot in self.row["slots"]]
        return [self.pictures.path(key, "original").read_bytes() if key else None for key in keys]
