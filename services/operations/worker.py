"""Carries one image operation out: submit once, poll to the end, keep the pictures.

A row reaches `submitting` before the request leaves, and a row found in that state is never sent again: the
service is asked whether it knows it, and where it does not say, the person decides.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from services.azure import Azure
from services.azure.images import FAILED, SUCCEEDED, OperationReply
from services.errors import (
    Disconnected,
    Invalid,
    NotSaved,
    OutcomeUnknown,
    ServiceError,
)
from services.operations import endings
from services.operations.calls import Calls, Polling, Sending
from services.operations.held import Held, Lost
from services.operations.policy import WATCH_S, gives_up, not_accepted, poll_delay
from services.operations.saving import LINK_GONE, Download, Saver
from services.pictures import Pictures
from services.store import Row, Store

_LOG = logging.getLogger(__name__)


class OperationWorker:
    """Knows the services, the store and the pictures; holds nothing of an operation but its latest preview.

    azure: what an owner's operation goes through, by the endpoint of a connection of their own, None for the
    server's. Raises Disconnected where that connection is gone; no other may take its place.
    clock: Unix seconds, for what is kept and shown. elapsed: monotonic seconds, for deadlines.
    """

    def __init__(
        self,
        store: Store,
        azure: Callable[[str, str | None], Azure],
        pictures: Pictures,
        *,
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._find_azure = azure
        self._pictures = pictures
        self._saver = Saver(pictures)
        self.previews: dict[str, bytes] = {}  # by the operation's id, while it is drawn
        self._clock = clock
        self._elapsed = elapsed
        self._closing = threading.Event()
        self._calls = Calls()

    def rest(self) -> None:
        """Ends waits between polls; a submit or a download under way is finished."""
        self._closing.set()

    def close(self) -> None:
        """Ends what is still under way; the next start goes on with it."""
        self.rest()
        self._calls.hang_up()
        self._saver.close()

    def carry_out(self, row: Row) -> None:
        """Works until the operation ends or the server closes; whatever goes wrong, the row says so."""
        with contextlib.suppress(Lost):  # it goes on in other hands, or nobody wants it any more
            try:
                self._carry_out(Held(self._store, row, self._clock))
            finally:
                self.previews.pop(row["id"], None)

    def _carry_out(self, held: Held) -> None:
        try:
            if held.state == "queued":
                self._submit(held)
            elif held.state == "submitting" or held.service_id is None:
                self._recover(held)
            else:
                self._follow(held, held.service_id)
        except (Lost, NotSaved):
            raise
        except ServiceError as error:
            if self._closing.is_set() and (held.state == "queued" or isinstance(error, OutcomeUnknown)):
                return  # it is sent, or asked for, at the next start
            self._finish(held, error)
        except Exception:
            if self._closing.is_set():
                return  # the pools are gone; the row goes on at the next start
            _LOG.exception("operation %s ended by a defect", held.id)
            self._finish(held, ServiceError(f"Something went wrong here. Reference: {held.id}."), "unknown")

    def _azure(self, held: Held) -> Azure:
        return self._find_azure(held.owner, held.request.endpoint)

    def _submit(self, held: Held) -> None:
        request, sending = held.request, Sending(held, self._calls, self._closing)
        try:
            azure = self._azure(held)
        except Disconnected as gone:
            raise Invalid(f"{gone} Nothing was sent.", advice="Connect again, then generate anew.") from None
        held.send()
        try:
            if held.waited_for:
                reply = azure.generate(request, sending, partial(self._preview, held.id))
            else:
                reply = azure.submit(request, held.operation_id, sending)
        except NotSaved:
            raise  # before another try: what the service refused is still to be sent
        except ServiceError as error:
            held.failed_poll(error)
            if not_accepted(error):
                raise
            self._recover(held, error)
        else:
            held.usage = reply.usage
            status = "" if held.waited_for else reply.status  # that route has no status word
            held.notice = reply.notice or held.notice
            held.poll(reply.http_status, status, reply.retry_after, reply.request_id)
            if held.waited_for:
                self._ended(held, reply)
            elif reply.id is None:  # accepted without a name: ours may do
                self._recover(held)
            else:
                self._accepted(held, reply.id)

    def _preview(self, id: str, encoded: bytes) -> None:
        with contextlib.suppress(ServiceError):  # a preview that cannot be shown is none
            self.previews[id] = self._pictures.preview(encoded)

    def _recover(self, held: Held, lost: ServiceError | None = None) -> None:
        """Asks for an operation that may have been accepted, under the id it was sent with.

        The synchronous route keeps nothing that could be asked for. lost: what came instead of its answer.
        """
        if held.waited_for:
            raise endings.never_arrived(lost)
        try:
            reply = self._poll(held, held.operation_id)
        except Disconnected:
            raise
        except ServiceError as error:
            raise endings.unanswered(error) from None
        self._accepted(held, reply.id or held.operation_id)

    def _accepted(self, held: Held, service_id: str) -> None:
        self._keep(held, state="polling", service_id=service_id)
        self._follow(held, service_id)

    def _follow(self, held: Held, service_id: str) -> None:
        """Polls at once, then as often as the service asks, to the first end state."""
        began = self._elapsed()
        failures: list[ServiceError] = []
        while not self._closing.is_set():
            try:
                reply = self._poll(held, service_id)
            except Disconnected:
                raise
            except ServiceError as error:
                if self._closing.is_set():
                    return
                failures.append(error)
                if gives_up(failures):
                    self._finish(held, error, "unknown")
                    return
                wait = error.retry_after
            else:
                failures, wait = [], reply.retry_after
                if self._ended(held, reply):
                    return
            elapsed = self._elapsed() - began
            if elapsed > WATCH_S:
                raise endings.overdue(WATCH_S)
            delay = poll_delay(elapsed, wait)
            held.next_poll(delay)
            self._closing.wait(delay)

    def _poll(self, held: Held, service_id: str) -> OperationReply:
        azure = self._azure(held)
        try:
            reply = azure.poll(service_id, Polling(held, self._calls))
        except ServiceError as error:
            held.failed_poll(error)
            raise
        held.poll(reply.http_status, reply.status, reply.retry_after, reply.request_id)
        return reply

    def _ended(self, held: Held, reply: OperationReply) -> bool:
        status = reply.status.lower()
        if status in SUCCEEDED:
            self._save(held, reply)
            return True
        if status not in FAILED:
            return False
        raise endings.refused(reply)

    def _save(self, held: Held, reply: OperationReply) -> None:
        if not reply.pictures:
            raise endings.without_picture(reply, checkable=held.service_id is not None)
        self._keep(held, state="saving")
        kept = [slot if slot.get("key") else None for slot in held.slots]
        slots = self._saver.save(reply.pictures, kept, self._download(held))
        if None in slots and held.service_id:  # a link is gone: ask once for fresh ones
            with contextlib.suppress(ServiceError):  # the other pictures stand
                fresh = self._poll(held, held.service_id).pictures
                again = fresh[: len(slots)] + reply.pictures[len(fresh) :]
                slots = self._saver.save(again, slots, self._download(held))
        known = [slot or {"error": LINK_GONE} for slot in slots]
        if self._closing.is_set() and held.service_id and any(slot.get("error") for slot in known):
            return  # it is fetched at the next start
        self._keep(held, state="succeeded", slots=known, expires_at=reply.expires, next_poll_at=None)

    def _download(self, held: Held) -> Download:
        return lambda url, caller: self._azure(held).download(url, caller)

    def _keep(self, held: Held, **values: Any) -> None:
        """Writes what the service answered, as often as it takes: nobody else knows it."""
        while True:
            try:
                held.step(**values)
                return
            except NotSaved as error:
                _LOG.error("operation %s waits: %s", held.id, error)
                if self._closing.wait(1.0):
                    raise

    def _finish(self, held: Held, error: ServiceError, state: str = "failed") -> None:
        if any(slot.get("key") for slot in held.slots):  # it was asked for what was missing: the rest stands
            self._keep(held, state="succeeded", next_poll_at=None)
        else:
            self._keep(held, **endings.columns(error, state))
