"""What responses carry: the owner cookie and a preload on pages, security headers everywhere. Pure ASGI."""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import streamlit as st
from itsdangerous import BadSignature, Signer
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services import Secret, Services

COOKIE = "playground_owner"
_YEAR_S = 365 * 24 * 3600
_STATIC = Path(st.__file__).parent / "static"


class Serving(Protocol):
    """Whatever knows the services once they run."""

    services: Services | None


def read_cookie(value: str | None, secret: Secret) -> str | None:
    """The owner id inside a cookie, or None where its signature is not ours."""
    try:
        return _signer(secret).unsign(value or "").decode()
    except (BadSignature, UnicodeDecodeError):
        return None


def owner_of(scope: Scope, secret: Secret) -> str | None:
    """The owner whose browser sent a request."""
    cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))  # lenient: other apps' cookies come too
    return read_cookie(cookies.get(COOKIE), secret)


class OwnerCookie:
    """Gives a browser that opens a page an unguessable id of its own, signed and out of reach of scripts."""

    def __init__(self, app: ASGIApp, holder: Serving) -> None:
        self.app = app
        self._holder = holder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sets the cookie on pages whose request had none of ours."""
        services = self._holder.services
        if scope["type"] != "http" or services is None or owner_of(scope, services.secret):
            await self.app(scope, receive, send)
            return
        signed = _signer(services.secret).sign(secrets.token_hex(16)).decode()
        secure = "; Secure" if scope["scheme"] == "https" else ""
        cookie = f"{COOKIE}={signed}; Path=/; Max-Age={_YEAR_S}; HttpOnly; SameSite=Lax{secure}"

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, with_cookie)


WIDGETS = (
    "Button", "ButtonGroup", "Checkbox", "MenuButton", "NumberInput", "Selectbox", "Slider", "TextArea",
    "TextInput",
)  # fmt: skip


RESULTS = (
    "BidiComponent", "DownloadButton", "ImageList", "LinkButton", "createDownloadLinkElement", "recordbatch",
    "serialization", "withFullScreenWrapper",
)  # fmt: skip


class Preload:
    """Has the browser fetch Streamlit's widgets together with the page, and then what shows a result.

    It would fetch each when the first of its kind is drawn, while the text box beside it may already stand.
    What is typed and pressed in between would start nothing, for want of the button, and would set every
    knob to its lowest value: one that comes too late misses the value that it was drawn with.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        widgets = [f'<{path}>; rel="modulepreload"; crossorigin' for path in _chunks(WIDGETS)]
        results = [f'<{path}>; rel="prefetch"' for path in _chunks(RESULTS)]
        self._link = ", ".join(widgets + results)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the link to pages."""

        async def with_link(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("link", self._link)
            await send(message)

        await self.app(scope, receive, with_link)


def _chunks(names: Iterable[str]) -> list[str]:
    """The addresses of Streamlit's code files of these names; a hash stands in each."""
    found = (_STATIC / "static" / "js").glob("*.js")
    return sorted(f"/static/js/{file.name}" for file in found if file.name.split(".")[0] in names)


class SecurityHeaders:
    """Content security policy and its companions on every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._headers = {
            "content-security-policy": _policy(),
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
            "cross-origin-resource-policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds what the response does not set itself, and answers in place of a route that breaks."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception:
            if not begun:
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, with_headers)
            raise


def _policy() -> str:
    """Own origin only; `blob:` is what inline components need, the hashes are of Streamlit's own page."""
    page = (_STATIC / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _signer(secret: Secret) -> Signer:
    return Signer(secret.reveal(), salt="owner", digest_method=hashlib.sha256)
