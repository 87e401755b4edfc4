"""What lies below `requests`: connections that no call outlasts, and that another thread can shut.

Every exchange has a connection of its own: on one that is used again, a request to a server that had just
stopped listening would look as if it had been sent. Every single read is given the time that is left: bytes
that drip in one by one end at the deadline too, in the head as in the body.
"""

import contextlib
import http.client
import io
import queue
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from services.azure.retry import Deadline

CONNECT_S = 5.0
BUFFER = 65_536
BURST = 8_192  # bytes
NO_CONNECTION = f"did not answer within {CONNECT_S:g} s"
_NEXT_CHUNK = re.compile(
    rb"\r\n[0-9A-Fa-f]{1,15}\r\n.", re.DOTALL
)  # the end of one and the start of the next
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(;.*)?\r?\n", re.DOTALL)


class Line:
    """One exchange's connection: how long it may take, how far it came, and a way to hang up.

    connected: whether a byte of the request may have left. unknown: its host's name leads nowhere.
    untrusted: OpenSSL's number for why the other side's certificate was not accepted. forbidden: its host has
    an address that it must not have. answered: the head of an answer has arrived. ahead: tells
    whether much of the rest has, or all of it. overdue: in words, the time-out that ended it.
    """

    def __init__(self, deadline: Deadline, clock: Callable[[], float], admits: Callable[[str], bool]) -> None:
        self.connected = False
        self.unknown = False
        self.forbidden = False
        self.untrusted: int | None = None
        self.hung_up = False
        self.answered = False
        self.ahead: Callable[[], bool] = lambda: False
        self.overdue: str | None = None
        self._deadline = deadline
        self._clock = clock
        self._admits = admits
        self._ends = clock() + deadline.total
        self._head_due = self._ends
        self._lock = threading.Lock()
        self._held: socket.socket | None = None
        self._found: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def hang_up(self) -> None:
        """Ends whatever this exchange is blocked in, from another thread; does nothing once it is over."""
        with self._lock:
            self.hung_up = True
            self._found.put(OSError("hung up"))
            if self._held is not None:
                with contextlib.suppress(OSError):  # it ended by itself a moment ago
                    self._held.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """The exchange is over."""
        with self._lock:
            if self._held is not None:
                self._held.close()
                self._held = None

    def connect(self, host: str, port: int, options: Any) -> socket.socket:
        """A socket connected to the first of the host's addresses that answers, within five seconds in all.

        One address that is not admitted forbids them all; the connection is made to one that was judged, so
        a name that means something else a moment later leads nowhere. Raises OSError.
        """
        due = self._clock() + CONNECT_S
        problem = OSError("no address")
        found = self._resolve(host.strip("[]"), port)
        self.forbidden = not all(self._admits(address[0]) for *_, address in found)
        for family, kind, protocol, _, address in () if self.forbidden else found:
            try:
                sock = socket.socket(family, kind, protocol)
            except OSError as error:  # a family that this machine does not have
                problem = error
                continue
            try:
                for option in options or ():
                    sock.setsockopt(*option)
                self._hold(sock)
                with self._timed(sock, due, NO_CONNECTION):
                    sock.connect(address)
                with self._timed(sock, due, NO_CONNECTION):  # what is left is for a handshake
                    return sock
            except OSError as error:
                sock.close()
                problem = error
        raise problem

    def ready(self, sock: socket.socket) -> None:
        """The connection stands, and the request leaves."""
        self.connected = True
        sock.settimeout(self._deadline.idle)

    def asked(self) -> None:
        """The request has left: from now on the head of an answer is due."""
        self._head_due = self._clock() + self._deadline.first_byte

    def reading(self, sock: socket.socket) -> contextlib.AbstractContextManager[None]:
        """Gives one read the time that is left; TimeoutError where none is."""
        due, overdue = self._head_due, f"did not answer within {self._deadline.first_byte:g} s"
        if self.answered:
            idle = self._deadline.idle
            due, overdue = self._clock() + idle, f"fell silent for {idle:g} s in the middle of its answer"
        if due >= self._ends:
            due, overdue = self._ends, f"took longer than {self._deadline.total:g} s"
        return self._timed(sock, due, overdue)

    @contextlib.contextmanager
    def _timed(self, sock: socket.socket, due: float, overdue: str) -> Iterator[None]:
        try:
            left = due - self._clock()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(max(left, 0.001))
            yield
        except TimeoutError:
            self.overdue = overdue
            raise

    def _hold(self, sock: socket.socket) -> None:
        """Keeps a second handle on the connection: TLS takes the first one over."""
        with self._lock:
            if self._held is not None:
                self._held.close()
            self._held = sock.dup()
            if self.hung_up:
                raise OSError("hung up")

    def _resolve(self, host: str, port: int) -> list[Any]:
        """The host's addresses, looked up on a thread of its own: a resolver cannot be interrupted."""

        def look() -> None:
            try:
                self._found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError):
                self.unknown = True
                self._found.put(OSError("unknown host"))

        threading.Thread(target=look, name="resolve", daemon=True).start()
        try:
            found = self._found.get(timeout=CONNECT_S)
        except queue.Empty:
            self.overdue = NO_CONNECTION
            raise TimeoutError from None
        if isinstance(found, OSError):
            raise found
        return list(found)


