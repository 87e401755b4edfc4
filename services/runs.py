"""Runs: pieces of cancellable background work that pages follow.

A page never does the work itself. It starts a run, follows it, and may go away at any time; whoever knows the
run's id and owns it can follow it again.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from typing import Any, Generic, TypeVar

from services.azure.retry import Caller, Wait
from services.errors import Busy, ServiceError

KEPT = 500

# Updates a second: of one run at most and at least, and of all together. A rate that the server cannot send
# only costs it time.
FASTEST = 17.0
SLOWEST = 2.5
BUDGET = 360.0
LOOKS = 4  # in a frame, at what has arrived
T = TypeVar("T")
_LOG = logging.getLogger(__name__)


class RunState(StrEnum):
    """Where a run stands. INCOMPLETE: the stream broke off, what came before is kept."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


class Run(Caller, Generic[T]):
    """One piece of work: the latest value it published, how it stands, and a way to stop it.

    waiting: the pause before another try, while there is one. notice: a sentence about how it went.
    """

    def __init__(self, owner: str, request: Any, first: T, *, id: str | None = None) -> None:
        self.id = id or secrets.token_urlsafe(12)
        self.owner = owner
        self.request = request
        self._started = time.monotonic()
        self.seconds: float | None = None  # from start to end
        self.state = RunState.RUNNING
        self.value = first
        self.error: ServiceError | None = None
        self.waiting: Wait | None = None
        self.notice: str | None = None
        self.stopping = threading.Event()
        self._news = threading.Condition()
        self._version = 0
        self._wake: Callable[[], None] = lambda: None

    def publish(self, value: T) -> None:
        """Replaces the value; ignored once the run has ended."""
        with self._news:
            if self.state is RunState.RUNNING:
                self.value = value
                self._version += 1
                self._news.notify_all()

    def end(self, state: RunState, error: ServiceError | None = None) -> None:
        """Ends the run; the first end counts."""
        with self._news:
            if self.state is RunState.RUNNING:
                self.state, self.error = state, error
                self.seconds = time.monotonic() - self._started
                self._news.notify_all()

    def stop(self) -> None:
        """Ends the run now, keeps what it has published, and wakes a read it is blocked in."""
        self.end(RunState.STOPPED)
        self.stopping.set()
        self._wake()

    def on_open(self, wake: Callable[[], None]) -> None:
        """Takes the function that wakes whatever the work is blocked in; calls it at once if the run was
        stopped before."""
        self._wake = wake
        if self.stopping.is_set():
            wake()

    def pause(self, wait: Wait) -> bool:
        """Waits until another try is due, which followers see; False where the run is stopped first."""
        self.waiting = wait
        stopped = self.stopping.wait(max(0.0, wait.until - time.time()))
        self.waiting = None
        return not stopped

    def told(self, notice: str) -> None:
        """Takes a sentence that followers are shown beside the result."""
        self.notice = notice

    def changes(self, interval: Callable[[], float]) -> Iterator[T]:
        """The value now and whenever it changed, until the run ends.

        Yields at least every 0.25 s even without news, so that whoever follows can be interrupted. Values
        come as they were published, paced; in a burst at most two in `interval()` seconds, and the last at
        once.
        """
        seen = -1
        while True:
            with self._news:
                if self._version == seen and not self.ended:
                    self._news.wait(timeout=0.25)
                seen, value, ended = self._version, self.value, self.ended
            yield value
            if ended:
                return
            with self._news:
                self._news.wait_for(lambda: self.ended, interval() / 2)

    @property
    def ended(self) -> bool:
        """Whether no further change will come."""
        return self.state is not RunState.RUNNING


class Runs:
    """The runs of this process, found by id and owner; the last 500 that ended are kept."""

    def __init__(self, workers: int = 128, on_end: Callable[[], None] = lambda: None) -> None:
        self._on_end = on_end
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="run")
        self._runs: dict[str, Run[Any]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self.active = 0  # runs that have not ended

    def start(self, owner: str, request: Any, first: T, work: Callable[[Run[T]], None]) -> Run[T]:
        """Starts `work` on a thread of its own."""
        run = Run(owner, request, first)
        with self._lock:
            if self._closed:
                raise Busy("The server is shutting down.", advice="Try again in a moment.")
            self._runs[run.id] = run
            ended = [r.id for r in self._runs.values() if r.ended]
            for old in ended[: max(0, len(ended) - KEPT)]:
                del self._runs[old]
            self.active += 1
            working = self._pool.submit(_work, run, work)
        working.add_done_callback(self._ended)  # outside the lock: it may be called at once, and takes it
        return run

    def frame_s(self) -> float:
        """Seconds between two updates of a run: more, the more runs are being written at once."""
        return 1 / min(FASTEST, max(SLOWEST, BUDGET / max(1, self.active)))

    def find(self, owner: str, run_id: str) -> Run[Any] | None:
        """The owner's run, or None for an unknown id as for somebody else's."""
        run = self._runs.get(run_id)
        return run if run is not None and run.owner == owner else None

    def forget(self, owner: str, ids: Collection[str] | None = None) -> None:
        """Stops an owner's runs, all or some, and knows them no longer."""
        with self._lock:
            theirs = [
                run for run in self._runs.values() if run.owner == owner and (ids is None or run.id in ids)
            ]
            for run in theirs:
                del self._runs[run.id]
        for run in theirs:
            run.stop()

    def close(self) -> None:
        """Stops every run and waits for the threads."""
        with self._lock:
            self._closed = True
            running = [run for run in self._runs.values() if not run.ended]
        for run in running:
            run.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _ended(self, _: Future[None]) -> None:
        with self._lock:
            self.active -= 1
        self._on_end()


def paced(
    values: Iterator[T],
    ahead: Callable[[T], bool],
    pause: Callable[[float], Any],
    frame_s: Callable[[], float],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[T]:
    """Passes values on, one a frame: what arrives in the meantime collects and comes as one value.

    The first three (headers, a first text and what came with it) are passed on at once, and so are a burst
    and the end: a pause is over when much more has arrived, or all the rest (`ahead`, asked four times a
    frame), or when `pause` says so.
    """
    for position, value in enumerate(values):
        frame, came = frame_s(), clock()
        yield value
        while position > 1 and not ahead(value) and (left := came + frame - clock()) > 0:
            if pause(min(left, frame / LOOKS)):
                break


def _work(run: Run[Any], work: Callable[[Run[Any]], None]) -> None:
    """The one place where background work ends: whatever happens, the run ends with it."""
    try:
        work(run)
    except ServiceError as error:
        run.end(RunState.FAILED, error)
    except Exception:
        _LOG.exception("run %s ended by a defect", run.id)
        run.end(RunState.FAILED, ServiceError(f"Something went wrong here. Reference: {run.id}."))
    else:
        run.end(RunState.DONE)
