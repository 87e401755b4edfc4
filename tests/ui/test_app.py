"""The server itself, over real sockets: its routes, its cookie and its headers."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
import streamlit

from services import Secret
from services.links import LINK_S, Links, signing_secret
from services.pictures import Pictures
from tests.azure_bodies import picture
from tests.pages.browsing import KEY, ROOT
from ui.middleware import COOKIE, read_cookie

GONE = "There is no such picture."


def serve(folder: Path, *options: str, **settings: str) -> tuple[subprocess.Popen[bytes], str]:
    """Starts the server with nothing but these settings: by uvicorn, or with options by `streamlit run`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ours = ("AZURE_", "PLAYGROUND_", "HOST", "PORT", "STREAMLIT_")
    env = {name: value for name, value in os.environ.items() if not name.upper().startswith(ours)}
    env |= {"PYTHON_DOTENV_DISABLED": "1", "PLAYGROUND_DATA_DIR": str(folder / "data"), **settings}
    command = [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port)]
    if options:
        command[2:] = ["streamlit", "run", "app.py", "--server.port", str(port), *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    return process, f"http://127.0.0.1:{port}"


def started(process: subprocess.Popen[bytes], url: str) -> str:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            requests.get(f"{url}/healthz", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return url
    raise TimeoutError("the server did not start")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bad")


@pytest.fixture(scope="module")
def servers(folder: Path, bad: Path) -> Iterator[tuple[str, str]]:
    """The addresses of a server with good settings and of one with bad ones."""
    both = [
        serve(folder, AZURE_OPENAI_ENDPOINT="http://127.0.0.1:9", AZURE_OPENAI_API_KEY=KEY),
        serve(bad, AZURE_OPENAI_ENDPOINT="no-scheme", AZURE_OPENAI_API_KEY=KEY),
    ]
    try:
        first, second = (started(*server) for server in both)
        yield first, second
    finally:
        for process, _ in both:
            process.terminate()
        for process, _ in both:
            process.wait(20)


@pytest.fixture
def url(servers: tuple[str, str]) -> str:
    return servers[0]


@pytest.fixture(scope="module")
def secret(servers: tuple[str, str], folder: Path) -> Secret:
    return signing_secret(None, folder / "data")


@pytest.fixture
def browser(url: str) -> Iterator[requests.Session]:
    """A browser that has opened the page."""
    with requests.Session() as session:
        assert session.get(url, timeout=10).status_code == 200
        yield session


@pytest.fixture
def pictures(folder: Path, secret: Secret) -> Pictures:
    return Pictures(folder / "data" / "pictures", secret)


@pytest.fixture
def link(browser: requests.Session, pictures: Pictures, secret: Secret) -> Callable[[str], str]:
    """Makes a link for this browser to a picture that is there."""
    owner = read_cookie(browser.cookies[COOKIE], secret)
    assert owner
    key = pictures.add(picture(1)).key
    return lambda variant: pictures.link(key, variant, owner)  # type: ignore[arg-type]


@pytest.mark.parametrize(("which", "status", "body"), [(0, 200, {"ok": True}), (1, 503, {"ok": False})])
def test_health_tells_whether_the_services_run(
    servers: tuple[str, str], which: int, status: int, body: dict[str, bool]
) -> None:
    reply = requests.get(f"{servers[which]}/healthz", timeout=5)
    assert (reply.status_code, reply.json()) == (status, body)


def test_bad_settings_still_serve_the_page_and_no_picture(servers: tuple[str, str]) -> None:
    assert requests.get(servers[1], timeout=5).status_code == 200
    reply = requests.get(f"{servers[1]}/pictures/{'0' * 64}", timeout=5)
    assert (reply.status_code, reply.text) == (404, GONE)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/",
            "/images",
            "/no-such-page",
            "/healthz",
            "/pictures/x",
            "/exports/x",
            "/media/x",
            "/app/static/x",
        ),
        *(
            "/_stcore/health",
            "/_stcore/host-config",
            "/_stcore/no-such",
            "/favicon.png",
            "/static/js/no-such",
        ),
        "/static/js/" + next((Path(streamlit.__file__).parent / "static/static/js").glob("index.*.js")).name,
    ],
)
def test_every_response_carries_the_security_headers(url: str, path: str) -> None:
    headers = requests.get(url + path, timeout=5).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"


