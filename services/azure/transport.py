"""The only module that imports `requests`: one HTTP exchange, held to its deadlines and caps.

It never follows a redirect (`requests` re-sends `api-key` to whatever host a redirect names: only
`Authorization` is dropped), reads no proxy or netrc settings from the environment, and keeps no cookie.
"""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

from services.errors import BadReply, OutcomeUnknown, ServiceError, Unreachable

CONNECT_S = 5.0
_BLOCK = 65_536
_CHECK_NETWORK = "Check the endpoint's spelling and this machine's network connection."


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long an exchange may take, in seconds: to the first byte, between two bytes, in all."""

    first_byte: float
    idle: float
    total: float


class Exchange:
    """An answer whose body has not been read yet."""

    def __init__(self, response: requests.Response, deadline: Deadline, clock: Callable[[], float]) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self._response = response
        self._deadline = deadline
        self._clock = clock
        self._ends = clock() + deadline.total
        self._host = urlsplit(response.url).netloc
        connection = response.raw.connection
        if connection is not None and connection.sock is not None:
            connection.sock.settimeout(deadline.idle)

    def blocks(self, cap: int) -> Iterator[bytes]:
        """The body in blocks as they arrive.

        Raises BadReply beyond `cap` decoded bytes, Unreachable where it breaks or takes too long.
        """
        size = 0
        while True:
            try:
                block = self._response.raw.read1(_BLOCK, decode_content=True)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                lost = _lost(error, self._host, sent=False)
                lost.status = self.status  # an answer had begun
                raise lost from None
            if not block:
                return
            size += len(block)
            if size > cap:
                raise BadReply(f"The answer is larger than {cap // 2**20} MiB.")
            if self._clock() > self._ends:
                raise Unreachable(
                    f"{self._host} took longer than {self._deadline.total:.0f} s.",
                    advice="Try again, or ask for less.",
                    status=self.status,
                )
            yield block

    def read(self, cap: int) -> bytes:
        """The whole body."""
        return b"".join(self.blocks(cap))

    def wake(self) -> None:
        """Ends a read that is blocked in another thread; closing the response would wait for it instead."""
        with contextlib.suppress(ValueError, OSError, RuntimeError):  # it ended by itself a moment ago
            self._response.raw.shutdown()


class _FirstByte:
    """Lets another thread end the wait for an answer's first byte, and nothing after it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._woken = False

    def wake(self) -> None:
        with self._lock:
            self._woken = True
            self._shut()

    def wait_on(self, sock: socket.socket | None) -> None:
        """Names the socket that is being waited on; None once the answer has begun."""
        with self._lock:
            self._socket = sock
            if self._woken:
                self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it ended by itself a moment ago
                self._socket.shutdown(socket.SHUT_RD)


_WAITING: ContextVar[_FirstByte | None] = ContextVar("first_byte", default=None)


class _HTTPConnection(HTTPConnection):
    """Tells which socket an answer is waited for on."""

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        if (first_byte := _WAITING.get()) is not None:
            first_byte.wait_on(self.sock)
        return super().getresponse()


class _HTTPSConnection(_HTTPConnection, HTTPSConnection):
    pass


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class Transport:
    """A pool of connections shared by many threads."""

    def __init__(self, pool: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update({"User-Agent": "azure-openai-playground", "Accept-Encoding": "identity"})
        logging.getLogger("urllib3").setLevel(logging.INFO)  # its DEBUG lines hold picture links whole
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _Adapter(pool_maxsize=pool, max_retries=0))

    @contextlib.contextmanager
    def exchange(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        body: dict[str, Any] | None = None,
        on_send: Callable[[Callable[[], None]], None] = lambda wake: None,  # noqa: ARG005
    ) -> Iterator[Exchange]:
        """Sends one request and hands out the answer, closed afterwards in every case.

        `on_send` receives a function that wakes whoever waits for the first byte.
        Raises Unreachable where no byte was sent or nothing was at stake, OutcomeUnknown where a POST may
        have arrived.
        """
        lost: ServiceError | None = None
        first_byte = _FirstByte()
        on_send(first_byte.wake)
        waiting = _WAITING.set(first_byte)
        try:
            response = self._session.request(
                method,
                url,
                headers=headers,
                json=body,
                timeout=(CONNECT_S, deadline.first_byte),
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            lost = _lost(error, urlsplit(url).netloc, sent=method == "POST")
        finally:
            first_byte.wait_on(None)
            _WAITING.reset(waiting)
        if lost is not None:
            raise lost  # out here it has no context, which would hold the request and its key
        with contextlib.closing(response):
            yield Exchange(response, deadline, self._clock)

    def close(self) -> None:
        """Closes the pooled connections."""
        self._session.close()


def canonical_host(url: str) -> str:
    """The host a connection to `url` would be made to.

    Raises ValueError where the standard library and urllib3, which connects, read the URL differently.
    """
    parts = urlsplit(url)
    try:
        other = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError:
        raise ValueError("not an address") from None
    host = (parts.hostname or "").lower()
    odd = any(character in url for character in "\\\t\r\n ") or parts.username is not None
    if odd or not host or host != (other.host or "").lower().strip("[]") or parts.port != other.port:
        raise ValueError("not an address")
    return host


def _lost(error: Exception, host: str, *, sent: bool) -> ServiceError:
    """The sentence for a connection that failed; never the library's text, which may hold URL or headers."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unreachable(f"{host} did not answer within {CONNECT_S:.0f} s.", advice=_CHECK_NETWORK)
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable(
            f"The certificate of {host} could not be verified.",
            advice="A proxy that inspects traffic may stand in between; ask your network's administrator.",
        )
    if isinstance(error, requests.ConnectionError) and _never_connected(error):
        return Unreachable(f"Cannot reach {host}.", advice=_CHECK_NETWORK)
    if sent:
        return OutcomeUnknown(
            f"The connection to {host} was lost before it answered.",
            advice="The request may have been accepted, and may be billed.",
        )
    return Unreachable(f"The connection to {host} was lost.", advice="Try again.")


def _never_connected(error: requests.ConnectionError) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)
