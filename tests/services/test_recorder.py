"""Text runs on the disk: as they grow, through a crash, and when the disk refuses."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services import CompletionRequest, HistoryQuery, Outcome, RunState, Services, TextSnapshot
from services.azure.snapshots import Choice
from services.errors import NotSaved
from services.recorder import LEASE_S, Recorder
from services.runs import KEPT, Run
from services.store import Store
from tests.azure_bodies import chunk, sse
from tests.azure_reply import Reply
from tests.services.following import KEY_1, KEY_2, ME, OTHER, ended, on_disk, wait
from tests.services.test_store import full_disk
from tests.upstream import Upstream

ASK = CompletionRequest(deployment="text", prompt="Hi")
ALL = HistoryQuery()


def written(text: str) -> TextSnapshot:
    return TextSnapshot(choices=(Choice(0, text),))


class Disk:
    """A store that keeps what it was given in memory, and refuses when told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[list[str], list[str], list[str]]] = []
        self.full = False
        self.tried = threading.Semaphore(0)

    def save_runs(self, new: Any, changed: Any, running: Any, lease_s: float) -> None:
        self.tried.release()
        if self.full:
            raise NotSaved("Full.")
        self.calls.append(([row["id"] for row in new], [row["id"] for row in changed], list(running)))


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def recorder(disk: Disk) -> Iterator[Recorder]:
    """One that writes only when it is woken."""
    made = Recorder(disk, interval_s=60)  # type: ignore[arg-type]
    yield made
    made.close()


def begun(recorder: Recorder, owner: str = ME) -> Run[TextSnapshot]:
    run: Run[TextSnapshot] = Run(owner, ASK, TextSnapshot())
    recorder.follow(run)
    return run


def test_a_run_is_written_at_its_start_as_it_grows_and_at_its_end(disk: Disk, recorder: Recorder) -> None:
    run = begun(recorder)
    wait(lambda: disk.calls == [([run.id], [], [run.id])])
    run.publish(written("a"))
    recorder.wake()
    wait(lambda: disk.calls[1:] == [([], [run.id], [run.id])])
    recorder.wake()  # nothing new: the lease alone
    wait(lambda: disk.calls[2:] == [([], [], [run.id])])
    run.end(RunState.DONE)
    recorder.wake()
    wait(lambda: disk.calls[3:] == [([], [run.id], [])])


def test_all_runs_are_written_in_one_go(disk: Disk, recorder: Recorder) -> None:
    disk.full = True
    runs = [begun(recorder) for _ in range(50)]
    wait(lambda: disk.tried.acquire(blocking=False))
    disk.full = False
    recorder.wake()
    wait(lambda: disk.calls)
    assert sum(len(new) for new, _, _ in disk.calls) == len(runs)
    assert len(disk.calls) <= 2


def test_growing_text_is_written_each_second_without_being_asked(disk: Disk) -> None:
    with contextlib.closing(Recorder(disk, interval_s=0.01)) as recorder:  # type: ignore[arg-type]
        run = begun(recorder)
        wait(lambda: disk.calls)
        for number in range(5):
            count = len(disk.calls)
            run.publish(written("x" * (number + 1)))
            wait(lambda count=count: any(changed for _, changed, _ in disk.calls[count:]))  # type: ignore[misc]


def test_what_the_disk_refused_is_written_when_it_takes_it(disk: Disk, recorder: Recorder) -> None:
    disk.full = True
    run = begun(recorder)
    wait(lambda: recorder.problem)
    run.publish(written("a"))
    run.end(RunState.DONE)
    disk.full = False
    recorder.wake()
    wait(lambda: recorder.problem is None)
    assert disk.calls == [([run.id], [], [])]


def test_a_disk_that_stays_full_costs_no_more_memory_than_that_of_the_last_runs(
    disk: Disk, recorder: Recorder
) -> None:
    disk.full = True
    for _ in range(KEPT + 20):
        begun(recorder).end(RunState.DONE)
    recorder.wake()
    wait(lambda: recorder.problem and len(recorder._followed) == KEPT)


def test_closing_writes_what_is_left(disk: Disk) -> None:
    recorder = Recorder(disk, interval_s=60)  # type: ignore[arg-type]
    run = begun(recorder)
    wait(lambda: disk.calls)
    run.publish(written("a"))
    run.end(RunState.STOPPED)
    recorder.close()
    assert disk.calls[-1] == ([], [run.id], [])


