"""The only module that imports `requests`: one HTTP exchange, held to its deadlines and caps.

It never follows a redirect (`requests` re-sends `api-key` to whatever host a redirect names: only
`Authorization` is dropped), reads no proxy or netrc settings from the environment, and keeps no cookie.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from services.azure.connections import BUFFER, LINE, POOLS, Line
from services.azure.retry import Deadline
from services.errors import BadReply, HungUp, OutcomeUnknown, ServiceError, Unreachable, Untrusted

_CERTIFICATE = {  # X509_V_ERR_… of OpenSSL's x509_vfy.h: what is wrong, and what to do
    9: ("is not valid yet", "Check this machine's clock."),
    10: ("has expired", "Check this machine's clock; if it is right, tell whoever runs the endpoint."),
    62: ("is for another name", "Check the endpoint's spelling; a proxy may stand in between."),
    64: ("is for another address", "Check the endpoint's spelling; a proxy may stand in between."),
}
_STRANGER = (
    "could not be verified",
    "A proxy that inspects traffic may stand in between; ask your network's administrator.",
)
_CHECK_NETWORK = "Check the endpoint's spelling and this machine's network connection."


class Exchange:
    """An answer whose body has not been read yet."""

    def __init__(self, response: requests.Response, line: Line, *, costs: bool) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self._response = response
        self._line = line
        self._costs = costs
        self._host = urlsplit(response.url).netloc

    def ahead(self) -> bool:
        """Whether much more has arrived and was not read, or, of a chunked body, all the rest."""
        return self._line.ahead()

    def blocks(self, cap: int) -> Iterator[bytes]:
        """The body in blocks as they arrive.

        Raises BadReply beyond `cap` decoded bytes; where it breaks or takes too long, OutcomeUnknown for a
        POST and Unreachable for the rest.
        """
        size = 0
        while True:
            try:
                block = self._response.raw.read1(BUFFER, decode_content=True)
            except urllib3.exceptions.DecodeError:
                raise BadReply(
                    "The service sent an answer that cannot be unpacked.",
                    advice=BadReply.ADVICE,
                    status=self.status,
                ) from None
            except (urllib3.exceptions.HTTPError, OSError):
                raise _lost(self._line, self._host, costs=self._costs, status=self.status) from None
            if not block:
                if self._line.hung_up:  # what ends with its connection would seem whole
                    raise _lost(self._line, self._host, costs=self._costs, status=self.status)
                return
            size += len(block)
            if size > cap:
                raise BadReply(f"The answer is larger than {cap // 2**20} MiB.", status=self.status)
            yield block

    def read(self, cap: int) -> bytes:
        """The whole body."""
        return b"".join(self.blocks(cap))


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS


class _Session(requests.Session):
    """Never looks at where a redirect leads; `requests` does even where it is not to follow it."""

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[Any]:
        return iter(())


class Transport:
    """Makes exchanges, for many threads at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._session = _Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update(
            {"User-Agent": "azure-openai-playground", "Accept-Encoding": "identity", "Connection": "close"}
        )
        logging.getLogger("urllib3").setLevel(logging.ERROR)  # lines below hold picture links whole
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _Adapter(max_retries=0))

    @contextlib.contextmanager
    def exchange(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        body: dict[str, Any] | None = None,
        on_open: Callable[[Callable[[], None]], None] = lambda wake: None,  # noqa: ARG005
        admits: Callable[[str], bool] = lambda address: True,  # noqa: ARG005
    ) -> Iterator[Exchange]:
        """Sends one request and hands out the answer, closed afterwards in every case.

        `admits` judges every network address of the host before one of them is connected to.
        `on_open` receives a function that ends the exchange from another thread, wherever it is blocked.
        Raises Unreachable where no byte was sent or nothing was at stake, OutcomeUnknown where a POST may
        have arrived, HungUp where it was ended so, BadReply where an address is not admitted.
        """
        lost: ServiceError | None = None
        line = Line(deadline, self._clock, admits)
        on_open(line.hang_up)
        token = LINE.set(line)
        with contextlib.ExitStack() as stack:
            stack.callback(line.release)
            try:
                response = self._session.request(
                    method, url, headers=headers, json=body, allow_redirects=False, stream=True
                )
            except (requests.RequestException, urllib3.exceptions.HTTPError):
                lost = _lost(line, urlsplit(url).netloc, costs=method == "POST")
            finally:
                LINE.reset(token)
            if lost is not None:
                raise lost  # out here it has no context, which would hold the request and its key
            stack.callback(response.close)
            yield Exchange(response, line, costs=method == "POST")


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


def _lost(line: Line, host: str, *, costs: bool, status: int | None = None) -> ServiceError:
    """The sentence for an exchange that failed; never the library's text, which may hold URL or headers.

    costs: whether the service may have begun work that is billed. status: of an answer that had begun.
    """
    if line.hung_up:
        return HungUp("The call was ended here before its answer was complete.")
    if line.untrusted is not None:
        what, advice = _CERTIFICATE.get(line.untrusted, _STRANGER)
        return Untrusted(f"The certificate of {host} {what}.", advice=f"{advice} Nothing was sent.")
    if line.forbidden:
        return BadReply(f"{host} has an address that is not public; nothing was asked there.")
    if line.unknown:
        return Unreachable(f"The name {host} cannot be found.", advice=_CHECK_NETWORK)
    if not line.connected:
        sentence = f"{host} {line.overdue}." if line.overdue else f"Cannot reach {host}."
        return Unreachable(sentence, advice=_CHECK_NETWORK)
    if line.overdue:
        sentence = f"{host} {line.overdue}."
    else:
        when = "before it answered" if status is None else "in the middle of its answer"
        sentence = f"The connection to {host} was lost {when}."
    if costs:
        return OutcomeUnknown(
            sentence, advice="The request may have been accepted, and may be billed.", status=status
        )
    return Unreachable(sentence, advice="Try again.", status=status)