def test_by_a_name_that_nobody_listed_there_is_nothing(url: str) -> None:
    for path in ("/", "/healthz", "/pictures/x", "/static/js/x"):
        reply = requests.get(url + path, headers={"host": "rebound.example"}, timeout=5)
        assert (reply.status_code, "PLAYGROUND_ALLOWED_HOSTS" in reply.text) == (403, True)
        assert "content-security-policy" in reply.headers
        assert COOKIE not in reply.cookies


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1", "http://127.0.0.1", 101),
        ("rebound.example", "http://rebound.example", 403),
        ("127.0.0.1", "http://elsewhere.example", 403),
    ],
)
def test_a_socket_is_opened_for_the_playground_s_own_pages_alone(
    url: str, host: str, origin: str, status: int
) -> None:
    headers = {
        "host": host,
        "origin": origin,
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "MDEyMzQ1Njc4OWFiY2RlZg==",
    }
    with requests.get(f"{url}/_stcore/stream", headers=headers, timeout=5, stream=True) as reply:
        assert reply.status_code == status


@pytest.mark.parametrize("path", ["/_stcore/agent/interact", "/_stcore/agent/mcp"])
def test_no_program_works_the_pages(url: str, path: str) -> None:
    reply = requests.post(url + path, json={}, timeout=5)
    assert "does not serve the agent API" in reply.text


def test_a_file_cannot_be_uploaded_from_elsewhere(url: str) -> None:
    reply = requests.put(f"{url}/_stcore/upload_file/a/b", files={"f": b"x"}, timeout=5)
    assert reply.status_code in (400, 403)


@pytest.mark.parametrize(
    ("path", "given"), [("/", True), ("/images", True), ("/healthz", False), ("/_stcore/health", False)]
)
def test_the_cookie_comes_with_pages_alone(url: str, path: str, given: bool) -> None:
    assert (COOKIE in requests.get(url + path, timeout=5).cookies) == given


def test_a_second_visit_keeps_the_cookie(url: str, browser: requests.Session) -> None:
    assert "set-cookie" not in browser.get(url, timeout=5).headers


def test_the_picture_to_look_at_is_a_jpeg_for_its_owner_s_cache_alone(
    url: str, browser: requests.Session, link: Callable[[str], str]
) -> None:
    reply = browser.get(url + link("view"), timeout=5)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/jpeg")
    assert reply.content[:3] == b"\xff\xd8\xff"
    assert "content-disposition" not in reply.headers
    assert reply.headers["cache-control"] == "private, max-age=43200, immutable"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_original_is_an_attachment_byte_for_byte(
    url: str, browser: requests.Session, link: Callable[[str], str]
) -> None:
    path = link("original")
    reply = browser.get(url + path, timeout=5)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png")
    assert reply.content == picture(1)
    name = f"picture-{path.split('/')[2][:12]}.png"
    assert reply.headers["content-disposition"] == f'attachment; filename="{name}"'


def refused(reply: requests.Response) -> bool:
    return (reply.status_code, reply.text) == (404, GONE)


@pytest.mark.parametrize("variant", ["view", "original"])
def test_without_a_cookie_or_with_another_s_there_is_no_picture(
    url: str, browser: requests.Session, link: Callable[[str], str], variant: str
) -> None:
    address = url + link(variant)
    assert browser.get(address, timeout=5).status_code == 200
    assert refused(requests.get(address, timeout=5))
    with requests.Session() as other:
        other.get(url, timeout=5)
        assert COOKIE in other.cookies
        assert refused(other.get(address, timeout=5))


