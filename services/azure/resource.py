"""Keyed calls to the one origin the settings name, and to nothing else."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.azure.body import parse_object
from services.azure.headroom import Headroom, headroom
from services.azure.redaction import Redaction
from services.azure.refusals import key_refused, refusal
from services.azure.retry import ALONE, Caller, Policy, RetryBudget, insist
from services.azure.transport import Exchange, Transport
from services.azure.versions import Target
from services.config import Secret
from services.endpoint import is_azure
from services.errors import ServiceError

JSON_CAP = 10 * 2**20


@dataclass(frozen=True, slots=True)
class Call:
    """One request: where it goes with what body, how patiently, and what else it carries.

    caller: who waits for it. cap: the most bytes its answer may have. deployment: whose limits it counts for.
    """

    method: str
    target: Target
    policy: Policy
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = ALONE
    cap: int = JSON_CAP
    deployment: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: status, lower-cased headers, and the JSON object of the body."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


class Resource:
    """One Azure OpenAI resource with its keys.

    When the service refuses one key the other is tried once, and the choice is remembered. headroom: what is
    left of each deployment's limits, by the last answer that said so.
    """

    def __init__(
        self,
        endpoint: str,
        keys: tuple[Secret, ...],
        v1_path: str | None = None,
        budget: RetryBudget | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.is_azure = is_azure(endpoint, v1_path)
        self._keys = keys
        self._redaction = Redaction(keys)
        self.preferred = 0
        self.headroom: dict[str, Headroom] = {}
        self._budget = budget or RetryBudget()
        self._transport = Transport()

    def send(self, call: Call) -> Reply:
        """The JSON object the service answers with. Raises ServiceError for every status but 2xx."""
        with self.open(call) as exchange:
            return self.read(exchange, call.cap)

    def read(self, exchange: Exchange, cap: int) -> Reply:
        """The JSON object of an answer that `open` gave, at most `cap` bytes of it."""
        text = self.hide_keys(exchange.read(cap).decode("utf-8", errors="replace"))
        return Reply(exchange.status, exchange.headers, parse_object(text))

    def hide_keys(self, text: str) -> str:
        """Cuts our keys out of what a service answered: an error inside a 200 may repeat what it was sent."""
        return self._redaction.keys(text)

    @contextlib.contextmanager
    def open(self, call: Call) -> Iterator[Exchange]:
        """An answer with a 2xx status and its body unread; every other status is raised as a ServiceError.

        Tried again as the call's policy says, while its caller waits.
        """
        with contextlib.ExitStack() as stack:
            yield insist(lambda: self._enter(stack, call), call.policy, self._budget, call.caller)

    def probe(self, call: Call, key: int) -> None:
        """Makes a call with one key, whichever is preferred, and reads the answer as `send` does."""
        with self._exchange(call, key) as exchange:
            self.read(exchange, call.cap)

    def _enter(self, stack: contextlib.ExitStack, call: Call) -> Exchange:
        """One try, with the other key where the service refuses the first."""
        key = self.preferred
        try:
            return stack.enter_context(self._exchange(call, key))
        except ServiceError as error:
            if len(self._keys) < 2 or not key_refused(error):
                raise
        other = 1 - key
        try:
            exchange = stack.enter_context(self._exchange(call, other, keys_tried=2))
        except ServiceError as error:
            if error.status is not None and not key_refused(error):
                self._prefer(other, call.caller)
            raise
        self._prefer(other, call.caller)
        return exchange

    def _prefer(self, key: int, caller: Caller) -> None:
        self.preferred = key
        caller.told(f"Key {2 - key} was refused, using key {key + 1}.")

    @contextlib.contextmanager
    def _exchange(self, call: Call, key: int, keys_tried: int = 1) -> Iterator[Exchange]:
        """One request with one key."""
        with self._transport.exchange(
            call.method,
            call.target.url(self.endpoint),
            call.policy.deadline,
            headers={**call.headers, **self._authorization(key)},
            body=call.target.body or None,
            on_open=call.caller.on_open,
        ) as exchange:
            if call.deployment and (left := headroom(exchange.headers, time.time())):
                self.headroom[call.deployment] = left
            exchange.headers = {
                name: self._redaction.secrets(value) for name, value in exchange.headers.items()
            }
            if not 200 <= exchange.status < 300:
                raise self._refusal(exchange, keys_tried)
            yield exchange

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
        text = self._redaction.secrets(raw.decode("utf-8", errors="replace"))
        return refusal(exchange.status, exchange.headers, text, keys_tried=keys_tried)