LINE: ContextVar[Line] = ContextVar("line")


class _TimedReader(io.RawIOBase):
    """Reads a socket, each time within what the line has left."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, line: Line) -> None:
        self._raw = raw
        self._sock = sock
        self._line = line
        self.ahead = bytearray()  # what has been looked at and was not read
        self.resting = False  # then it gives what is here, without waiting

    def readable(self) -> bool:
        return True

    def look(self) -> None:
        """Looks at what has arrived, unless that is much already."""
        if len(self.ahead) <= BURST:
            found = memoryview(bytearray(BUFFER))
            self.ahead += found[: self._arrived(found) or 0]

    def readinto(self, buffer: Any) -> int | None:
        if self.ahead:
            size = min(len(buffer), len(self.ahead))
            buffer[:size] = self.ahead[:size]
            del self.ahead[:size]
            return size
        if self.resting:
            return self._arrived(buffer)
        with self._line.reading(self._sock):
            got = self._raw.readinto(buffer)
        if got == 0 and not self._line.answered:
            raise ConnectionResetError("the head was cut")  # `http.client` would take it for complete
        return got

    def _arrived(self, buffer: Any) -> int | None:
        self._sock.settimeout(0)
        try:
            return self._raw.readinto(buffer)
        except OSError:  # nothing is here, or the next read tells what went wrong
            return None

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer read by the line's clock; interim ones are passed over, odd chunk sizes refused."""

    fp: Any

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._line = LINE.get()
        self._reader = _TimedReader(self.fp.detach(), sock, self._line)
        self.fp = io.BufferedReader(self._reader, BUFFER)

    def begin(self) -> None:
        super().begin()
        self._line.answered = True
        self._line.ahead = self._ahead

    def read1(self, n: int = -1) -> bytes:
        """What has arrived, `n` bytes or a little more, also where it came in several chunks."""
        read = super().read1(n)
        while read and len(read) < n and self.chunked and self._has_more():
            read += super().read1(n)
        return read

    def _has_more(self) -> bool:
        """Whether some of the next chunk is here already, so that reading it does not wait."""
        return not self.chunk_left and _NEXT_CHUNK.match(self._here()) is not None

    def _ahead(self) -> bool:
        if self.fp is None:
            return True
        self._reader.look()
        arrived = self._here()
        return len(arrived) > BURST or arrived.endswith(_LAST_CHUNK)

    def _here(self) -> bytes:
        """Some of what has arrived and was not read; the connection is closed once all of it was."""
        if self.fp is None:
            return b""
        self._reader.resting = True
        try:
            return bytes(self.fp.peek() + self._reader.ahead)
        finally:
            self._reader.resting = False

    def _read_status(self) -> tuple[str, int, str]:
        """The final status line: 100 to 199 announce another (RFC 9110, 15.2); only 101 ends HTTP."""
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200 or status == http.client.SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(self.fp)

    def _read_next_chunk_size(self) -> int:
        """`int` would take signs, spaces and underscores too, and a chunk of negative size never ends."""
        size = _CHUNK_SIZE.fullmatch(self.fp.readline(1_000))
        if size is None:
            raise http.client.IncompleteRead(b"")
        return int(size[1], 16)


class _HTTPConnection(HTTPConnection):
    response_class = _Response
    debuglevel = 0  # whatever others set: it prints headers, and with them the key

    def _new_conn(self) -> socket.socket:
        try:
            return LINE.get().connect(self._dns_host, self.port, self.socket_options)
        except OSError:
            raise NewConnectionError(self, "no connection") from None

    def connect(self) -> None:
        line = LINE.get()
        try:
            super().connect()
        except ssl.SSLCertVerificationError as error:
            line.untrusted = error.verify_code
            raise
        except TimeoutError:
            line.overdue = NO_CONNECTION
            raise
        line.ready(self.sock)

    def getresponse(self) -> Any:
        LINE.get().asked()
        return super().getresponse()


class _HTTPSConnection(_HTTPConnection, HTTPSConnection):
    pass


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection

    def _put_conn(self, conn: Any) -> None:
        """No connection is used twice."""
        if conn:
            conn.close()


class _HTTPSPool(_HTTPPool, urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


POOLS = {"http": _HTTPPool, "https": _HTTPSPool}
