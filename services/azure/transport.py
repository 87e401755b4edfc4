"""The only module that imports `requests`: one HTTP exchange, held to its deadlines and caps.

It never follows a redirect (`requests` re-sends `api-key` to whatever host a redirect names: only
`Authorization` is dropped), reads no proxy or netrc settings from the environment, and keeps no cookie.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

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
                raise _lost(error, self._host, sent=False) from None
            if not block:
                return
            size += len(block)
            if size > cap:
                raise BadReply(f"The answer is larger than {cap // 2**20} MiB.")
            if self._clock() > self._ends:
                raise Unreachable(
                    f"{self._host} took longer than {self._deadline.total:.0f} s.",
                    advice="Try again, or ask for less.",
                )
            yield block

    def read(self, cap: int) -> bytes:
        """The whole body."""
        return b"".join(self.blocks(cap))

    def wake(self) -> None:
        """Ends a read that is blocked in another thread; closing the response would wait for it instead."""
        with contextlib.suppress(ValueError, OSError, RuntimeError):  # it ended by itself a moment ago
            self._response.raw.shutdown()


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
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=pool, max_retries=0))

    @contextlib.contextmanager
    def exchange(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> Iterator[Exchange]:
        """Sends one request and hands out the answer, closed afterwards in every case.

        Raises Unreachable where no byte was sent or nothing was at stake, OutcomeUnknown where a POST may
        have arrived.
        """
        lost: ServiceError | None = None
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
