"""One operation in a worker's hands, and the only way in which a worker writes to it."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from services.azure.image_request import ImageRequest
from services.azure.retry import Wait
from services.errors import ServiceError
from services.store import UNFINISHED, Row, Store

UNANSWERED = ("submitting", "unknown")  # unknown: given up by another, while this answer was still on its way
LEASE_S = 10.0


class Lost(Exception):  # noqa: N818 (no error: the operation goes on elsewhere)
    """The operation is not this worker's any more: another took it over, or it was canceled or deleted."""


class Held:
    """A row under a lease. Every write names the lease, so a worker that stalled cannot undo its successor's.

    The one exception is the answer to a submit, and the pictures that came with it: they count whoever has
    the operation by then.
    """

    def __init__(self, store: Store, row: Row, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._request: Row = row["request"]
        self._polls: list[Row] = list(row["polls"])
        self._worker: str = row["worker"]
        self._sent_at: float = row["submitted_at"] or 0.0
        self.id: str = row["id"]
        self.owner: str = row["owner"]
        self.state: str = row["state"]
        self.operation_id: str = row["operation_id"]
        self.service_id: str | None = row["service_id"]
        self.slots: list[Row] = row["slots"]
        self.notice: str | None = row["notice"]
        self.usage: dict[str, int] | None = row["usage"]

    @property
    def request(self) -> ImageRequest:
        """What to draw."""
        return ImageRequest(**self._request)

    @property
    def waited_for(self) -> bool:
        """Whether the answer holds the pictures: the synchronous route, which keeps nothing to ask for."""
        return self._request.get("deployment") is not None

    @property
    def canceled(self) -> bool:
        """Whether nobody wants it any more, as far as the database can tell."""
        with contextlib.suppress(ServiceError):
            row = self._store.operation(self.owner, self.id)
            return row is None or row["state"] == "canceled"
        return False

    def send(self) -> None:
        """Says that the request is about to leave. Raises Lost where it was canceled a moment ago."""
        self._sent_at = self._clock()
        was = (self.state,)  # queued, or still submitting where the wait could not be written
        self._write(was, held_by=self._worker, state="submitting", submitted_at=self._sent_at, waiting=None)

    def wait(self, wait: Wait) -> None:
        """Says that the service took nothing and is asked again later."""
        self._write(("submitting",), held_by=self._worker, state="queued", waiting=asdict(wait))

    def step(self, **values: Any) -> None:
        """Writes how far it is. Raises Lost where it has ended or is in other hands."""
        if self.state == "submitting" or (self.waited_for and self.state == "saving"):
            lease = {"worker": self._worker, "lease_until": self._clock() + LEASE_S}
            was = (*UNANSWERED, self.state)
            self._write(was, **lease, **{"error": None, "filter": None, **values})
        else:
            self._write(UNFINISHED, held_by=self._worker, **values)

    def poll(
        self,
        http_status: int | None = None,
        status: str = "",
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        """Notes one answer of the service; the next write keeps it."""
        now = self._clock()
        poll = {
            "at": now,
            "elapsed_s": max(0.0, now - self._sent_at),
            "http_status": http_status,
            "status": status,
            "retry_after_s": retry_after,
            "request_id": request_id,
        }
        self._polls = [*self._polls, poll]

    def failed_poll(self, error: ServiceError) -> None:
        """Notes an answer that was none."""
        self.poll(error.status, error.code or "", error.retry_after, error.request_id)

    def next_poll(self, delay_s: float) -> None:
        """Writes when the service is asked again."""
        self.step(next_poll_at=self._clock() + delay_s)

    def _write(self, was: tuple[str, ...], **values: Any) -> None:
        told: dict[str, Any] = {"polls": self._polls, "notice": self.notice, "usage": self.usage}
        if not self._store.step(self.id, was=was, **told, **values):
            raise Lost
        self.state = values.get("state", self.state)
        self.service_id = values.get("service_id", self.service_id)