@pytest.mark.parametrize(
    "change",
    [
        {"v": "original"},
        {"e": "99999999999"},
        {"e": "1"},
        {"e": ""},
        {"e": "-1"},
        {"e": "9" * 30},
        {"s": "0" * 64},
        {"s": ""},
        {"s": "é"},
    ],
    ids=lambda change: "".join(f"{name}={value[:5]}" for name, value in change.items()),
)
def test_a_tampered_link_leads_nowhere(
    url: str, browser: requests.Session, link: Callable[[str], str], change: dict[str, str]
) -> None:
    parts = urlsplit(link("view"))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert refused(browser.get(f"{url}{parts.path}?{urlencode(query | change)}", timeout=5))


@pytest.mark.parametrize("key", ["0" * 64, "x", "..%2f..%2fsecret", "%00"])
def test_a_link_to_another_file_leads_nowhere(
    url: str, browser: requests.Session, link: Callable[[str], str], key: str
) -> None:
    reply = browser.get(f"{url}/pictures/{key}?{urlsplit(link('view')).query}", timeout=5)
    assert reply.status_code in (400, 404)
    assert b"\xff\xd8\xff" not in reply.content


def test_without_a_signature_nothing_is_exported(url: str, browser: requests.Session) -> None:
    for path in ("runs.zip?ids=a", "history.jsonl", "history.jsonl?ids=&e=99999999999&s=0", "x"):
        reply = browser.get(f"{url}/exports/{path}", timeout=5)
        assert (reply.status_code, reply.text) == (404, "There is nothing here for this browser.")


def test_an_export_is_an_attachment_for_its_owner_alone(
    url: str, browser: requests.Session, secret: Secret
) -> None:
    owner = read_cookie(browser.cookies[COOKIE], secret)
    assert owner
    signed = Links(secret).sign(owner, "export", "history.jsonl", "")
    address = f"{url}/exports/history.jsonl?ids=&{signed}"
    reply = browser.get(address, timeout=5)
    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["content-disposition"] == 'attachment; filename="history.jsonl"'
    assert reply.headers["cache-control"] == "private, no-store"
    assert requests.get(address, timeout=5).status_code == 404
    with requests.Session() as other:
        other.get(url, timeout=5)
        assert other.get(address, timeout=5).status_code == 404


def test_a_link_ends_by_itself(
    url: str, browser: requests.Session, folder: Path, secret: Secret, pictures: Pictures
) -> None:
    key = pictures.add(picture(2)).key
    owner = read_cookie(browser.cookies[COOKIE], secret)
    assert owner
    past = Pictures(folder / "data" / "pictures", secret, clock=lambda: time.time() - 3 * LINK_S)
    assert browser.get(url + pictures.link(key, "view", owner), timeout=5).status_code == 200
    assert refused(browser.get(url + past.link(key, "view", owner), timeout=5))


def test_the_log_of_a_server_with_bad_settings_names_the_variable_and_never_the_key(
    servers: tuple[str, str], bad: Path
) -> None:
    written = (bad / "log").read_text()
    assert "AZURE_OPENAI_ENDPOINT has no scheme" in written
    assert KEY not in written


def test_the_log_of_a_server_tells_every_request_and_no_signature(url: str, folder: Path) -> None:
    requests.get(f"{url}/pictures/x?s=CANARY", timeout=5)
    written = (folder / "log").read_text()
    assert '"GET /pictures/x?s=(hidden) HTTP/1.1" 404' in written
    assert "Logging error" not in written and "CANARY" not in written


@pytest.mark.parametrize(("static", "healthy"), [("false", True), ("true", False)])
def test_a_server_for_others_starts_with_safe_options_alone(
    tmp_path: Path, static: str, healthy: bool
) -> None:
    shared = {"HOST": "0.0.0.0", "AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:9", "AZURE_OPENAI_API_KEY": KEY}  # noqa: S104
    process, url = serve(tmp_path, "--server.enableStaticServing", static, **shared)
    try:
        started(process, url)
        assert requests.get(f"{url}/healthz", timeout=5).ok is healthy
        assert requests.get(url, timeout=5).ok  # where the page says what to mend
        assert requests.get(f"{url}/_stcore/metrics", timeout=5).status_code == 404
    finally:
        process.terminate()
        process.wait(20)
    assert ("server.enableStaticServing hands out files" in (tmp_path / "log").read_text()) is not healthy
