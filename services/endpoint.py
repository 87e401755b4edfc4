"""Takes apart whatever people paste as an endpoint: an origin, a target URI, or a whole curl line."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

AZURE_HOSTS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
AZURE_V1 = "/openai/v1"
EXAMPLE = "It looks like https://NAME.openai.azure.com, as the portal shows it under Keys and Endpoint."

_CURL_URL = re.compile(r"https?://[^\s'\"]+")
_DEPLOYMENT = re.compile(r"/openai/deployments/([^/]+)")
_BASE = re.compile(r"(/.*)?/v1(?=/|$)")


class NotAnEndpoint(ValueError):
    """`what` is wrong with the text; `mend` says what to write instead. Neither repeats it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Endpoint:
    """origin: scheme, host and port. v1_path: where an OpenAI-compatible API begins, None for Azure's dated
    routes. deployment, api_version: what a pasted target URI named besides.
    """

    origin: str
    v1_path: str | None = None
    deployment: str | None = None
    api_version: str | None = None

    @property
    def needs_key(self) -> bool:
        """Whether nothing can be asked without a key; a local server may not want one."""
        return is_azure(self.origin, self.v1_path)


def parse(text: str) -> Endpoint:
    """The endpoint inside a pasted text. Raises NotAnEndpoint."""
    url = _url(text.strip())
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise NotAnEndpoint("is not an address", EXAMPLE) from None
    if not host or "\\" in url or parts.username is not None or re.search(r"[\s\0-\x1f\x7f]", url):
        raise NotAnEndpoint("is not an address", EXAMPLE)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise NotAnEndpoint("does not use https", f"Only an address on this machine may use http. {EXAMPLE}")
    path = re.sub("/+", "/", parts.path)
    deployment = _DEPLOYMENT.search(path)
    base = None if deployment else _BASE.match(path)
    bare = path in ("", "/") and not parts.query
    if not (bare or base or path.startswith("/openai")) or parts.fragment:
        raise NotAnEndpoint("has something after the host", f"Keep only the part up to the host. {EXAMPLE}")
    return Endpoint(
        origin(parts),
        base[0] if base else None,
        unquote(deployment[1]) if deployment else None,
        next(iter(parse_qs(parts.query).get("api-version", [])), None),
    )


def origin(url: SplitResult) -> str:
    """Scheme, host and port of an address in one spelling, the default port left out.

    Raises ValueError for a port that is none.
    """
    host, port = url.hostname or "", url.port
    name = f"[{host}]" if ":" in host else host
    plain = port in (None, {"http": 80, "https": 443}.get(url.scheme))
    return f"{url.scheme}://{name}" if plain else f"{url.scheme}://{name}:{port}"


def is_azure(origin: str, v1_path: str | None) -> bool:
    """Whether Azure answers there: it takes the key as `api-key`, other servers as a bearer token."""
    return v1_path is None or (urlsplit(origin).hostname or "").endswith(AZURE_HOSTS)


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _url(text: str) -> str:
    if text.startswith("curl") and (found := _CURL_URL.search(text)):
        return found[0]
    if "://" in text:
        return text
    if text.split("/", 1)[0].lower().endswith(AZURE_HOSTS):
        return f"https://{text}"
    raise NotAnEndpoint("has no scheme", f"Write https:// before it. {EXAMPLE}")
