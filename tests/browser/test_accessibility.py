"""No serious or critical violation of axe's rules that this code causes, in light and in dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.azure_bodies import (
    IMAGE_BLOCKED,
    choice,
    chunk,
    completion,
    logprobs,
    prompt_chunk,
    safety,
    sse,
    succeeded,
)
from tests.browser.conftest import Visit
from tests.browser.playground import Playground
from tests.browser.screen import ask, button, drawn, facts, open_page, pictures, status
from tests.upstream import Upstream

SCHEMES = ("light", "dark")


def violations(page: Page) -> list[str]:
    """The rules that are broken, and by which element."""
    drawn(page)
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_page(visit: Visit, azure: Upstream, playground: Playground, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    cut = choice(" there", 1, "content_filter", filters=safety(violence="high"))
    whole = [choice(" Once", 0, "stop"), cut]
    azure.enqueue("completions", sse(prompt_chunk(hate="low"), completion(*whole, usage=(3, 2))))
    open_page(page, playground.url)
    assert violations(page) == []
    ask(page, "Hi")
    expect(facts(page)).to_be_visible()
    page.get_by_text("Content filter annotations").click()
    assert violations(page) == []
    azure.close()
    ask(page, "Anybody?")
    expect(page.get_by_text("Cannot reach")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_tokens_and_marks(visit: Visit, azure: Upstream, playground: Playground, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    words = [f" word{at}" for at in range(8)]
    scores = logprobs(words)
    scores["token_logprobs"] = [-0.1, -0.4, -0.7, -1.2, -2.0, -5.0, -0.1, None]  # one of each look
    scores["top_logprobs"] = [*({word: -0.1, " other": -3.0} for word in words[:6]), {" other": -0.2}, None]
    noted = chunk(None, filters=safety(hate="low"), offsets=(20, 1, 12))
    hit = chunk(None, finish="content_filter", filters=safety(violence="high"), offsets=(60, 52, 60))
    azure.enqueue("completions", sse(prompt_chunk(), chunk("".join(words), logprobs=scores), noted, hit))
    open_page(page, playground.url)
    ask(page, "Hi")
    expect(facts(page)).to_be_visible()
    drawn(page)
    page.locator(".text .token").first.click()
    expect(page.get_by_role("dialog", name="What could have stood here")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_folded_on_the_text_page(visit: Visit, playground: Playground, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    open_page(page, playground.url)
    ask(page, "Hi")
    expect(facts(page)).to_be_visible()
    drawn(page)
    page.get_by_text("More parameters").click()
    page.get_by_text("View code").click()
    expect(page.get_by_role("textbox", name="Seed")).to_be_visible()
    expect(page.get_by_role("button", name="Copy code").first).to_be_visible()
    assert violations(page) == []
    button(page, "Presets and link").click()
    expect(page.get_by_role("button", name="Copy link to these settings")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_images_page(visit: Visit, azure: Upstream, playground: Playground, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/x/0.png", IMAGE_BLOCKED))
    open_page(page, playground.url, "/images")
    assert violations(page) == []
    ask(page, "a kite")
    expect(pictures(page)).to_have_count(1)
    page.get_by_text("Timeline:").click()
    page.get_by_text("View code").click()
    assert violations(page) == []
    azure.running = 1_000_000
    ask(page, "a boat")
    expect(status(page)).to_contain_text("status “running”")
    button(page, "Stop").click()
    expect(page.get_by_text("Stopped watching.")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_sandbox_frame(visit: Visit, sandbox: Playground, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    open_page(page, sandbox.url)
    assert violations(page) == []
