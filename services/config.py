"""Settings from the environment, checked once at start and named one by one when they are wrong."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from dotenv import load_dotenv

from services.errors import ConfigError, Problem

TEXT_API_VERSION = "2022-06-01-preview"
IMAGE_API_VERSION = "2023-06-01-preview"
PICTURE_HOST = ".blob.core.windows.net"

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_DEPLOYMENT = re.compile(r"[\w.\-]{1,64}")


class Secret:
    """A key that never shows itself: not in repr, str, format, pickle or a copy of its fields."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; called where a header is built or a link is signed, nowhere else."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> str:
        raise TypeError("a Secret cannot be pickled or copied")


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment's name and, where the settings tell it, the model behind it."""

    name: str
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the server is told from outside. `endpoint` is None for the embedded sandbox.

    endpoint: an origin without trailing slash. keys: KEY1, then KEY2. picture_hosts: host suffixes a picture
    may be fetched from. quota_mb: mebibytes of pictures kept.
    """

    endpoint: str | None = None
    keys: tuple[Secret, ...] = ()
    api_version: str = TEXT_API_VERSION
    image_api_version: str = IMAGE_API_VERSION
    text_deployments: tuple[Deployment, ...] = ()
    image_deployments: tuple[Deployment, ...] = ()
    picture_hosts: tuple[str, ...] = (PICTURE_HOST,)
    data_dir: Path = Path("data")
    signing_secret: Secret | None = None
    quota_mb: int = 2048
    host: str = "127.0.0.1"
    port: int = 8501

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Reads the environment, after `.env` where no mapping is given.

        Raises ConfigError naming every bad variable and how to mend it.
        """
        if env is None:
            load_dotenv()
            env = os.environ
        return _Reader(env).settings()


