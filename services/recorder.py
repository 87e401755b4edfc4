"""Keeps text runs as they are written, so that nothing that arrived is lost by a crash.

One thread writes for all runs in one transaction: each second, and soon after one has begun or ended; the
more there are, the longer it rests in between. A run never waits for it: while the disk refuses, the texts
stay in memory and are written when it takes them again.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from services.azure.snapshots import TextSnapshot
from services.azure.text_request import CompletionRequest
from services.errors import NotSaved, ServiceError
from services.history import EXCERPT, outcome
from services.runs import KEPT, Run, RunState
from services.store import Row, Store
from services.text_archive import (
    error_to_json,
    pack,
    request_from_json,
    request_to_json,
    restored_error,
    unpack,
)

INTERVAL_S = 1.0
REST_S = 0.005  # for each run
LEASE_S = 10.0
_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class _Followed:
    run: Run[TextSnapshot]
    started_at: float
    written: TextSnapshot | None = None  # None: it has no row yet


class Recorder:
    """Writes the runs it follows. `problem` says why the latest ones could not be written, if so."""

    def __init__(
        self, store: Store, *, interval_s: float = INTERVAL_S, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._interval_s = interval_s
        self._clock = clock
        self._followed: dict[str, _Followed] = {}
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._news = threading.Event()
        self._ending = threading.Event()
        self.problem: ServiceError | None = None
        self._thread = threading.Thread(target=self._serve, name="recorder")
        self._thread.start()

    def follow(self, run: Run[TextSnapshot]) -> None:
        """Keeps a run from now on to its end."""
        with self._lock:
            self._followed[run.id] = _Followed(run, self._clock())
        self._news.set()

    def wake(self) -> None:
        """Writes soon: a run has ended."""
        self._news.set()

    def forget(self, owner: str) -> None:
        """Writes nothing more of an owner's runs."""
        with self._saving, self._lock:
            for id in [id for id, each in self._followed.items() if each.run.owner == owner]:
                del self._followed[id]

    def restore(self, owner: str, id: str) -> Run[TextSnapshot] | None:
        """A run as it was kept, ended; INCOMPLETE where the server was gone before its end."""
        row = self._store.run(owner, id)
        if row is None:
            return None
        run = Run(owner, request_from_json(row["request"]), unpack(row["snapshot"]), id=id)
        state = RunState(row["state"])
        error = restored_error(row["error"]) if row["error"] else None
        run.end(RunState.INCOMPLETE if state is RunState.RUNNING else state, error)
        run.seconds, run.notice = row["seconds"], row["notice"]
        return run

    def close(self) -> None:
        """Writes what is left and ends."""
        self._ending.set()
        self._news.set()
        self._thread.join()

    def _serve(self) -> None:
        closing = False
        while not closing:
            closing = self._ending.is_set()  # read before the last writing
            with self._saving:
                self._save()
            if not self._ending.wait(REST_S * len(self._followed)):
                self._news.wait(self._interval_s if self._followed else None)
                self._news.clear()

    def _save(self) -> None:
        with self._lock:
            followed = list(self._followed.values())
        if not followed:
            return
        seen = [(each, each.run.state, each.run.value) for each in followed]  # a value after its state: final
        ended = [each for each, state, _ in seen if state is not RunState.RUNNING]
        running = [each.run.id for each, state, _ in seen if state is RunState.RUNNING]
        new = [_row(each, state, value) for each, state, value in seen if each.written is None]
        changed = [
            _progress(each.run, state, value)
            for each, state, value in seen
            if each.written is not None and (state is not RunState.RUNNING or value is not each.written)
        ]
        try:
            self._store.save_runs(new, changed, running, LEASE_S)
        except NotSaved as error:
            if self.problem is None:
                _LOG.error("text runs wait to be saved: %s", error)
            self.problem = error
            self._drop(ended[:-KEPT])
            return
        self.problem = None
        for each, _, value in seen:
            each.written = value
        self._drop(ended)

    def _drop(self, done: list[_Followed]) -> None:
        with self._lock:
            for each in done:
                self._followed.pop(each.run.id, None)


def _row(followed: _Followed, state: RunState, value: TextSnapshot) -> Row:
    run: Run[TextSnapshot] = followed.run
    request: CompletionRequest = run.request
    return {
        "owner": run.owner,
        "created_at": followed.started_at,
        "deployment": request.deployment,
        "request": request_to_json(request),
        **_progress(run, state, value),
    }


def _progress(run: Run[TextSnapshot], state: RunState, value: TextSnapshot) -> Row:
    error = run.error if state is not RunState.RUNNING else None
    return {
        "id": run.id,
        "state": state.value,
        "outcome": outcome(state, error, value).value,
        "seconds": run.seconds,
        "notice": run.notice,
        "excerpt": value.choices[0].text[:EXCERPT] if value.choices else "",
        "error": error_to_json(error) if error else None,
        "snapshot": pack(value),
    }
