"""Who may ask at all: by which name a request comes, and at which of this machine's addresses. Pure ASGI."""

import re
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from services import Settings, is_loopback
from ui.middleware import Serving

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?")
_METRICS = "/_stcore/metrics"  # how many people are here, and how long they stay


class Admission:
    """Turns away what comes by a name that nobody listed: a page elsewhere may point its own name here.

    A server that is for this machine alone answers on this machine's own addresses alone, however it was
    started: `HOST` says what was meant, `uvicorn --host` only what was done.
    """

    def __init__(self, app: ASGIApp, holder: Serving) -> None:
        self.app = app
        self._holder = holder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 403 with what to mend, 404 for the metrics of a shared server; sockets are not opened."""
        settings = self._holder.services.settings if self._holder.services else None
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif settings and (mend := refusal(scope, settings)):
            await _refuse(403, mend)(scope, receive, send)
        elif scope["path"].rstrip("/") == _METRICS and (settings is None or settings.shared):
            await _refuse(404, "Not Found")(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def refusal(scope: Scope, settings: Settings) -> str | None:
    """Why a request is turned away and how to mend it, None where it is not."""
    local, _ = scope.get("server") or ("localhost", None)
    if is_loopback(settings.host) and _is_address(local) and not is_loopback(local):
        return "This playground is for the machine it runs on. Set HOST to let others in."
    if not _is_listed(Headers(scope=scope).get("host", ""), settings):
        return "This playground does not go by this name. Add it to PLAYGROUND_ALLOWED_HOSTS."
    return None


def _is_listed(header: str, settings: Settings) -> bool:
    if "*" in settings.allowed_hosts:
        return True
    match = _HOST.fullmatch(header.lower())
    if match is None:
        return False
    host = match[1].strip("[]").rstrip(".")
    if _is_address(host):  # no name that could point here and elsewhere by turns
        return is_loopback(host) or host in settings.allowed_hosts or not is_loopback(settings.host)
    return host in ("localhost", settings.host.lower()) or any(
        host.endswith(entry) if entry.startswith(".") else host == entry for entry in settings.allowed_hosts
    )


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _refuse(status: int, words: str) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        refused = WebSocketClose() if scope["type"] == "websocket" else PlainTextResponse(words, status)
        await refused(scope, receive, send)

    return answer
