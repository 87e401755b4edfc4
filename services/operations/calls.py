"""The calls that are made for operations, so that a server that closes can end them all."""

import contextlib
import threading
import time
from collections.abc import Callable

from services.azure.retry import Caller, Wait
from services.errors import NotSaved
from services.operations.held import Held


class Calls(Caller):
    """Calls on any number of threads, at most one on each."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self._wakes: dict[int, Callable[[], None]] = {}

    def on_open(self, wake: Callable[[], None]) -> None:
        """Takes the function that ends the call of this thread; calls it at once after `hang_up`."""
        self._wakes[threading.get_ident()] = wake
        if self.ended.is_set():
            wake()

    def pause(self, wait: Wait) -> bool:
        """Waits until another try is due; False where the calls are ended first."""
        return not self.ended.wait(max(0.0, wait.until - time.time()))

    def hang_up(self) -> None:
        """Ends every call, those to come too."""
        self.ended.set()
        for wake in tuple(self._wakes.values()):
            wake()


class Polling(Caller):
    """The polls of one operation: what they are told stands beside its result."""

    def __init__(self, held: Held, calls: Calls) -> None:
        self._held = held
        self._calls = calls

    def on_open(self, wake: Callable[[], None]) -> None:
        """Takes the function that ends the call."""
        self._calls.on_open(wake)

    def told(self, notice: str) -> None:
        """Takes a sentence that stands beside the result."""
        self._held.notice = notice


class Sending(Polling):
    """The submit of one operation. While it waits for another try the operation stands in the line again.

    Nothing was accepted then: it may be canceled, and a server that is killed or closed sends it after its
    next start.
    """

    def __init__(self, held: Held, calls: Calls, closing: threading.Event) -> None:
        super().__init__(held, calls)
        self._closing = closing

    def pause(self, wait: Wait) -> bool:
        """Waits until another try is due; False where the server closes. Raises Lost if it was canceled."""
        with contextlib.suppress(NotSaved):  # all that is lost is that it may be canceled
            self._held.wait(wait)
        while not self._held.canceled and (left := wait.until - time.time()) > 0:
            if self._closing.wait(min(left, 1.0)):
                return False
        self._held.send()
        return True
