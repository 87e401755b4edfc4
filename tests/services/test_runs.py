"""Runs: found by id and owner, followed from anywhere, stopped at once, ended in every case."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from services.errors import Busy, ServiceError
from services.runs import KEPT, Run, Runs, RunState, paced
from tests.services.following import ME, OTHER, wait


@pytest.fixture
def runs() -> Iterator[Runs]:
    made = Runs(workers=4)
    yield made
    made.close()


def nothing(run: Run[int]) -> None:
    pass


def begin(runs: Runs, work: Any = nothing, owner: str = ME) -> Run[int]:
    return runs.start(owner, "request", 0, work)


def until_stopped(run: Run[int]) -> None:
    run.publish(1)
    run.stopping.wait()
    run.publish(2)


def test_a_run_works_in_the_background_and_ends(runs: Runs) -> None:
    run = begin(runs, lambda run: run.publish(run.value + 1))
    assert list(run.changes(lambda: 0))[-1] == 1
    assert (run.state, run.error, run.request, run.owner) == (RunState.DONE, None, "request", ME)


def test_only_its_owner_finds_a_run(runs: Runs) -> None:
    run = begin(runs)
    assert runs.find(ME, run.id) is run
    assert runs.find(OTHER, run.id) is runs.find(OTHER, "random") is None
    assert runs.find("", run.id) is None


def test_ids_cannot_be_guessed(runs: Runs) -> None:
    ids = [begin(runs).id for _ in range(100)]
    assert len(set(ids)) == 100
    assert all(len(id) >= 16 and a[:6] != b[:6] for id, (a, b) in zip(ids, pairwise(ids), strict=False))


def test_a_run_is_stopped_at_once_and_keeps_its_value(runs: Runs) -> None:
    run = begin(runs, until_stopped)
    wait(lambda: run.value == 1)
    run.stop()
    assert (run.state, run.value, run.error) == (RunState.STOPPED, 1, None)
    runs.close()
    assert (run.state, run.value) == (RunState.STOPPED, 1)


def test_stopping_wakes_a_blocked_read_whichever_came_first(runs: Runs) -> None:
    woken: list[str] = []
    run = begin(runs, until_stopped)
    run.on_open(lambda: woken.append("read"))
    assert woken == []
    run.stop()
    run.on_open(lambda: woken.append("opened later"))
    assert woken == ["read", "opened later"]


def test_the_first_end_counts(runs: Runs) -> None:
    run = begin(runs, until_stopped)
    run.end(RunState.INCOMPLETE, error := ServiceError("Broken."))
    run.stop()
    run.publish(9)
    assert (run.state, run.error, run.value) == (RunState.INCOMPLETE, error, run.value)
    assert run.value != 9


def test_an_error_for_people_fails_the_run(runs: Runs) -> None:
    def work(run: Run[int]) -> None:
        raise Busy("Try later.")

    run = begin(runs, work)
    wait(lambda: run.ended)
    assert (run.state, str(run.error)) == (RunState.FAILED, "Try later.")


def test_a_defect_fails_the_run_with_a_reference_only(runs: Runs, caplog: pytest.LogCaptureFixture) -> None:
    def work(run: Run[int]) -> None:
        raise RuntimeError("private detail")

    run = begin(runs, work)
    wait(lambda: run.ended)
    assert run.state is RunState.FAILED
    assert run.id in str(run.error) and "private" not in str(run.error)
    wait(lambda: caplog.records)
    assert caplog.records[0].levelno == logging.ERROR and "private detail" in caplog.text


def test_changes_begin_with_the_value_and_end_with_the_last(runs: Runs) -> None:
    step = threading.Barrier(2, timeout=5)

    def work(run: Run[int]) -> None:
        for value in (1, 2, 3):
            step.wait()
            run.publish(value)

    run = begin(runs, work)
    seen = []
    for value in run.changes(lambda: 0):
        seen.append(value)
        if not run.ended and value in (0, 1, 2) and seen.count(value) == 1:
            step.wait()
    assert list(dict.fromkeys(seen)) == [0, 1, 2, 3]


def test_a_run_that_has_ended_gives_its_value_once(runs: Runs) -> None:
    run = begin(runs)
    wait(lambda: run.ended)
    assert list(run.changes(lambda: 60)) == [0]


def test_whoever_follows_is_woken_without_news(runs: Runs) -> None:
    run = begin(runs, until_stopped)
    wait(lambda: run.value == 1)
    values = run.changes(lambda: 0)
    assert [next(values) for _ in range(3)] == [1, 1, 1]
    run.stop()


def test_a_stop_ends_the_pause_between_two_changes(runs: Runs) -> None:
    run = begin(runs, until_stopped)
    wait(lambda: run.value == 1)
    values = run.changes(lambda: 3_600)
    next(values)
    threading.Timer(0.05, run.stop).start()
    assert list(values) == [1]


def test_active_counts_those_that_have_not_ended(runs: Runs) -> None:
    some = [begin(runs, until_stopped) for _ in range(3)]
    assert runs.active == 3
    some[0].stop()
    wait(lambda: runs.active == 2)


def test_runs_that_end_at_once_are_counted_down(runs: Runs) -> None:
    for _ in range(300):
        begin(runs)
    wait(lambda: runs.active == 0)


def test_the_oldest_ended_runs_are_forgotten_and_no_other(runs: Runs) -> None:
    busy = begin(runs, until_stopped)
    first = begin(runs)
    wait(lambda: first.ended)
    later = [begin(runs) for _ in range(KEPT)]
    wait(lambda: all(run.ended for run in later))
    last = begin(runs)
    assert runs.find(ME, first.id) is None
    assert runs.find(ME, busy.id) is busy
    assert runs.find(ME, later[1].id) and runs.find(ME, last.id)


def test_closing_stops_everything_and_starts_nothing() -> None:
    before = threading.active_count()
    runs = Runs(workers=2)
    some = [begin(runs, until_stopped) for _ in range(2)]
    runs.close()
    runs.close()
    assert {run.state for run in some} == {RunState.STOPPED}
    assert threading.active_count() == before
    with pytest.raises(Busy, match="shutting down"):
        begin(runs)


# -- pacing


class Time:
    """A clock that the values move."""

    def __init__(self) -> None:
        self.now = 0.0
        self.paused: list[float] = []

    def values(self, *waits: float) -> Iterator[int]:
        for number, seconds in enumerate(waits):
            self.now += seconds
            yield number

    def pause(self, seconds: float) -> bool:
        self.now += seconds
        self.paused.append(seconds)
        return False


@pytest.mark.parametrize(
    ("values", "pauses"),
    [
        ([], []),
        ([(1, False)] * 2, []),
        ([(1, False)] * 4, [0.125] * 8),
        ([(0, True)] * 5, []),
        ([(1, True), (0, False), (0, True), (0, False), (0, True)], [0.125] * 4),
    ],
)
def test_a_value_a_frame_save_at_the_start_and_in_a_burst(
    values: list[tuple[float, bool]], pauses: list[float]
) -> None:
    time = Time()
    ahead = [much for _, much in values]
    source = time.values(*(wait for wait, _ in values))
    passed = paced(source, ahead.__getitem__, time.pause, lambda: 0.5, lambda: time.now)
    assert list(passed) == list(range(len(values)))
    assert time.paused == pytest.approx(pauses)


def test_a_pause_is_over_when_the_rest_is_there() -> None:
    time = Time()
    passed = paced(
        time.values(*[0.0] * 4), lambda _: time.now > 0.2, time.pause, lambda: 0.5, lambda: time.now
    )
    assert list(passed) == list(range(4))
    assert time.paused == pytest.approx([0.125] * 2)


def test_a_pause_is_over_when_the_run_is_stopped() -> None:
    time = Time()
    passed = paced(time.values(*[0.0] * 3), lambda _: False, lambda _: True, lambda: 0.5, lambda: time.now)
    assert list(passed) == list(range(3))


def test_the_end_of_a_run_is_not_held_back(runs: Runs) -> None:
    followed = threading.Event()
    run = begin(runs, lambda _: followed.wait(10))
    for _ in run.changes(lambda: 1_000.0):  # it would rest for 500 s
        followed.set()
    assert run.state is RunState.DONE


def test_what_is_done_with_a_value_counts_towards_its_frame() -> None:
    time = Time()
    for _ in paced(time.values(*[0.0] * 3), lambda _: False, time.pause, lambda: 0.5, lambda: time.now):
        time.now += 0.4
    assert time.paused == pytest.approx([0.1])


@pytest.mark.parametrize(
    ("active", "a_second"), [(0, 17), (1, 17), (21, 17), (36, 10), (72, 5), (144, 2.5), (10_000, 2.5)]
)
def test_more_runs_mean_fewer_updates_each(active: int, a_second: float) -> None:
    with contextlib.closing(Runs()) as runs:
        runs.active = active
        assert runs.frame_s() == pytest.approx(1 / a_second)
        runs.active = 0
