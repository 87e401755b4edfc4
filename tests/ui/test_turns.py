"""Pages are drawn two at a time, and the next when the event loop keeps up with sending."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.services.following import wait
from ui import turns as module
from ui.turns import AT_ONCE, Sending, Turns


class Drawers:
    """Threads that draw until they are told to go on."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.drawing: list[int] = []
        self.done = threading.Event()
        self.threads: list[threading.Thread] = []

    def start(self, count: int, then: Callable[[], None] = lambda: None) -> None:
        for number in range(count):
            self.threads.append(threading.Thread(target=self._draw, args=(number, then), daemon=True))
            self.threads[-1].start()

    def end(self) -> None:
        self.done.set()
        for thread in self.threads:
            thread.join()

    def free(self) -> int:
        """How many places are free; each must have been given back once."""
        return self.turns._free

    def _draw(self, number: int, then: Callable[[], None]) -> None:
        with self.turns.drawing():
            self.drawing.append(number)
            then()
            self.done.wait(10)


@pytest.fixture
def drawers(monkeypatch: pytest.MonkeyPatch) -> Drawers:
    monkeypatch.setattr(module, "PATIENCE_S", 60.0)
    return Drawers()


def test_two_draw_at_once_and_the_next_when_one_is_done(drawers: Drawers) -> None:
    drawers.start(4)
    wait(lambda: len(drawers.drawing) == AT_ONCE)
    assert drawers.free() == 0
    drawers.end()
    assert sorted(drawers.drawing) == [0, 1, 2, 3]
    assert drawers.free() == AT_ONCE


def test_a_page_that_follows_something_lets_others_draw(drawers: Drawers) -> None:
    drawers.start(4, then=lambda: drawers.turns.rest())
    wait(lambda: len(drawers.drawing) == 4)
    drawers.end()
    assert drawers.free() == AT_ONCE


def test_a_page_takes_a_turn_again_for_its_result(drawers: Drawers) -> None:
    with drawers.turns.drawing():
        drawers.turns.rest()
        assert drawers.free() == AT_ONCE
        drawers.turns.take()
        assert drawers.free() == AT_ONCE - 1
    assert drawers.free() == AT_ONCE


def test_what_was_put_off_is_done_when_a_turn_is_free(drawers: Drawers) -> None:
    done = list[str]()
    drawers.start(AT_ONCE)
    wait(lambda: drawers.free() == 0)
    for name in ("first", "second"):
        drawers.turns.later(partial(done.append, name))
    drawers.turns.catch_up()
    assert (done, drawers.free()) == ([], 0)
    drawers.end()
    drawers.turns.catch_up()
    drawers.turns.catch_up()
    assert (done, drawers.free()) == (["first", "second"], AT_ONCE)


def test_what_was_put_off_lets_those_draw_first_who_wait(drawers: Drawers) -> None:
    done = list[str]()
    drawers.start(AT_ONCE + 1)
    wait(lambda: drawers.turns._waiting == 1)
    drawers.turns.later(partial(done.append, "late"))
    drawers.turns._free += 1  # which the one who waits has not heard of yet
    drawers.turns.catch_up()
    assert done == []
    drawers.end()


def test_what_was_put_off_is_done_at_the_end_at_the_latest(drawers: Drawers) -> None:
    done = list[str]()
    with drawers.turns.drawing():
        drawers.turns.later(partial(done.append, "late"))
        assert done == []
    assert done == ["late"]


def test_what_a_broken_page_has_put_off_is_not_done_by_the_next(drawers: Drawers) -> None:
    done = list[str]()
    with pytest.raises(RuntimeError), drawers.turns.drawing():
        drawers.turns.later(partial(done.append, "late"))
        raise RuntimeError
    with drawers.turns.drawing():
        pass
    assert done == []


def test_nobody_waits_for_ever(drawers: Drawers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    drawers.start(3)
    wait(lambda: len(drawers.drawing) == 3)
    drawers.end()
    assert drawers.free() == AT_ONCE


def test_a_page_that_breaks_gives_its_place_back(drawers: Drawers) -> None:
    with pytest.raises(RuntimeError), drawers.turns.drawing():
        raise RuntimeError
    assert drawers.free() == AT_ONCE


async def _sent(kind: str) -> Turns:
    """What the turns know after an application has sent two messages of this kind."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.send"})
        await send({"type": "websocket.send"})

    async def nowhere(message: Message | None = None) -> Message:
        return {}

    await Sending(app)({"type": kind}, nowhere, nowhere)  # type: ignore[arg-type]
    return module.turns


@pytest.mark.parametrize(("kind", "counted"), [("websocket", 2), ("http", 0)])
def test_what_is_sent_over_sockets_is_counted(
    kind: str, counted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "turns", Turns())
    assert asyncio.run(_sent(kind)).sent == counted


def test_the_next_draws_when_the_loop_has_sent_what_it_has_to_send(drawers: Drawers) -> None:
    turns = drawers.turns

    async def send() -> None:
        while True:
            turns.sent += 1
            await asyncio.sleep(0)

    async def server() -> None:
        turns.loop = asyncio.get_running_loop()
        sending = asyncio.create_task(send())
        await asyncio.to_thread(_draw_once, turns)
        for _ in range(100):
            await asyncio.sleep(0)
            assert drawers.free() == AT_ONCE - 1
        sending.cancel()
        while drawers.free() < AT_ONCE:
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(server(), 10))


def _draw_once(turns: Turns) -> None:
    with turns.drawing():
        pass
