"""By which names and at which addresses the playground answers."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from services import Settings
from ui.admission import Admission

ANY = "0.0.0.0"  # noqa: S104


def status(
    settings: Settings | None,
    host: str | None,
    *,
    at: tuple[str, int | None] | None = ("127.0.0.1", 8501),
    path: str = "/",
    kind: str = "http",
) -> int | str:
    """What a request is answered; for a socket the type of the first message."""
    said: list[dict[str, Any]] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        start = "http.response.start" if scope["type"] == "http" else "websocket.accept"
        await send({"type": start, "status": 200, "headers": []})

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    headers = [(b"host", host.encode("latin-1"))] if host is not None else []
    scope = {"type": kind, "path": path, "server": at, "headers": headers}
    services: Any = settings and SimpleNamespace(settings=settings)
    asyncio.run(Admission(page, SimpleNamespace(services=services))(scope, None, send))  # type: ignore[arg-type]
    return said[0].get("status") or said[0]["type"]


ALONE = [
    "localhost",
    "LOCALHOST:8501",
    "localhost.",
    "127.0.0.1",
    "127.0.0.1:8501",
    "127.8.8.8",
    "[::1]:8501",
]
ELSEWHERE = [
    *("rebound.example", "rebound.example:8501", "localhost.rebound.example", "127.0.0.1.rebound.example"),
    *("192.168.1.5:8501", "[fe80::1]", "2130706433", "0x7f000001", "127.1"),
    *(
        "",
        "localhost:8501:1",
        "localhost:x",
        "user@localhost",
        "localhost/x",
        "localhost\\.x",
        "a b",
        "[::1",
        "é",
    ),
]


@pytest.mark.parametrize("host", ALONE)
def test_a_server_for_one_machine_goes_by_that_machine_s_names(host: str) -> None:
    assert status(Settings(), host) == 200


@pytest.mark.parametrize("host", [*ELSEWHERE, None])
def test_and_by_no_other(host: str | None) -> None:
    assert status(Settings(), host) == 403
    assert status(Settings(), host, kind="websocket") == "websocket.close"


@pytest.mark.parametrize("at", ["192.168.1.5", "10.0.0.4", "fd00::1"])
@pytest.mark.parametrize("host", ["localhost", "192.168.1.5", "play.example.net"])
def test_it_answers_at_no_address_that_others_reach_however_it_was_started(at: str, host: str) -> None:
    assert status(Settings(), host, at=(at, 8501)) == 403
    assert status(Settings(allowed_hosts=("*",)), host, at=(at, 8501)) == 403


@pytest.mark.parametrize("at", [None, ("/run/playground.sock", None), ("::1", 8501)])
def test_a_socket_file_is_this_machine_s_own(at: tuple[str, int | None] | None) -> None:
    assert status(Settings(), "localhost", at=at) == 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *((host, 200) for host in ALONE),
        *(("192.168.1.5:8501", 200), ("[fe80::1]:8501", 200)),  # numbers cannot be pointed elsewhere later
        *(("rebound.example", 403), ("0x7f000001", 403), ("", 403)),
    ],
)
def test_a_server_for_all_goes_by_addresses_in_numbers(host: str, expected: int) -> None:
    assert status(Settings(host=ANY), host, at=("192.168.1.5", 8501)) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *(
            ("play.example.net", 200),
            ("PLAY.example.net.:443", 200),
            ("a.example.org", 200),
            ("gpubox:80", 200),
        ),
        *(
            ("x.play.example.net", 403),
            ("example.org", 403),
            ("evilexample.org", 403),
            ("a.example.org.evil", 403),
        ),
    ],
)
def test_names_are_listed(host: str, expected: int) -> None:
    names = ("play.example.net", ".example.org", "gpubox")
    assert status(Settings(allowed_hosts=names), host) == expected
    assert status(Settings(host=ANY, allowed_hosts=names), host) == expected


@pytest.mark.parametrize("host", ["rebound.example", "localhost", "play.example.net"])
def test_a_star_admits_every_name(host: str) -> None:
    assert status(Settings(allowed_hosts=("*",)), host) == 200


def test_a_name_to_listen_at_is_a_name_to_go_by() -> None:
    assert status(Settings(host="gpubox"), "gpubox:8501") == 200
    assert status(Settings(host="gpubox"), "other:8501") == 403


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/"])
@pytest.mark.parametrize("settings", [Settings(host=ANY), Settings(allowed_hosts=("localhost",))])
def test_the_metrics_of_a_shared_server_are_nobody_s(settings: Settings, path: str) -> None:
    assert status(settings, "localhost", path=path) == 404
    assert status(Settings(), "localhost", path=path) == 200


def test_without_services_the_page_about_the_settings_is_shown() -> None:
    assert status(None, "rebound.example") == 200
    assert status(None, "localhost", path="/_stcore/metrics") == 404
