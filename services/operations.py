"""Image operations as a page knows them: queued, watched, canceled, asked for again.

Each operation is a row of the store. Workers take rows under a lease, so an operation goes on whoever looks,
through a refresh or a restart.
"""

import logging
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from services.azure.filters import CLEAN, FilterReport
from services.azure.image_request import ImageRequest
from services.errors import NotFound, NotSaved, ServiceError, error_from_json
from services.operation_worker import OperationWorker
from services.store import FINISHED, Row, Store

LEASE_S = 10.0
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Poll:
    """One answer about an operation. at: Unix seconds. elapsed_s: since it was sent. status: as received."""

    at: float
    elapsed_s: float
    http_status: int | None
    status: str
    retry_after_s: float | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a set: a picture (key, width, height in pixels), the filter's word, or an error."""

    key: str | None = None
    width: int = 0
    height: int = 0
    filter: FilterReport | None = None
    error: str | None = None
    revised_prompt: str | None = None


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation as a page shows it. Times are Unix seconds; queue_position counts those before it."""

    id: str
    state: str
    request: ImageRequest
    slots: tuple[Slot, ...]
    polls: tuple[Poll, ...]
    created_at: float
    next_poll_at: float | None
    queue_position: int
    expires_at: float | None
    filter: FilterReport
    error: ServiceError | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in FINISHED


class Operations:
    """The operations of this data folder, two under way at a time (the service's default limit)."""

    def __init__(
        self,
        store: Store,
        worker: OperationWorker,
        *,
        at_once: int = 2,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._worker = worker
        self._clock = clock
        self._name = secrets.token_hex(8)
        self._closing = threading.Event()
        self._news = threading.Semaphore(0)
        self._held: set[str] = set()
        self._threads = [threading.Thread(target=self._serve, name=f"operations-{i}") for i in range(at_once)]
        self._threads.append(threading.Thread(target=self._keep_leases, name="operations-leases"))
        for thread in self._threads:
            thread.start()

    def generate(self, owner: str, intent: str, request: ImageRequest) -> str:
        """Queues an operation and returns its id; the same (owner, intent) is the same operation."""
        id = self._store.add_operation(
            {
                "id": secrets.token_urlsafe(12),
                "owner": owner,
                "intent": intent,
                "request": request.to_json(),
                "operation_id": str(uuid.uuid4()),
                "created_at": self._clock(),
            }
        )
        self._news.release()
        return id

    def view(self, owner: str, id: str) -> OperationView:
        """How an operation stands: one read. Raises NotFound."""
        row = self._store.operation(owner, id)
        if row is None:
            raise NotFound("There is no such result here.", advice="It may belong to another browser.")
        return _view(row, self._store.queue_position(row) if row["state"] == "queued" else 0)

    def latest(self, owner: str) -> str | None:
        """The id of the owner's newest operation."""
        return self._store.latest_operation(owner)

    def cancel(self, owner: str, id: str) -> bool:
        """Cancels an operation that has not been sent; tells whether that was so."""
        self.view(owner, id)
        return self._store.step(id, was=("queued",), state="canceled")

    def check_again(self, owner: str, id: str) -> None:
        """Asks the service once more about an operation whose outcome is unknown."""
        row = self._store.operation(owner, id)
        if row is not None:
            state = "polling" if row["service_id"] else "submitting"
            self._store.step(
                id, was=("unknown",), state=state, error=None, lease_until=0, submitted_at=self._clock()
            )
            self._news.release()

    def close(self) -> None:
        """Lets the workers finish the step they are in; what is unfinished goes on at the next start."""
        self._closing.set()
        self._worker.close()
        for _ in self._threads:
            self._news.release()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                row = self._store.claim(self._name, LEASE_S)
                if row is None:
                    self._news.acquire(timeout=1.0)
                else:
                    self._carry_out(row)
            except NotSaved as error:
                _LOG.error("image operations wait: %s", error)
                self._closing.wait(1.0)

    def _carry_out(self, row: Row) -> None:
        self._held.add(row["id"])
        try:
            self._worker.carry_out(row)
        finally:
            self._held.discard(row["id"])
            self._store.release(row["id"], self._name)

    def _keep_leases(self) -> None:
        while not self._closing.wait(LEASE_S / 3):
            try:
                self._store.renew(self._name, tuple(self._held), LEASE_S)
            except NotSaved as error:
                _LOG.error("leases not renewed: %s", error)


def _view(row: Row, queue_position: int) -> OperationView:
    slots = (
        Slot(**(slot | {"filter": FilterReport.from_json(slot["filter"]) if slot.get("filter") else None}))
        for slot in row["slots"]
    )
    return OperationView(
        id=row["id"],
        state=row["state"],
        request=ImageRequest(**row["request"]),
        slots=tuple(slots),
        polls=tuple(Poll(**poll) for poll in row["polls"]),
        created_at=row["created_at"],
        next_poll_at=row["next_poll_at"],
        queue_position=queue_position,
        expires_at=row["expires_at"],
        filter=FilterReport.from_json(row["filter"]) if row["filter"] else CLEAN,
        error=error_from_json(row["error"]) if row["error"] else None,
    )