def test_a_forgotten_run_is_never_written_again(disk: Disk, recorder: Recorder) -> None:
    mine, other = begun(recorder), begun(recorder, OTHER)
    wait(lambda: sum(len(new) for new, _, _ in disk.calls) == 2)
    recorder.forget(ME)
    count = len(disk.calls)
    for run in (mine, other):
        run.end(RunState.DONE)
    recorder.wake()
    wait(lambda: len(disk.calls) > count)
    assert [changed for _, changed, _ in disk.calls[count:]] == [[other.id]]


# -- with the service and a real disk


def halting(*words: str) -> Reply:
    """A stream that says some words and then nothing for a long time."""

    def pieces() -> Any:
        yield from sse(*(chunk(word) for word in words), done=False).pieces or ()
        threading.Event().wait(60)

    return Reply(200, headers={"content-type": "text/event-stream"}, pieces=pieces())


def test_a_killed_server_leaves_the_text_so_far(
    azure: Upstream, start: Callable[..., Services], tmp_path: Path
) -> None:
    azure.enqueue("completions", halting(" Hello", " from", " before"))
    data = tmp_path / "data"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.services.stalled_server", azure.url, data],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
    )
    with server:
        assert server.stdout
        id = server.stdout.readline().strip()
        with contextlib.closing(Store(data / "playground.db")) as store:
            wait(lambda: [e.excerpt for e in store.history(ME, ALL, None, 9)] == [" Hello from before"], 20)
            assert store.history(ME, ALL, None, 9)[0].outcome is Outcome.RUNNING
        server.send_signal(signal.SIGKILL)
    later = Store(data / "playground.db", lambda: time.time() + LEASE_S)
    assert [entry.outcome for entry in later.history(ME, ALL, None, 9)] == [Outcome.INCOMPLETE]
    assert later.history(ME, HistoryQuery(outcome=Outcome.RUNNING), None, 9) == ()
    later.close()
    services = start()
    run = services.run(ME, id)
    assert run is not None and (run.state, run.ended) == (RunState.INCOMPLETE, True)
    assert run.value.choices[0].text == " Hello from before"
    assert services.run(OTHER, id) is None
    services.delete(ME, [id])
    assert services.run(ME, id) is None


def test_a_stopped_server_leaves_the_run_stopped(azure: Upstream, start: Callable[..., Services]) -> None:
    azure.enqueue("completions", halting(" Hello"))
    first = start()
    run = first.complete(ME, ASK)
    wait(lambda: run.value.choices)
    first.close()
    second = start()
    (entry,) = second.history(ME, ALL)
    assert (entry.outcome, entry.excerpt) == (Outcome.STOPPED, " Hello")


def test_a_full_disk_costs_no_run_and_is_told_and_recovered_from(services: Services, azure: Upstream) -> None:
    with full_disk():
        run = ended(services.complete(ME, ASK))
        assert (run.state, run.value.choices[0].text) == (RunState.DONE, " Hello from the fake")
        wait(lambda: services.notices)
        assert services.notices[0].startswith(
            "Text runs are not saved at the moment. The playground could not"
        )
        assert services.run(ME, run.id) is run
    wait(lambda: not services.notices)
    wait(lambda: [entry.id for entry in services.history(ME, ALL)] == [run.id])


def test_a_held_database_holds_no_run_up(services: Services, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "playground.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ended(services.complete(ME, ASK)).state is RunState.DONE
        assert services.history(ME, ALL) == ()
        other.rollback()
    wait(lambda: len(services.history(ME, ALL)) == 1)


def test_no_key_and_no_run_that_is_not_kept_reaches_the_disk(services: Services, tmp_path: Path) -> None:
    secret = replace(ASK, prompt="CANARY-NOT-KEPT")
    ended(services.complete(ME, secret, keep=False))
    kept = ended(services.complete(ME, replace(ASK, prompt="CANARY-KEPT")))
    wait(lambda: [entry.id for entry in services.history(ME, ALL)] == [kept.id])
    services.close()
    stored = on_disk(tmp_path / "data")
    assert b"CANARY-KEPT" in stored
    assert not [text for text in ("CANARY-NOT-KEPT", KEY_1, KEY_2) if text.encode() in stored]
