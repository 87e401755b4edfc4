"""Connections that people type in for one tab of their browser, each with a key of its own.

They live in memory only, under a random id that the tab holds. Image operations outlive the tab: they name
the endpoint, never the key, and go through whatever connection their owner has to it at the time.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from services.azure import Azure
from services.config import V1, Secret, Settings
from services.endpoint import NotAnEndpoint, is_loopback, parse
from services.errors import ConfigError, Disconnected, Invalid, NotFound

IDLE_S = 8 * 3600.0  # a working day
LOOPBACK = "localhost"  # in the list of allowed endpoints: any name or address of this machine
_NAMES = {
    "AZURE_OPENAI_API_KEY": "key",
    "AZURE_OPENAI_API_VERSION": "API version",
    "AZURE_OPENAI_TEXT_DEPLOYMENTS": "list of text deployments",
    "AZURE_OPENAI_IMAGE_DEPLOYMENTS": "list of image deployments",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedConnection:
    """What a person typed; the texts are those that the settings' variables of the same name take."""

    endpoint: str
    key: Secret
    text_deployments: str = ""
    image_deployments: str = ""
    api_version: str = ""


def own_settings(server: Settings, typed: TypedConnection) -> Settings:
    """The server's settings with another endpoint and key, which never mix with the server's own.

    Raises Invalid, which repeats nothing of what was typed.
    """
    try:
        found = parse(typed.endpoint)
    except NotAnEndpoint as error:
        raise Invalid(f"The endpoint {error.what}.", advice=error.mend) from None
    if not is_allowed(urlsplit(found.origin).hostname or "", server.allowed_endpoints):
        raise Invalid(
            "This playground does not connect there.",
            advice=f"Endpoints it allows: {', '.join(server.allowed_endpoints) or 'none'}. "
            "Its administrator can add others in AZURE_OPENAI_ALLOWED_ENDPOINTS.",
        )
    if found.needs_key and not typed.key.reveal().strip():
        raise Invalid("The key is missing.", advice="Copy KEY 1 or KEY 2 of that resource from the portal.")
    named = found.v1_path or found.api_version
    try:
        read = Settings.from_env(
            {
                "AZURE_OPENAI_ENDPOINT": typed.endpoint,
                "AZURE_OPENAI_API_KEY": typed.key.reveal(),
                "AZURE_OPENAI_API_VERSION": typed.api_version.strip() or ("" if named else V1),
                "AZURE_OPENAI_TEXT_DEPLOYMENTS": typed.text_deployments,
                "AZURE_OPENAI_IMAGE_DEPLOYMENTS": typed.image_deployments,
            }
        )
    except ConfigError as error:
        problem = error.problems[0]
        raise Invalid(f"The {_NAMES[problem.variable]} {problem.what}.", advice=problem.mend) from None
    return replace(
        server,
        endpoint=read.endpoint,
        v1_path=read.v1_path,
        keys=read.keys,
        api_version=read.api_version,
        text_deployments=read.text_deployments,
        image_deployments=read.image_deployments,
    )


def is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether a host is on the administrator's list: a name, or with a dot before it all names below it."""
    return any(
        is_loopback(host)
        if entry == LOOPBACK
        else host.endswith(entry)
        if entry.startswith(".")
        else host == entry
        for entry in allowed
    )


@dataclass(slots=True)
class _Connection:
    owner: str
    settings: Settings
    azure: Azure
    used_at: float


class OwnConnections:
    """The connections of this process; one that nobody has used for eight hours is forgotten."""

    def __init__(
        self, make: Callable[[Settings], Azure], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = make
        self._clock = clock
        self._lock = threading.Lock()
        self._connections: dict[str, _Connection] = {}

    def open(self, owner: str, settings: Settings) -> str:
        """Keeps a connection and returns the id it is found by."""
        id = secrets.token_urlsafe(24)
        made = _Connection(owner, settings, self._make(settings), self._clock())
        with self._lock:
            self._connections[id] = made
        return id

    def find(self, owner: str, id: str) -> tuple[Settings, Azure]:
        """The owner's connection. Raises NotFound for one that was forgotten as for somebody else's."""
        with self._lock:
            self._forget_idle()
            found = self._connections.get(id)
            if found is None or found.owner != owner:
                raise NotFound("The connection of your own is gone.", advice="Enter it again to use it.")
            found.used_at = self._clock()
            return found.settings, found.azure

    def to(self, owner: str, endpoint: str) -> Azure:
        """The owner's newest connection to an endpoint, from whichever tab. Raises Disconnected."""
        with self._lock:
            self._forget_idle()
            for found in reversed(self._connections.values()):
                if found.owner == owner and found.settings.endpoint == endpoint:
                    return found.azure
        raise Disconnected(
            f"The connection of your own to {urlsplit(endpoint).netloc} is gone, and its key with it.",
            advice="The pictures may have been made. Enter the connection again, then check again.",
        )

    def forget(self, owner: str, id: str) -> None:
        """Drops a connection and its key."""
        with self._lock:
            found = self._connections.get(id)
            if found is not None and found.owner == owner:
                del self._connections[id]

    def _forget_idle(self) -> None:
        oldest = self._clock() - IDLE_S
        for id in [id for id, found in self._connections.items() if found.used_at < oldest]:
            del self._connections[id]