def is_dated(api_version: str) -> bool:
    """Whether an api-version is a date, with or without -preview."""
    return _DATED.fullmatch(api_version) is not None


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def prepare(data_dir: Path) -> None:
    """Makes the data folder, for its owner alone. Raises ConfigError where it cannot be written to."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryFile(dir=data_dir):
            pass
    except OSError as error:
        reason = f"cannot be written to ({error.strerror})"
        mend = "Name a folder that the server may write to, or free some space there."
        raise ConfigError([Problem("PLAYGROUND_DATA_DIR", reason, mend)]) from None


class _Reader:
    """Reads one variable after another and collects what is wrong instead of stopping at the first.

    No problem repeats a value: somebody may have pasted a key into the wrong variable.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[Problem] = []

    def settings(self) -> Settings:
        endpoint = self.endpoint()
        keys = tuple(
            key for name in ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_API_KEY_2") if (key := self.key(name))
        )
        self.pair(endpoint, keys)
        settings = Settings(
            endpoint=endpoint,
            keys=keys,
            api_version=self.version("AZURE_OPENAI_API_VERSION", TEXT_API_VERSION),
            image_api_version=self.version("AZURE_OPENAI_IMAGE_API_VERSION", IMAGE_API_VERSION),
            text_deployments=self.deployments("AZURE_OPENAI_TEXT_DEPLOYMENTS"),
            image_deployments=self.deployments("AZURE_OPENAI_IMAGE_DEPLOYMENTS"),
            picture_hosts=(PICTURE_HOST, *self.hosts("AZURE_OPENAI_IMAGE_HOSTS")),
            data_dir=Path(self.text("PLAYGROUND_DATA_DIR") or "data"),
            signing_secret=Secret(secret) if (secret := self.text("PLAYGROUND_SECRET")) else None,
            quota_mb=self.whole("PLAYGROUND_QUOTA_MB", 2048, 10, 10_000_000),
            host=self.text("HOST") or "127.0.0.1",
            port=self.whole("PORT", 8501, 1, 65535),
        )
        if self.problems:
            raise ConfigError(self.problems)
        return settings

    def bad(self, variable: str, what: str, mend: str) -> None:
        self.problems.append(Problem(variable, what, mend))

    def text(self, name: str) -> str:
        return self.env.get(name, "").strip()

    def endpoint(self) -> str | None:
        name, value = "AZURE_OPENAI_ENDPOINT", self.text("AZURE_OPENAI_ENDPOINT")
        if not value:
            return None
        example = (
            "It looks like https://NAME.openai.azure.com, as the portal shows it under Keys and Endpoint."
        )
        if "://" not in value:
            self.bad(name, "has no scheme", f"Write https:// before it. {example}")
            return None
        try:
            parts = urlsplit(value)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            self.bad(name, "is not an address", example)
            return None
        if not host or "\\" in value or parts.username is not None or re.search(r"\s", value):
            self.bad(name, "is not an address", example)
            return None
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
            self.bad(name, "does not use https", "Only an address on this machine may use http. " + example)
            return None
        path = parts.path.split("/openai", 1)[0].strip("/")
        if path or (parts.query and "/openai" not in parts.path) or parts.fragment:
            self.bad(name, "has something after the host", f"Keep only the part up to the host. {example}")
            return None
        return _origin(parts.scheme, host, port)

    def key(self, name: str) -> Secret | None:
        value = self.text(name)
        for position, character in enumerate(value, start=1):
            if not "!" <= character <= "~":
                self.bad(
                    name,
                    f"contains an invalid character at position {position}",
                    "Copy the key again from the portal, without spaces, quotes or line breaks.",
                )
                return None
        if len(value) > 256:
            self.bad(name, "is longer than 256 characters", "Copy KEY 1 or KEY 2 from the portal again.")
            return None
        return Secret(value) if value else None

    def pair(self, endpoint: str | None, keys: tuple[Secret, ...]) -> None:
        wrong = {problem.variable for problem in self.problems}
        if endpoint and not keys and not any("KEY" in name for name in wrong):
            self.bad(
                "AZURE_OPENAI_API_KEY",
                "is missing",
                "Set it to KEY 1 of the resource, or remove AZURE_OPENAI_ENDPOINT to use the sandbox.",
            )
        if keys and not self.text("AZURE_OPENAI_ENDPOINT"):
            self.bad(
                "AZURE_OPENAI_ENDPOINT",
                "is missing while a key is set",
                "Set it to the resource's endpoint, or remove the key to use the sandbox.",
            )

    def version(self, name: str, default: str) -> str:
        value = self.text(name)
        if value and not is_dated(value):
            self.bad(name, "is not a dated api-version", f"Write it like {default} or 2024-10-21.")
        return value or default

    def deployments(self, name: str) -> tuple[Deployment, ...]:
        found = []
        for position, item in enumerate(self.items(name), start=1):
            deployment, _, model = (part.strip() for part in item.partition("="))
            if not _DEPLOYMENT.fullmatch(deployment):
                self.bad(
                    name,
                    f"has an entry that is no deployment name (number {position})",
                    "List names or name=model pairs with commas between: text=davinci-002,chat=gpt-4.1.",
                )
            found.append(Deployment(deployment, model or None))
        return tuple(found)

    def hosts(self, name: str) -> tuple[str, ...]:
        found = []
        for position, item in enumerate(self.items(name), start=1):
            if not re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+", item.lower()):
                self.bad(
                    name,
                    f"has an entry that is no host (number {position})",
                    "List hosts such as .example.net.",
                )
            found.append(item.lower())
        return tuple(found)

    def items(self, name: str) -> list[str]:
        return [item for part in self.text(name).split(",") if (item := part.strip())]

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not re.fullmatch(r"[0-9]{1,18}", value) or not low <= int(value) <= high:
            self.bad(name, f"is not a whole number from {low} to {high}", f"Write {default}.")
            return default
        return int(value)


def _origin(scheme: str, host: str, port: int | None) -> str:
    """Scheme, host and port in one spelling, the default port left out."""
    name = f"[{host}]" if ":" in host else host.lower()
    plain = port is None or port == {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{name}" if plain else f"{scheme}://{name}:{port}"
