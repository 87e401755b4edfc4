"""Prompts, answers and messages are shown as the text they are, whatever they look like."""

from playwright.sync_api import Page, expect

from tests.azure_bodies import chunk, operation, prompt_chunk, sse, succeeded
from tests.azure_reply import Reply
from tests.browser.playground import Playground
from tests.browser.screen import answer, ask, drawn, exactly, facts, main, open_page, pictures, prompt, status
from tests.upstream import Upstream

MARKS = "<b>bold</b> **stars** $x^2$ :material/home: :red[red] `code` # head"


def traps(spy: str) -> str:
    """One line of everything that a careless page would run, render or fetch."""
    return " ".join(
        (
            f"<script>fetch('{spy}/script');alert(1)</script>",
            f"<img src='{spy}/img' onerror=alert(2)>",
            f"![picture]({spy}/markdown.png)",
            "[link](javascript:alert(3))",
            f"<iframe src='{spy}/frame'></iframe>",
            MARKS,
        )
    )


def assert_only_text(page: Page) -> None:
    """Nothing in the page came from markup."""
    drawn(page)
    for selector in ("script", "iframe", '[href^="javascript:"]', ".katex", "b", 'img[src*="/img"]'):
        expect(main(page).locator(selector)).to_have_count(0)
    expect(main(page).get_by_role("img", name="home icon")).to_have_count(0)


def test_an_answer_is_text(page: Page, azure: Upstream, playground: Playground) -> None:
    with Upstream() as spy:
        text = traps(spy.url)
        azure.enqueue("completions", sse(prompt_chunk(), chunk(f" {text}\n\n{text}"), chunk("", finish=text)))
        open_page(page, playground.url)
        ask(page, text)
        expect(facts(page)).to_be_visible()
        expect(answer(page)).to_contain_text(text)
        expect(main(page)).to_contain_text(exactly(f"Finish reason: {text[:30]}"))
        expect(prompt(page)).to_have_value(text)
        assert_only_text(page)
        assert azure.requests[0].json["prompt"] == text
        assert spy.requests == ()


def test_an_error_message_is_text(page: Page, azure: Upstream, playground: Playground) -> None:
    with Upstream() as spy:
        text = traps(spy.url)
        headers = {"apim-request-id": MARKS}
        azure.enqueue("completions", Reply(400, {"error": {"code": text, "message": text}}, headers))
        open_page(page, playground.url)
        ask(page, "Hi")
        expect(page.get_by_text("The service refused the request (status 400).")).to_be_visible()
        expect(page.get_by_test_id("stAlert")).to_contain_text(exactly(text))
        page.get_by_text("Details for support").click()
        assert_only_text(page)
        assert spy.requests == ()


def test_everything_around_a_picture_is_text(page: Page, azure: Upstream, playground: Playground) -> None:
    with Upstream() as spy:
        text = traps(spy.url)
        good = {"url": f"{azure.url}/pictures/x/0.png", "revised_prompt": text}
        elsewhere = {"url": f"{spy.url}/stolen.png"}
        bad = {"error": {"code": "x", "message": text}}
        azure.enqueue(
            "poll", Reply(200, operation(text), {"retry-after": "2"}), succeeded(good, bad, elsewhere)
        )
        open_page(page, playground.url, "/images")
        ask(page, text)
        expect(status(page)).to_contain_text("status “<script>fetch(")
        expect(pictures(page)).to_have_count(1)
        expect(pictures(page)).to_have_attribute("alt", text)
        expect(page.get_by_text("Revised prompt:")).to_contain_text(exactly(text))
        expect(page.locator(".st-key-image-slot-1")).to_contain_text(exactly(text))
        expect(page.locator(".st-key-image-slot-2")).to_contain_text("a host that is not allowed")
        page.get_by_text("Timeline:").click()
        assert_only_text(page)
        assert spy.requests == ()
