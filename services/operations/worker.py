"""Carries one image operation out: submit once, poll to the end, keep the pictures.

A row reaches `submitting` before the request leaves, and a row found in that state is never sent again: the
service is asked whether it knows it, and where it does not say, the person decides.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.azure import Azure
from services.azure.image_request import ImageRequest
from services.azure.images import FAILED, SUCCEEDED, OperationReply, Picture
from services.errors import (
    BadReply,
    Busy,
    Filtered,
    NotSaved,
    OutcomeUnknown,
    Refused,
    ServiceError,
    Unreachable,
)
from services.operations.policy import WATCH_S, gives_up, not_accepted, overdue, poll_delay
from services.pictures import Pictures
from services.store import UNFINISHED, Row, Store

DOWNLOAD_TRIES = 4
_LOG = logging.getLogger(__name__)


class OperationWorker:
    """Knows the service, the store and the pictures; holds nothing of an operation itself."""

    def __init__(
        self,
        store: Store,
        azure: Azure,
        pictures: Pictures,
        *,
        watch_s: float = WATCH_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._azure = azure
        self._pictures = pictures
        self._watch_s = watch_s
        self._clock = clock
        self._closing = threading.Event()
        self._downloads = ThreadPoolExecutor(4, thread_name_prefix="download")

    def close(self) -> None:
        """Ends waits between polls; a request under way is finished."""
        self._closing.set()
        self._downloads.shutdown(wait=False, cancel_futures=True)

    def carry_out(self, row: Row) -> None:
        """Works until the operation ends or the server closes; whatever goes wrong, the row says so."""
        try:
            if row["state"] == "queued":
                self._submit(row, ImageRequest(**row["request"]))
            elif row["state"] == "submitting" or row["service_id"] is None:
                self._recover(row)
            else:
                self._follow(row)
        except NotSaved:
            raise
        except ServiceError as error:
            self._finish(row, "failed", error)
        except Exception:
            if self._closing.is_set():
                return  # the pools are gone; the row goes on at the next start
            _LOG.exception("operation %s ended by a defect", row["id"])
            self._finish(row, "unknown", ServiceError(f"Something went wrong here. Reference: {row['id']}."))

    def _submit(self, row: Row, request: ImageRequest) -> None:
        row["submitted_at"] = self._clock()
        if not self._step(row, was=("queued",), state="submitting", submitted_at=row["submitted_at"]):
            return  # canceled a moment ago
        waited_for = request.deployment is not None  # the synchronous route answers with the pictures
        try:
            if waited_for:
                reply = self._azure.generate(request)
            else:
                reply = self._azure.submit(request, row["operation_id"])
        except ServiceError as error:
            if not_accepted(error):
                raise
            self._recover(row, error)
        else:
            if waited_for:
                self._record(row, reply.http_status, "", None, reply.request_id)  # it has no status word
                self._ended(row, reply)
            elif reply.id is None:  # accepted without a name: ours may do
                self._recover(row)
            else:
                self._accepted(row, reply)

    def _recover(self, row: Row, lost: ServiceError | None = None) -> None:
        """Asks for an operation that may have been accepted, under the id it was sent with.

        The synchronous route keeps nothing that could be asked for. lost: what came instead of its answer.
        """
        if row["request"].get("deployment") is not None:
            raise OutcomeUnknown(
                "The request was sent, but the pictures never arrived: they may have been made.",
                advice="The service does not keep them. Generate anew if you want; both may be billed.",
                request_id=lost.request_id if lost else None,
                status=lost.status if lost else None,
            )
        try:
            reply = self._azure.poll(row["operation_id"])
        except ServiceError as error:
            raise OutcomeUnknown(
                "The request was sent, but no answer came back: it may have been accepted.",
                advice="It is never sent again by itself. Check again, or generate anew; it may be billed.",
                request_id=error.request_id,
                status=error.status,
            ) from None
        else:
            self._accepted(row, reply)

    def _accepted(self, row: Row, reply: OperationReply) -> None:
        if reply.id is None:
            raise BadReply("The service accepted the request but named no operation.")
        row["service_id"] = reply.id
        self._record(row, reply.http_status, reply.status, reply.retry_after, reply.request_id)
        self._step(row, state="polling", service_id=reply.id)
        self._follow(row)

    def _follow(self, row: Row) -> None:
        """Polls at once, then as often as the service asks, to the first end state."""
        failures: list[ServiceError] = []
        while not self._closing.is_set():
            try:
                reply = self._azure.poll(row["service_id"])
            except ServiceError as error:
                failures.append(error)
                self._record(row, error.status, error.code or "", error.retry_after, error.request_id)
                if gives_up(failures):
                    self._finish(row, "unknown", error)
                    return
                wait = error.retry_after
            else:
                failures, wait = [], reply.retry_after
                self._record(row, reply.http_status, reply.status, wait, reply.request_id)
                if self._ended(row, reply):
                    return
            elapsed = self._clock() - row["submitted_at"]
            if elapsed > self._watch_s:
                raise overdue(self._watch_s)
            delay = poll_delay(elapsed, wait)
            self._step(row, next_poll_at=self._clock() + delay)
            self._closing.wait(delay)

    def _ended(self, row: Row, reply: OperationReply) -> bool:
        status = reply.status.lower()
        if status in SUCCEEDED:
            self._save(row, reply)
            return True
        if status not in FAILED:
            return False
        if reply.filter is not None:
            blocked = Filtered(
                "The content filter blocked this prompt. No picture was made.",
                report=reply.filter,
                advice="Reword the prompt and try again. The call may still be billed.",
                code=reply.error_code,
                request_id=reply.request_id,
            )
            self._finish(row, "failed", blocked)
        else:
            word = "failed" if status == "failed" else f"ended as “{reply.status}”"
            raise Refused(
                f"The image operation {word}.",
                advice=reply.error or "The service gave no reason. Generate again for another try.",
                code=reply.error_code,
                request_id=reply.request_id,
            )
        return True

    def _save(self, row: Row, reply: OperationReply) -> None:
        if not reply.pictures:
            raise BadReply(
                "The service finished without an image.",
                advice="Generate again for another try.",
                request_id=reply.request_id,
            )
        self._step(row, state="saving")
        slots = list(self._downloads.map(self._slot, reply.pictures))
        if any(slot is None for slot in slots):  # a link is gone: ask once for fresh ones
            fresh: tuple[Picture, ...] = ()
            with contextlib.suppress(ServiceError):  # the other pictures stand
                fresh = self._azure.poll(row["service_id"]).pictures if row["service_id"] else ()
            again = (fresh[i] if i < len(fresh) else picture for i, picture in enumerate(reply.pictures))
            slots = [
                slot or self._slot(picture) or {"error": "The picture's link is gone."}
                for slot, picture in zip(slots, again, strict=True)
            ]
        self._step(row, state="succeeded", slots=slots, expires_at=reply.expires, next_poll_at=None)

    def _slot(self, picture: Picture) -> Row | None:
        """One slot as plain values; None where the link is gone and a fresh one is worth asking for."""
        if picture.filter is not None:
            return {"filter": picture.filter.to_json()}
        try:
            if picture.content is not None:
                stored = self._pictures.add(picture.content)
            elif picture.url is not None:
                stored = self._pictures.add(self._download(picture.url))
            else:
                return {"error": picture.error}
        except Refused:
            return None
        except ServiceError as error:
            return {"error": f"{error} {error.advice}".strip()}
        return {
            "key": stored.key,
            "width": stored.width,
            "height": stored.height,
            "revised_prompt": picture.revised_prompt,
        }

    def _download(self, url: str) -> bytes:
        for attempt in range(1, DOWNLOAD_TRIES):
            try:
                return self._azure.download(url)
            except (Unreachable, Busy):
                self._closing.wait(0.25 * 2**attempt)
        return self._azure.download(url)

    def _record(
        self, row: Row, http_status: int | None, status: str, wait: float | None, request_id: str | None
    ) -> None:
        now = self._clock()
        poll = {
            "at": now,
            "elapsed_s": now - row["submitted_at"],
            "http_status": http_status,
            "status": status,
            "retry_after_s": wait,
            "request_id": request_id,
        }
        row["polls"] = [*row["polls"], poll]

    def _finish(self, row: Row, state: str, error: ServiceError) -> None:
        report = error.report.to_json() if isinstance(error, Filtered) else None
        if isinstance(error, OutcomeUnknown):
            state = "unknown"
        self._step(row, state=state, error=error.to_json(), filter=report, next_poll_at=None)

    def _step(self, row: Row, was: tuple[str, ...] = UNFINISHED, **values: Any) -> bool:
        return self._store.step(row["id"], was=was, polls=row["polls"], **values)
