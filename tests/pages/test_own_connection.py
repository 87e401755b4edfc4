"""A connection of one's own: typed on the connection page, used by this tab alone, and forgotten."""

from collections.abc import Callable, Iterator

import pytest

from services import Services
from tests.pages.browsing import IMAGES, KEY, ME, TEXT, Tab, read
from tests.pages.test_connection import CONNECTION, written
from tests.upstream import Upstream

MINE = "CANARY-OWN-0123456789abcdef"


@pytest.fixture
def elsewhere() -> Iterator[Upstream]:
    """Another resource, which knows only the typed key."""
    with Upstream(keys=(MINE,), running=0, retry_after=0) as fake:
        yield fake


def connect(tab: Tab, endpoint: str, key: str = MINE, **more: str) -> Tab:
    tab.go(CONNECTION)
    for name, value in {"endpoint": endpoint, "key": key, "api-version": "2024-10-21", **more}.items():
        tab.at.text_input(key=f"own-{name}").set_value(value)
    next(button for button in tab.at.button if button.label == "Connect").click().run()
    assert not tab.at.exception
    return tab


def test_the_tab_uses_it_for_text_and_pictures(
    visit: Callable[..., Tab], azure: Upstream, elsewhere: Upstream
) -> None:
    tab = connect(visit(), elsewhere.url, **{"text-deployments": "theirs"})
    assert "your own connection, in this tab" in written(tab)
    tab.go(TEXT).generate("Hi")
    tab.until(lambda: elsewhere.received("completions"))
    tab.at.run()
    assert "Hello from the fake" in tab.look()
    assert elsewhere.requests[0].path.split("/")[3] == "theirs"
    tab.go(IMAGES).generate("a kite")
    elsewhere.wait_for("picture")
    assert {request.headers.get("api-key") for request in elsewhere.requests} == {MINE, None}
    assert azure.requests == ()


def test_another_tab_of_the_same_browser_keeps_the_servers(
    visit: Callable[..., Tab], azure: Upstream, elsewhere: Upstream
) -> None:
    connect(visit(), elsewhere.url)
    other = visit()
    assert "your own connection" not in written(other)
    other.generate("Hi")
    azure.wait_for("completions")
    assert azure.requests[0].headers["api-key"] == KEY
    assert elsewhere.requests == ()


def test_nothing_of_the_key_stays_in_the_tab_or_goes_back_to_it(
    visit: Callable[..., Tab], elsewhere: Upstream
) -> None:
    tab = connect(visit(), elsewhere.url)
    assert not tab.sent.has(MINE)
    assert MINE not in repr(tab.at.session_state)
    for page in (TEXT, IMAGES, CONNECTION):
        tab.go(page)
        assert not tab.sent.has(MINE)


def test_what_is_refused_says_why_and_clears_the_key_all_the_same(
    visit: Callable[..., Tab], azure: Upstream
) -> None:
    tab = connect(visit(), "https://evil.example.net")
    errors = " ".join(read(node.value) for node in tab.at.error)
    assert "This playground does not connect there." in errors
    assert ".openai.azure.com" in errors
    assert tab.at.text_input(key="own-key").value == ""
    assert tab.at.text_input(key="own-endpoint").value == "https://evil.example.net"
    connect(tab, f"curl {azure.url}/openai/v1 -H 'api-key: {MINE}'", key="\u2013")
    assert tab.at.text_input(key="own-endpoint").value == ""
    assert "invalid character at position 1" in " ".join(read(node.value) for node in tab.at.error)
    assert not tab.sent.has(MINE)


def test_forgetting_it_goes_back_to_the_servers(
    services: Services, visit: Callable[..., Tab], azure: Upstream, elsewhere: Upstream
) -> None:
    tab = connect(visit(), elsewhere.url)
    tab.at.button(key="own-forget").click().run()
    assert "your own connection" not in written(tab)
    assert tab.at.text_input(key="own-key").value == ""
    tab.go(TEXT).generate("Hi")
    azure.wait_for("completions")
    assert elsewhere.requests == ()


def test_a_tab_whose_connection_is_gone_is_told_so_once(
    services: Services, visit: Callable[..., Tab], elsewhere: Upstream
) -> None:
    tab = connect(visit(), elsewhere.url)
    services.disconnect(ME, tab.at.session_state["connection"])
    tab.go(TEXT)
    assert "The connection of your own is gone." in read(tab.at.warning[0].value)
    tab.at.run()
    assert not tab.at.warning


def test_an_administrator_can_allow_none(start: Callable[..., Services], visit: Callable[..., Tab]) -> None:
    tab = visit(server=start(allowed_endpoints=())).go(CONNECTION)
    assert "allows no connections but its own" in written(tab)
    assert not tab.at.text_input
