"""Keyed calls to the one origin the settings name, and to nothing else."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from services.azure.body import parse_object
from services.azure.refusals import refusal
from services.azure.transport import Deadline, Exchange, Transport
from services.config import Secret
from services.errors import ServiceError

JSON_CAP = 10 * 2**20

COMPLETION = Deadline(first_byte=60, idle=30, total=300)
SUBMIT = Deadline(first_byte=30, idle=30, total=30)
POLL = Deadline(first_byte=20, idle=20, total=30)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: path below the endpoint, api-version, and what it carries.

    on_send: receives a function that wakes whoever waits for the answer's first byte.
    """

    method: str
    path: str
    api_version: str
    deadline: Deadline
    body: dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    on_send: Callable[[Callable[[], None]], None] = lambda wake: None  # noqa: ARG005


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: status, lower-cased headers, and the JSON object of the body."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


class Resource:
    """One Azure OpenAI resource with its keys.

    When the service refuses one key (401) the other is tried once, and the choice is remembered.
    """

    def __init__(
        self, endpoint: str, keys: tuple[Secret, ...], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.endpoint = endpoint
        self._keys = keys
        self._preferred = 0
        self._transport = Transport(pool=160, clock=clock)

    def send(self, call: Call) -> Reply:
        """The JSON object the service answers with. Raises ServiceError for every status but 2xx."""
        with self.open(call) as exchange:
            return Reply(exchange.status, exchange.headers, parse_object(exchange.read(JSON_CAP)))

    @contextlib.contextmanager
    def open(self, call: Call) -> Iterator[Exchange]:
        """An answer with a 2xx status and its body unread; every other status is raised as a ServiceError."""
        with contextlib.ExitStack() as stack:
            exchange = stack.enter_context(self._exchange(call, self._preferred))
            if exchange.status == 401 and len(self._keys) > 1:
                other = 1 - self._preferred
                exchange = stack.enter_context(self._exchange(call, other))
                if exchange.status != 401:
                    self._preferred = other
            if not 200 <= exchange.status < 300:
                raise self._refusal(exchange)
            yield exchange

    def _exchange(self, call: Call, key: int) -> contextlib.AbstractContextManager[Exchange]:
        keyed = {"api-key": self._keys[key].reveal()} if self._keys else {}
        url = f"{self.endpoint}{call.path}?api-version={quote(call.api_version, safe='')}"
        return self._transport.exchange(
            call.method,
            url,
            call.deadline,
            headers={**call.headers, **keyed},
            body=call.body,
            on_send=call.on_send,
        )

    def _refusal(self, exchange: Exchange) -> ServiceError:
        raw = bytearray()
        with contextlib.suppress(ServiceError):  # the status alone is enough for a sentence
            for block in exchange.blocks(2**20):
                raw += block
        text = raw.decode("utf-8", errors="replace")
        for key in self._keys:  # a 401 page may repeat the headers it was sent
            text = text.replace(key.reveal(), "(key)")
        return refusal(exchange.status, exchange.headers, text, keys_tried=len(self._keys))

    def close(self) -> None:
        """Closes the pooled connections."""
        self._transport.close()


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers worth showing to a person: an allow-list, so that nothing else ever gets out."""
    wanted = ("apim-request-id", "x-request-id", "x-ms-request-id", "x-ms-region")
    return {
        name: value for name, value in headers.items() if name in wanted or name.startswith("x-ratelimit-")
    }
