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
from services.endpoint import is_azure
from services.errors import ServiceError

JSON_CAP = 10 * 2**20
SHORTEST_HIDDEN = 8

COMPLETION = Deadline(first_byte=60, idle=30, total=300)
GENERATION = Deadline(first_byte=180, idle=60, total=300)
SUBMIT = Deadline(first_byte=30, idle=30, total=30)
POLL = Deadline(first_byte=20, idle=20, total=30)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: path below the endpoint, api-version (None for none), and what it carries.

    on_send: receives a function that wakes whoever waits for the answer's first byte. cap: most bytes of it.
    """

    method: str
    path: str
    api_version: str | None
    deadline: Deadline
    body: dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    on_send: Callable[[Callable[[], None]], None] = lambda wake: None  # noqa: ARG005
    cap: int = JSON_CAP


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
        self,
        endpoint: str,
        keys: tuple[Secret, ...],
        v1_path: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint = endpoint
        self.v1_path = v1_path
        self.is_azure = is_azure(endpoint, v1_path)
        self._keys = keys
        self._preferred = 0
        self._transport = Transport(pool=160, clock=clock)

    def send(self, call: Call) -> Reply:
        """The JSON object the service answers with. Raises ServiceError for every status but 2xx."""
        with self.open(call) as exchange:
            text = self.hide_keys(exchange.read(call.cap).decode("utf-8", errors="replace"))
            return Reply(exchange.status, exchange.headers, parse_object(text))

    def hide_keys(self, text: str) -> str:
        """Cuts our keys out of what a service answered: an error inside a 200 may repeat what it was sent.

        Keys under eight characters are left, since they would be found in any text.
        """
        for key in self._keys:
            if len(key.reveal()) >= SHORTEST_HIDDEN:
                text = text.replace(key.reveal(), "(key)")
        return text

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
                raise self._refusal(exchange, len(self._keys))
            yield exchange

    def probe(self, call: Call, key: int) -> None:
        """Makes a call with one key, whichever is preferred. Raises ServiceError for every status but 2xx."""
        with self._exchange(call, key) as exchange:
            if not 200 <= exchange.status < 300:
                raise self._refusal(exchange, keys_tried=1)

    def _exchange(self, call: Call, key: int) -> contextlib.AbstractContextManager[Exchange]:
        query = f"?api-version={quote(call.api_version, safe='')}" if call.api_version else ""
        url = f"{self.endpoint}{call.path}{query}"
        return self._transport.exchange(
            call.method,
            url,
            call.deadline,
            headers={**call.headers, **self._authorization(key)},
            body=call.body,
            on_send=call.on_send,
        )

    def _authorization(self, key: int) -> dict[str, str]:
        if not self._keys:
            return {}
        text = self._keys[key].reveal()
        return {"Authorization": f"Bearer {text}"} if not self.is_azure else {"api-key": text}

    def _refusal(self, exchange: Exchange, keys_tried: int) -> ServiceError:
        raw = bytearray()
        with contextlib.suppress(ServiceError):  # the status alone is enough for a sentence
            for block in exchange.blocks(2**20):
                raw += block
        text = raw.decode("utf-8", errors="replace")
        for key in self._keys:  # a 401 page may repeat the headers it was sent
            text = text.replace(key.reveal(), "(key)")
        return refusal(exchange.status, exchange.headers, text, keys_tried=keys_tried)

    def close(self) -> None:
        """Closes the pooled connections."""
        self._transport.close()


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers worth showing to a person: an allow-list, so that nothing else ever gets out."""
    wanted = ("apim-request-id", "x-request-id", "x-ms-request-id", "x-ms-region")
    return {
        name: value for name, value in headers.items() if name in wanted or name.startswith("x-ratelimit-")
    }
