"""What the playground connects to: each kind of service, the doctor's findings, a connection of one's own."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.azure_bodies import error
from tests.azure_reply import Reply
from tests.browser.chat_server import chat_server
from tests.browser.conftest import KEY, Start, connected_to
from tests.browser.playground import Playground
from tests.browser.screen import IDLE, answer, ask, button, exactly, facts, go_to, main, open_page, pictures
from tests.upstream import Upstream

MINE = "canary-own-4f9d1c77e0b84a35"
LIST = Reply(200, {"object": "list", "data": []})


@pytest.fixture
def elsewhere() -> Iterator[Upstream]:
    """Another resource, which knows only the typed key."""
    with Upstream(keys=(MINE,), retry_after=0) as fake:
        yield fake


def open_connection(page: Page, url: str) -> None:
    page.goto(f"{url}/connection")
    page.get_by_role("heading", name="A connection of your own").wait_for()
    page.locator(IDLE).wait_for()


def connect(page: Page, endpoint: str, key: str = MINE, **more: str) -> None:
    fields = {"Endpoint": endpoint, "Key": key, "API version": "2024-10-21", **more}
    for name, value in fields.items():
        page.get_by_role("textbox", name=name, exact=True).fill(value)
    button(page, "Connect").click()


def findings(page: Page) -> Any:
    return page.locator(".st-key-connection-result")


@pytest.mark.parametrize("version", ["2022-06-01-preview", "2023-06-01-preview", "2024-10-21"])
def test_text_and_pictures_by_the_quickstarts_versions_and_the_newest_date(
    page: Page, azure: Upstream, start: Start, version: str
) -> None:
    newest = {"AZURE_OPENAI_IMAGE_DEPLOYMENTS": "dall-e-3"} if version == "2024-10-21" else {}
    playground = start(**connected_to(azure.url), AZURE_OPENAI_API_VERSION=version, **newest)
    open_page(page, playground.url)
    ask(page, "Once upon a time")
    expect(answer(page)).to_contain_text("Hello from the fake")
    expect(facts(page)).to_be_visible()
    assert azure.received("completions")[0].query == {"api-version": version}
    open_page(page, playground.url, "/images")
    ask(page, "a kite")
    expect(pictures(page)).to_have_count(1)
    assert len(azure.received("generation" if newest else "submit")) == 1


def test_a_server_that_is_not_azures_and_only_chats(page: Page, start: Start) -> None:
    with chat_server() as (url, asked):
        playground = start(AZURE_OPENAI_ENDPOINT=url, AZURE_OPENAI_TEXT_DEPLOYMENTS="tiny")
        open_page(page, playground.url)
        ask(page, "What can you do?")
        expect(page.get_by_text("The service has nothing at this address.")).to_be_visible()
        button(page, "Send as chat").click()
        expect(answer(page)).to_contain_text("I only chat.")
        expect(facts(page)).to_contain_text("tokens out")
        ask(page, "And again?")
        expect(facts(page)).to_be_visible()
        expect(answer(page)).to_contain_text("I only chat.")
    headers, body = asked[0]
    assert body["model"] == "tiny"
    assert body["messages"] == [{"role": "user", "content": "What can you do?"}]
    assert not {"api-key", "Authorization"} & headers.keys()


def test_the_doctor_tells_its_cases_apart(page: Page, azure: Upstream, playground: Playground) -> None:
    cases = (
        ((error("wrong_key"), error("wrong_key")), "The service refused the key."),
        ((error("no_role"), error("no_role")), "lacks the role"),
        ((error("keys_disabled"), error("keys_disabled")), "does not accept keys"),
        ((error("firewall"), error("firewall")), "does not admit this machine"),
        ((LIST, error("no_deployment")), "knows no deployment of this name"),
        ((LIST, error("wrong_operation")), "does not offer this operation"),
        ((LIST, error("not_found")), "whether the resource serves this api-version"),
        ((LIST, error("bad_version")), "does not support this api-version"),
        ((Reply(200, "<html>Sign in</html>"), LIST), "A proxy may stand in between"),
    )
    open_connection(page, playground.url)
    check = button(page, "Check the connection")
    for (models, completion), words in cases:
        azure.enqueue("other", models)
        azure.enqueue("completions", completion)
        expect(check).to_have_count(1)  # the one before it has gone
        check.click()
        expect(findings(page)).to_contain_text(words)
        expect(findings(page)).to_contain_text("failed")
        page.locator(IDLE).wait_for()
    azure.enqueue("other", LIST)
    expect(check).to_have_count(1)
    check.click()
    expect(findings(page)).to_contain_text("Answers as completion.")
    expect(findings(page)).not_to_contain_text("failed")
    page.locator(IDLE).wait_for()
    azure.close()
    expect(check).to_have_count(1)
    check.click()
    expect(findings(page)).to_contain_text("Check the endpoint's spelling")


def test_what_people_paste_is_taken_apart_or_its_fault_is_named(page: Page, playground: Playground) -> None:
    open_connection(page, playground.url)
    for endpoint, words in {
        "name.example.net": "The endpoint has no scheme.",
        "http://name.openai.azure.com/": "The endpoint does not use https.",
        "https://name.openai.azure.com/portal": "The endpoint has something after the host.",
        "https://name.example.net/": "This playground does not connect there.",
    }.items():
        connect(page, endpoint)
        expect(main(page)).to_contain_text(exactly(words))
        expect(page.get_by_role("textbox", name="Key", exact=True)).to_have_value("")
    pasted = (
        f"curl https://name.openai.azure.com/openai/deployments/mine/completions?api-version=2024-10-21 "
        f'-H "api-key: {MINE}"'
    )
    connect(page, pasted)
    expect(page.locator(".st-key-connection")).to_contain_text("name.openai.azure.com")
    expect(page.locator(".st-key-connection-deployments")).to_contain_text("mine")


def test_a_tab_with_a_connection_of_its_own(
    page: Page, azure: Upstream, elsewhere: Upstream, playground: Playground
) -> None:
    received: list[bytes] = []
    sent: list[bytes] = []

    def listen(socket: WebSocket) -> None:
        for event, kept in (("framereceived", received), ("framesent", sent)):
            socket.on(event, lambda data, kept=kept: kept.append(data if isinstance(data, bytes) else b""))

    page.on("websocket", listen)
    open_connection(page, playground.url)
    connect(page, elsewhere.url, **{"Text deployments": "theirs"})
    expect(page.locator(".st-key-connection")).to_contain_text("your own connection, in this tab")
    go_to(page, "Text")
    ask(page, "Hi")
    expect(answer(page)).to_contain_text("Hello from the fake")
    expect(facts(page)).to_be_visible()
    go_to(page, "Connection")
    button(page, "Forget this connection").click()
    expect(page.get_by_role("textbox", name="Key", exact=True)).to_have_value("")
    go_to(page, "Text")
    ask(page, "Hi again")
    azure.wait_for("completions", 1, 30)
    expect(facts(page)).to_be_visible()

    assert {request.headers["api-key"] for request in elsewhere.requests} == {MINE}
    assert {request.headers["api-key"] for request in azure.requests} == {KEY}
    assert sum(MINE.encode() in frame for frame in sent) == 1  # the one message it was typed in
    assert not any(MINE.encode() in frame for frame in received)
    assert MINE not in page.content()
    assert MINE not in playground.log.read_text()
