"""Pages are drawn in turns.

A hundred people who press at once would share the interpreter until the last page is drawn, and the event
loop, which sends what was drawn, would hardly ever get it. So two pages are drawn at a time, and the next
when the loop keeps up with sending. What can wait comes last, when all have had a first look at what they
pressed.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 2
PATIENCE_S = 10.0
QUIET = 3  # rounds of the event loop without sending


class _Mine(threading.local):
    """What one page has: whether it is its turn, and what it puts off."""

    def __init__(self) -> None:
        self.held = False
        self.later: list[Callable[[], None]] = []


class Turns:
    """The places at which pages are drawn."""

    def __init__(self) -> None:
        self.sent = 0
        self.loop: asyncio.AbstractEventLoop | None = None
        self._free = AT_ONCE
        self._waiting = 0
        self._change = threading.Condition()
        self._mine = _Mine()

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Draws a page when it is its turn, and in the end what it has put off."""
        self._mine.later.clear()
        self.take()
        try:
            yield
            self.finish()
        finally:
            self.rest()

    def take(self) -> None:
        """Waits for a turn, but not for ever: somebody may draw for very long."""
        with self._change:
            self._waiting += 1
            self._mine.held = self._change.wait_for(lambda: self._free > 0, PATIENCE_S)
            self._waiting -= 1
            self._free -= self._mine.held

    def later(self, do: Callable[[], None]) -> None:
        """Puts something off; it is lost if the page is broken off before."""
        self._mine.later.append(do)

    def catch_up(self) -> None:
        """Does what was put off, if nobody waits for a turn."""
        if self._mine.later and self._offered():
            self.finish()
            self.rest()

    def finish(self) -> None:
        """Does what was put off."""
        while self._mine.later:
            self._mine.later.pop(0)()

    def _offered(self) -> bool:
        """Takes a turn that nobody waits for, if there is one."""
        with self._change:
            self._mine.held = self._free > 0 and self._waiting == 0
            self._free -= self._mine.held
        return self._mine.held

    def rest(self) -> None:
        """Lets others draw: from here on this page follows something and is drawn now and then."""
        if self._mine.held:
            self._mine.held = False
            if self.loop is None:
                self._give_back()
            else:
                asyncio.run_coroutine_threadsafe(self._release(), self.loop)

    async def _release(self) -> None:
        quiet, sent = 0, self.sent
        while quiet < QUIET:
            await asyncio.sleep(0)
            quiet = quiet + 1 if self.sent == sent else 0
            sent = self.sent
        self._give_back()

    def _give_back(self) -> None:
        with self._change:
            self._free += 1
            self._change.notify()


turns = Turns()


class Sending:
    """Tells the turns what is sent to browsers. Pure ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Counts the messages of a WebSocket."""
        turns.loop = asyncio.get_running_loop()

        async def counted(message: Message) -> None:
            turns.sent += 1
            await send(message)

        await self.app(scope, receive, counted if scope["type"] == "websocket" else send)
