"""The line of image operations: queued, looked at, canceled, asked for again, and carried out two at a time.

Each operation is a row of the store. Workers take rows under a lease, so an operation goes on whoever looks,
through a refresh or a restart.
"""

import contextlib
import logging
import secrets
import threading
import time
import uuid
from collections.abc import Callable

from services.azure.image_request import ImageRequest
from services.errors import NotFound, NotSaved
from services.operations.held import LEASE_S
from services.operations.view import OperationView, checkable, view
from services.operations.worker import OperationWorker
from services.store import Row, Store

DRAIN_S = 5.0
_LOG = logging.getLogger(__name__)


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
        self._at_once = at_once
        self._closing = threading.Event()
        self._closed = threading.Event()
        self._news = threading.Semaphore(0)
        self._held: set[str] = set()
        self._threads = [threading.Thread(target=self._serve, name=f"operations-{i}") for i in range(at_once)]
        self._heart = threading.Thread(target=self._keep_leases, name="operations-leases")
        for thread in (*self._threads, self._heart):
            thread.start()

    def generate(self, owner: str, intent: str, request: ImageRequest, *, keep: bool = True) -> str:
        """Queues an operation and returns its id; the same (owner, intent) is the same operation."""
        id = self._store.add_operation(
            {
                "id": secrets.token_urlsafe(12),
                "owner": owner,
                "intent": intent,
                "request": request.to_json(),
                "operation_id": str(uuid.uuid4()),
                "keep": keep,
                "created_at": self._clock(),
            }
        )
        self._news.release()
        return id

    def view(self, owner: str, id: str) -> OperationView:
        """How an operation stands: one read. Raises NotFound."""
        row = self._own(owner, id)
        if not row["keep"]:
            with contextlib.suppress(NotSaved):  # all that is lost is when somebody looked
                self._store.mark_seen(row)
        return self._view(row)

    def latest(self, owner: str) -> str | None:
        """The id of the owner's newest operation that is kept."""
        return self._store.latest_operation(owner)

    def unfinished(self, owner: str) -> tuple[OperationView, ...]:
        """The owner's operations that have not ended, oldest first."""
        return tuple(self._view(row) for row in self._store.unfinished_operations(owner))

    def cancel(self, owner: str, id: str) -> bool:
        """Cancels an operation that has not been sent; tells whether that was so. Raises NotFound."""
        self._own(owner, id)
        return self._store.step(id, was=("queued",), state="canceled")

    def check_again(self, owner: str, id: str) -> None:
        """Asks the service once more, where that may still bring pictures. Raises NotFound."""
        row = self._own(owner, id)
        if checkable(row):
            state = "polling" if row["service_id"] else "submitting"
            self._store.step(id, was=(row["state"],), state=state, error=None, lease_until=0)
            self._news.release()

    def close(self) -> None:
        """Gives the workers five seconds for the step they are in, then hangs up on whoever they wait for.

        What is unfinished goes on at the next start.
        """
        self._closing.set()
        self._worker.rest()
        for _ in self._threads:
            self._news.release()
        end = time.monotonic() + DRAIN_S
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._worker.close()
        for thread in self._threads:
            thread.join()
        self._closed.set()
        self._heart.join()

    def _own(self, owner: str, id: str) -> Row:
        row = self._store.operation(owner, id)
        if row is None:
            raise NotFound("There is no such result here.", advice="It may belong to another browser.")
        return row

    def _view(self, row: Row) -> OperationView:
        before = self._store.queue_position(row) if row["state"] == "queued" else 0
        return view(row, before, self._worker.previews.get(row["id"]))

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                lease = secrets.token_hex(8)  # one for each claim: a lease that ran out is never ours again
                row = self._store.claim(lease, LEASE_S, self._at_once)
                if row is None:
                    self._news.acquire(timeout=1.0)
                else:
                    self._carry_out(row, lease)
            except NotSaved as error:
                _LOG.error("image operations wait: %s", error)
                self._closing.wait(1.0)

    def _carry_out(self, row: Row, lease: str) -> None:
        self._held.add(lease)
        try:
            self._worker.carry_out(row)
        finally:
            self._held.discard(lease)
            self._store.release(row["id"], lease)

    def _keep_leases(self) -> None:
        while not self._closed.wait(LEASE_S / 3):
            try:
                self._store.renew(tuple(self._held), LEASE_S)
            except NotSaved as error:
                _LOG.error("leases not renewed: %s", error)
