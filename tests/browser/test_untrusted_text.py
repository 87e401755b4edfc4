"""Prompts, answers and messages are shown as the text they are, whatever they look like."""

import re
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.azure_bodies import chunk, logprobs, operation, prompt_chunk, sse, succeeded
from tests.azure_reply import Reply
from tests.browser.playground import Playground
from tests.browser.screen import (
    IDLE,
    answer,
    ask,
    button,
    drawn,
    exactly,
    facts,
    main,
    open_page,
    pictures,
    prompt,
    status,
)
from tests.browser.test_probabilities import panel, tokens
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
            f"<svg onload=fetch('{spy}/svg')>",
            f"![r][r] <{spy}/auto> [data](data:text/html,<script>alert(4)</script>)",
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
        expect(pictures(page)).to_have_attribute("alt", re.compile(rf"^{re.escape(text)}"))
        expect(page.get_by_text("Revised prompt:")).to_contain_text(exactly(text))
        expect(page.locator(".st-key-image-slot-1")).to_contain_text(exactly(text))
        expect(page.locator(".st-key-image-slot-2")).to_contain_text("a host that is not allowed")
        page.get_by_text("Timeline:").click()
        assert_only_text(page)
        assert spy.requests == ()


def test_wherever_a_run_is_found_it_is_text(page: Page, azure: Upstream, playground: Playground) -> None:
    with Upstream() as spy:
        text = traps(spy.url)
        deployment = "<img src=x onerror=alert(5)> **b** $x^2$ :red[red] `code` ![r][r] :streamlit:"
        scores = logprobs([text, " b"])
        scores["top_logprobs"] = [{text: -1.5, f"<img src='{spy.url}/tip'>": -2.0}, {" b": -1.0}]
        said = [chunk(f"{text} b", index, logprobs=scores, finish=text) for index in range(2)]
        azure.enqueue("completions", sse(prompt_chunk(), *said))
        link = urlencode({"deployment": deployment, "n": 2, "logprobs": 3, "stop": text[:250]})
        open_page(page, playground.url, f"/?{link}")
        ask(page, text)
        expect(facts(page)).to_be_visible()
        drawn(page)
        main(page).get_by_text("View code", exact=True).click()
        expect(main(page).get_by_test_id("stCode").first).to_contain_text("AZURE_OPENAI_API_KEY")
        assert_only_text(page)

        button(page, "Presets and link").click()
        page.get_by_role("textbox", name="Keep these settings as").fill(deployment[:60])
        page.get_by_role("button", name="Keep preset").click()
        expect(page.get_by_role("combobox", name="Preset")).to_have_value(deployment[:60])
        page.keyboard.press("Escape")
        with page.expect_download() as download:
            main(page).get_by_role("button", name="Download").first.click()
        assert download.value.suggested_filename == "completion-1.txt"
        drawn(page)
        tokens(page).first.click()
        expect(panel(page)).to_contain_text(f"<img src='{spy.url}/tip'>")
        assert_only_text(page)

        open_page(page, playground.url, "/images")
        azure.enqueue("poll", succeeded(f"{azure.url}/pictures/x/0.png"))
        ask(page, text)
        expect(pictures(page)).to_have_count(1)
        open_page(page, playground.url, "/history")
        main(page).get_by_role("combobox", name="Deployment").click()
        expect(page.get_by_role("option", name=deployment[:20])).to_have_count(1)
        page.keyboard.press("Escape")
        assert_only_text(page)
        main(page).get_by_text("Pictures", exact=True).click()
        expect(main(page).locator(".st-key-history-sheet a")).to_have_attribute("title", text[:119] + "…")
        main(page).get_by_text("Runs", exact=True).click()
        page.locator(IDLE).wait_for()
        rows = main(page).locator('[class*="st-key-history-row-"]')
        expect(rows).to_have_count(2)
        rows.last.get_by_role("link").click()
        expect(main(page).locator(".st-key-history-prompt")).to_contain_text(text)
        expect(main(page)).to_contain_text(exactly(deployment))
        assert_only_text(page)
        expect(page).to_have_title("Azure OpenAI Playground")
        page.goto(f"{playground.url}/connection")
        page.get_by_role("heading", name="A connection of your own").wait_for()
        assert_only_text(page)
        assert spy.requests == ()
