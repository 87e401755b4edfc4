"""Pages are drawn in turns.

A hundred people who press at once would share the interpreter until the last page is drawn, and the event
loop, which sends what was drawn, would hardly ever get it. So two pages are drawn at a time, and the next
when the loop keeps up with sending. What a press has not changed comes last, when all have seen what it has.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 2
PATIENCE_S = 10.0
QUIET = 3  # rounds of the event loop without sending


class Turns:
    """The places at which pages are drawn."""

    def __init__(self) -> None:
        self.sent = 0
        self.loop: asyncio.AbstractEventLoop | None = None
        self._free = AT_ONCE
        self._waiting = 0
        self._change = threading.Condition()
        self._mine = threading.local()

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Draws a page when it is its turn."""
        self.take()
        try:
            yield
        finally:
            self.rest()

    def take(self) -> None:
        """Waits for a turn, but not for ever: somebody may draw for very long."""
        with self._change:
            self._waiting += 1
            self._mine.held = self._change.wait_for(lambda: self._free > 0, PATIENCE_S)
            self._waiting -= 1
            self._free -= self._mine.held

    def offered(self) -> bool:
        """Takes a turn that nobody waits for, if there is one."""
        with self._change:
            self._mine.held = self._free > 0 and self._waiting == 0
            self._free -= self._mine.held
        return bool(self._mine.held)

    def rest(self) -> None:
        """Lets others draw: from here on this page follows something and is drawn now and then."""
        if getattr(self._mine, "held", False):
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
