"""Settings from the environment, checked once at start and named one by one when they are wrong."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from dotenv import load_dotenv

from services.endpoint import AZURE_HOSTS, Endpoint, NotAnEndpoint, is_loopback, parse
from services.errors import ConfigError, Problem

TEXT_API_VERSION = "2022-06-01-preview"
IMAGE_API_VERSION = "2023-06-01-preview"
V1 = "v1"
V1_PREVIEW = "preview"
QUOTA_MB = 2_048
PICTURE_HOST = ".blob.core.windows.net"

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_DEPLOYMENT = re.compile(r"[\w.\-]{1,64}")


class Secret:
    """A key that never shows itself: not in repr, str, format, pickle or a copy of its fields."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for a header, a signature, or to cut it out of what others say; never to show."""
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

    endpoint: an origin without trailing slash. v1_path: where its OpenAI-compatible API begins, None for
    Azure's own place. keys: KEY1, then KEY2. picture_hosts: host suffixes a picture may be fetched from.
    quota_mb: how much disk the pictures of everybody may take, in MB of 2**20 bytes. allowed_endpoints: where
    people may connect to with keys of their own: hosts, suffixes that begin with a dot, or `localhost`.
    allowed_hosts: the names that this server is opened by, besides this machine's own and addresses in
    numbers: hosts, suffixes that begin with a dot, or `*` for any.
    """

    endpoint: str | None = None
    v1_path: str | None = None
    keys: tuple[Secret, ...] = ()
    api_version: str = TEXT_API_VERSION
    image_api_version: str = IMAGE_API_VERSION
    text_deployments: tuple[Deployment, ...] = ()
    image_deployments: tuple[Deployment, ...] = ()
    picture_hosts: tuple[str, ...] = (PICTURE_HOST,)
    allowed_endpoints: tuple[str, ...] = (*AZURE_HOSTS, "localhost")
    allowed_hosts: tuple[str, ...] = ()
    data_dir: Path = Path("data")
    quota_mb: int = QUOTA_MB
    signing_secret: Secret | None = None
    host: str = "127.0.0.1"
    port: int = 8501

    @property
    def shared(self) -> bool:
        """Whether others than those who sit at this machine may open the playground."""
        return not is_loopback(self.host) or bool(self.allowed_hosts)

    def text_model(self, deployment: str) -> str:
        """The model behind a text deployment, else the deployment's name, which often tells it."""
        return _model(self.text_deployments, deployment)

    def image_model(self, deployment: str) -> str:
        """The same of an image deployment."""
        return _model(self.image_deployments, deployment)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Reads the environment, after `.env` where no mapping is given.

        Raises ConfigError naming every bad variable and how to mend it.
        """
        if env is None:
            load_dotenv()
            env = os.environ
        return _Reader(env).settings()


def _model(listed: tuple[Deployment, ...], name: str) -> str:
    return next((item.model for item in listed if item.name == name and item.model), name)


def address(env: Mapping[str, str] | None = None) -> tuple[str, int]:
    """HOST and PORT alone, so that the page about other bad settings is found where it is looked for."""
    if env is None:
        load_dotenv()
        env = os.environ
    reader = _Reader(env)
    return reader.host(), reader.port()


def is_dated(api_version: str) -> bool:
    """Whether an api-version is a date, with or without -preview."""
    return _DATED.fullmatch(api_version) is not None


def is_version(api_version: str) -> bool:
    """Whether a text names an api-version: a date, or `v1` or `preview` for the route without dates."""
    return is_dated(api_version) or api_version in (V1, V1_PREVIEW)


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
        pasted = endpoint.deployment if endpoint else None
        settings = Settings(
            endpoint=endpoint.origin if endpoint else None,
            v1_path=endpoint.v1_path if endpoint else None,
            keys=keys,
            api_version=self.text_version(endpoint),
            image_api_version=self.version("AZURE_OPENAI_IMAGE_API_VERSION", IMAGE_API_VERSION),
            text_deployments=self.deployments("AZURE_OPENAI_TEXT_DEPLOYMENTS")
            or ((Deployment(pasted),) if pasted and _DEPLOYMENT.fullmatch(pasted) else ()),
            image_deployments=self.deployments("AZURE_OPENAI_IMAGE_DEPLOYMENTS"),
            picture_hosts=(PICTURE_HOST, *self.hosts("AZURE_OPENAI_IMAGE_HOSTS")),
            allowed_endpoints=self.allowed_endpoints(),
            allowed_hosts=self.allowed_hosts(),
            data_dir=Path(self.text("PLAYGROUND_DATA_DIR") or "data"),
            quota_mb=self.whole("PLAYGROUND_QUOTA_MB", QUOTA_MB, 1, 10**9),
            signing_secret=Secret(secret) if (secret := self.text("PLAYGROUND_SECRET")) else None,
            host=self.host(),
            port=self.port(),
        )
        if self.problems:
            raise ConfigError(self.problems)
        return settings

    def bad(self, variable: str, what: str, mend: str) -> None:
        self.problems.append(Problem(variable, what, mend))

    def text(self, name: str) -> str:
        return self.env.get(name, "").strip()

    def endpoint(self) -> Endpoint | None:
        value = self.text("AZURE_OPENAI_ENDPOINT")
        try:
            return parse(value) if value else None
        except NotAnEndpoint as error:
            self.bad("AZURE_OPENAI_ENDPOINT", error.what, error.mend)
            return None

    def host(self) -> str:
        return self.text("HOST") or "127.0.0.1"

    def port(self) -> int:
        return self.whole("PORT", 8501, 1, 65535)

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

    def pair(self, endpoint: Endpoint | None, keys: tuple[Secret, ...]) -> None:
        wrong = {problem.variable for problem in self.problems}
        needed = endpoint is not None and endpoint.needs_key
        if needed and not keys and not any("KEY" in name for name in wrong):
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

    def text_version(self, endpoint: Endpoint | None) -> str:
        pasted = endpoint.api_version if endpoint else None
        default = pasted if pasted and is_version(pasted) else TEXT_API_VERSION
        if endpoint and endpoint.v1_path and pasted != V1_PREVIEW:
            default = V1
        value = self.text("AZURE_OPENAI_API_VERSION")
        if value and not is_version(value):
            self.bad("AZURE_OPENAI_API_VERSION", "is not an api-version", "Write it like 2024-10-21, or v1.")
        return value or default

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

    def allowed_endpoints(self) -> tuple[str, ...]:
        """Without a list: Azure, and this machine for those who sit at it."""
        name = "AZURE_OPENAI_ALLOWED_ENDPOINTS"
        if self.text(name) == "none":
            return ()
        alone = is_loopback(self.host()) and not self.text("PLAYGROUND_ALLOWED_HOSTS")
        return self.hosts(name, "localhost") or ((*AZURE_HOSTS, "localhost") if alone else AZURE_HOSTS)

    def allowed_hosts(self) -> tuple[str, ...]:
        """Names of one word too: those of a network at home or at work."""
        name = "PLAYGROUND_ALLOWED_HOSTS"
        found = tuple(item.lower().rstrip(".") for item in self.items(name))
        for position, item in enumerate(found, start=1):
            if item != "*" and not re.fullmatch(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*", item):
                self.bad(
                    name,
                    f"has an entry that is no host (number {position})",
                    "List the names that people open, without port: playground.example.net, .example.org.",
                )
        return found

    def hosts(self, name: str, *words: str) -> tuple[str, ...]:
        """A list of hosts or suffixes; `words` may stand in it too."""
        found = []
        for position, item in enumerate(self.items(name), start=1):
            if item not in words and not re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+", item.lower()):
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
