"""The owner cookie and the headers that every response carries."""

import asyncio
import base64
import hashlib
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st

from services import Secret
from ui.middleware import (
    COOKIE,
    RESULTS,
    WIDGETS,
    OwnerCookie,
    Preload,
    SecurityHeaders,
    owner_of,
    read_cookie,
)

SECRET = Secret("a" * 64)
HTML = "text/html; charset=utf-8"


def ask(
    app: Any, *, scheme: str = "http", cookie: str | None = None, kind: str = "http"
) -> list[dict[str, Any]]:
    """Sends one request through an ASGI application and returns its messages."""
    headers = [(b"cookie", cookie.encode("latin-1"))] if cookie is not None else []
    said: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    scope = {"type": kind, "scheme": scheme, "path": "/", "method": "GET", "headers": headers}
    asyncio.run(app(scope, receive, send))
    return said


def answer(content_type: str | None = HTML, *more: tuple[bytes, bytes]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        typed = [(b"content-type", content_type.encode())] if content_type else []
        start = "http.response.start" if scope["type"] == "http" else "websocket.accept"
        await send({"type": start, "status": 200, "headers": [*typed, *more]})
        await send({"type": "http.response.body", "body": b"x"})

    return app


def cookies(said: list[dict[str, Any]]) -> list[str]:
    return [value.decode() for name, value in said[0]["headers"] if name == b"set-cookie"]


def guarded(app: Any, running: bool = True) -> OwnerCookie:
    services: Any = SimpleNamespace(secret=SECRET) if running else None
    return OwnerCookie(app, SimpleNamespace(services=services))


def given_cookie() -> str:
    return cookies(ask(guarded(answer())))[0].split(";")[0]


def test_a_page_gives_a_browser_an_id_of_its_own() -> None:
    first, second = (read_cookie(given_cookie().partition("=")[2], SECRET) for _ in range(2))
    assert first is not None
    assert len(first) == 32
    assert first != second


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    value, *attributes = cookies(ask(guarded(answer())))[0].split("; ")
    assert value.startswith(f"{COOKIE}=")
    assert sorted(attributes) == ["HttpOnly", "Max-Age=31536000", "Path=/", "SameSite=Lax"]


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_secure_on_https(scheme: str, secure: bool) -> None:
    (cookie,) = cookies(ask(guarded(answer()), scheme=scheme))
    assert cookie.endswith("; Secure") == secure


@pytest.mark.parametrize("kind", ["application/json", "image/jpeg", "text/plain", "text/css", None])
def test_only_pages_set_it(kind: str | None) -> None:
    assert cookies(ask(guarded(answer(kind)))) == []


def test_a_browser_that_has_one_keeps_it() -> None:
    assert cookies(ask(guarded(answer()), cookie=given_cookie())) == []


def test_other_cookies_of_the_page_stay() -> None:
    said = cookies(ask(guarded(answer(HTML, (b"set-cookie", b"other=1")))))
    assert said[0] == "other=1"
    assert len(said) == 2


def test_nothing_is_set_while_the_services_do_not_run() -> None:
    assert cookies(ask(guarded(answer(), running=False))) == []


def test_a_socket_passes_through_untouched() -> None:
    assert cookies(ask(guarded(answer()), kind="websocket")) == []


@pytest.mark.parametrize(
    "tamper",
    [
        lambda value: value[:40] + ("A" if value[40] != "A" else "B") + value[41:],
        lambda value: ("0" if value[0] != "0" else "1") + value[1:],
        lambda value: value.rsplit(".", 1)[0],
        lambda value: value.rsplit(".", 1)[0] + ".",
        lambda value: "." + value.rsplit(".", 1)[1],
        lambda _: "",
        lambda _: "x" * 100_000,
    ],
    ids=["signature", "id", "unsigned", "empty-signature", "empty-id", "empty", "long"],
)
def test_a_tampered_cookie_is_refused_and_replaced(tamper: Any) -> None:
    name, _, value = given_cookie().partition("=")
    bad = tamper(value)
    assert read_cookie(bad, SECRET) is None
    assert len(cookies(ask(guarded(answer()), cookie=f"{name}={bad}"))) == 1


def test_a_cookie_of_another_server_is_refused() -> None:
    value = given_cookie().partition("=")[2]
    assert read_cookie(value, SECRET)
    assert read_cookie(value, Secret("b" * 64)) is None


@given(st.text(max_size=80))
def test_no_other_text_is_an_owner(value: str) -> None:
    assert read_cookie(value, SECRET) is None


@pytest.mark.parametrize(
    "others",
    [
        "a=1; {}; b=2",
        'json={{"a": "b"}}; {}',
        "odd name=1; {}",
        "{}; =; ;;",
        'quoted="x y"; {}',
        "q=\xe9; {}",
    ],
)
def test_the_cookie_is_found_among_those_of_other_applications(others: str) -> None:
    """Cookies do not know ports: whatever else runs on this host sends its own along."""
    own = given_cookie()
    headers = [(b"cookie", others.format(own).encode("latin-1"))]
    assert owner_of({"type": "http", "headers": headers}, SECRET) == read_cookie(
        own.partition("=")[2], SECRET
    )


@pytest.mark.parametrize(
    "cookie", [None, "", "other=1", f"{COOKIE}", f"{COOKIE}=", "\x00\xff;;=", "=" * 5_000]
)
def test_a_request_without_our_cookie_has_no_owner(cookie: str | None) -> None:
    headers = [(b"cookie", cookie.encode("latin-1"))] if cookie is not None else []
    assert owner_of({"type": "http", "headers": headers}, SECRET) is None


# -- headers


class Scripts(HTMLParser):
    """Collects the inline scripts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and "src" not in dict(attrs)
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def policy() -> dict[str, list[str]]:
    headers = dict(ask(SecurityHeaders(answer()))[0]["headers"])
    rules = headers[b"content-security-policy"].decode().split("; ")
    return {name: sources for name, *sources in (rule.split() for rule in rules)}


def test_the_policy_admits_exactly_the_inline_scripts_of_streamlit_s_page() -> None:
    scripts = Scripts()
    scripts.feed((Path(streamlit.__file__).parent / "static/index.html").read_text(encoding="utf-8"))
    assert scripts.found
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts.found
    }
    assert {*policy()["script-src"]} == {"'self'", "blob:"} | hashes


@pytest.mark.parametrize(
    ("directive", "sources"),
    [
        ("default-src", ["'self'"]),
        ("connect-src", ["'self'"]),
        ("img-src", ["'self'", "data:", "blob:"]),
        ("object-src", ["'none'"]),
        ("base-uri", ["'self'"]),
        ("form-action", ["'self'"]),
        ("frame-ancestors", ["'none'"]),
    ],
)
def test_the_policy_admits_no_other_origin(directive: str, sources: list[str]) -> None:
    assert policy()[directive] == sources


def test_no_directive_admits_a_wildcard_a_scheme_or_eval() -> None:
    sources = {source for rule in policy().values() for source in rule}
    assert not sources & {"*", "http:", "https:", "ws:", "wss:", "'unsafe-eval'"}
    assert "'unsafe-inline'" not in policy()["script-src"]


@pytest.mark.parametrize("kind", [HTML, "application/json", "image/jpeg", None])
def test_every_response_carries_the_headers(kind: str | None) -> None:
    headers = {
        name.decode(): value.decode() for name, value in ask(SecurityHeaders(answer(kind)))[0]["headers"]
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "content-security-policy" in headers


@pytest.mark.parametrize("begun", [False, True])
def test_the_answer_in_place_of_a_route_that_breaks_carries_them_too(begun: bool) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError("a defect")

    said: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    with pytest.raises(KeyError):  # the server's log has it
        asyncio.run(SecurityHeaders(broken)({"type": "http", "headers": []}, None, send))  # type: ignore[arg-type]
    (start,) = [message for message in said if message["type"] == "http.response.start"]
    assert start["status"] == (200 if begun else 500)
    assert b"content-security-policy" in dict(start["headers"])
    assert not any(b"defect" in message.get("body", b"") for message in said)


def test_a_header_that_a_response_sets_itself_stays() -> None:
    own = (b"referrer-policy", b"no-referrer")
    headers = ask(SecurityHeaders(answer(HTML, own)))[0]["headers"]
    assert [value for name, value in headers if name == b"referrer-policy"] == [b"no-referrer"]


# -- what is fetched with the page


def links(said: list[dict[str, Any]]) -> list[str]:
    return [value.decode() for name, value in said[0]["headers"] if name == b"link"]


def fetched(rel: str) -> list[Path]:
    """Streamlit's files behind the links of this kind."""
    (link,) = links(ask(Preload(answer())))
    kinds = (each.split("; ") for each in link.split(", "))
    chunks = [chunk for chunk, kind, *_ in kinds if kind == f'rel="{rel}"']
    return [Path(streamlit.__file__).parent / "static" / chunk.strip("</>") for chunk in chunks]


def test_a_page_has_the_browser_fetch_its_widgets_at_once() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in fetched("modulepreload"))
    assert all(f"st{name}" in code for name in WIDGETS)


def test_what_shows_a_result_is_fetched_when_there_is_time() -> None:
    files = fetched("prefetch")
    assert {file.name.split(".")[0] for file in files} == set(RESULTS)
    assert all(file.is_file() for file in files)


@pytest.mark.parametrize("content_type", ["image/png", "text/javascript", None])
def test_nothing_but_a_page_fetches_more(content_type: str | None) -> None:
    assert links(ask(Preload(answer(content_type)))) == []


def test_a_socket_fetches_nothing() -> None:
    assert links(ask(Preload(answer()), kind="websocket")) == []
