"""What stands around every page, however one comes to it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.playground import Playground
from tests.browser.screen import HEADINGS, drawn, go_to, open_page, prompt


@pytest.mark.parametrize("path", HEADINGS)
def test_the_first_visit_of_a_fresh_server_may_be_to_any_page(
    page: Page, playground: Playground, path: str
) -> None:
    open_page(page, playground.url, path)
    for name in ("Text", "Images"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(page.get_by_text("Connected to 127.0.0.1")).to_be_visible()
    expect(page.get_by_text("not affiliated with or endorsed by Microsoft or OpenAI")).to_be_attached()
    expect(prompt(page)).to_be_editable()
    expect(page).to_have_title("Azure OpenAI Playground")


@pytest.mark.parametrize("path", HEADINGS)
def test_the_sandbox_says_what_it_is(page: Page, sandbox: Playground, path: str) -> None:
    open_page(page, sandbox.url, path)
    expect(page.get_by_text("Embedded sandbox – a small local model writes the text")).to_be_visible()
    expect(page.get_by_text("Sandbox artwork: Twemoji")).to_be_attached()


def test_what_was_typed_is_still_there_after_a_look_at_the_other_page(
    page: Page, playground: Playground
) -> None:
    open_page(page, playground.url)
    prompt(page).fill("half a thou")
    go_to(page, "Images")
    expect(page.get_by_role("heading", name="Image generation")).to_be_visible()
    drawn(page)
    prompt(page).fill("a kite")
    go_to(page, "Text")
    expect(page.get_by_role("heading", name="Text completion")).to_be_visible()
    expect(prompt(page)).to_have_value("half a thou")
    go_to(page, "Images")
    expect(prompt(page)).to_have_value("a kite")


def test_what_was_typed_is_still_there_after_a_refresh(page: Page, playground: Playground) -> None:
    open_page(page, playground.url)
    prompt(page).fill("half a thou")
    prompt(page).blur()
    drawn(page)
    page.reload()
    expect(prompt(page)).to_have_value("half a thou")


def test_a_tap_on_the_other_page_straight_after_typing_loses_nothing(
    page: Page, playground: Playground
) -> None:
    open_page(page, playground.url)
    prompt(page).fill("half a thou")
    # Down and up at once, as a tap on a trackpad: Streamlit may send the text after the switch and return.
    page.get_by_role("link", name="Images", exact=True).click()
    drawn(page)
    go_to(page, "Text")
    expect(prompt(page)).to_have_value("half a thou", timeout=8_000)
    expect(page.get_by_role("spinbutton", name="Maximum length")).to_have_value("256", timeout=8_000)
