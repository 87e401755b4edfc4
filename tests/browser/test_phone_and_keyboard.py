"""The whole playground on a narrow screen, and without a mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.azure_bodies import IMAGE_BLOCKED, chunk, prompt_blocked, prompt_chunk, sse, succeeded
from tests.browser.conftest import Visit
from tests.browser.dictation import Dictation
from tests.browser.playground import Playground
from tests.browser.screen import (
    HEADINGS,
    answer,
    ask,
    button,
    drawn,
    facts,
    main,
    open_page,
    pictures,
    prompt,
)
from tests.upstream import Upstream

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
CONTROLS = "button:visible, textarea:visible, [role=spinbutton]:visible, [role=combobox]:visible"
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 12
FOCUSED = """() => {
  let focused = document.activeElement
  while (focused.shadowRoot && focused.shadowRoot.activeElement) focused = focused.shadowRoot.activeElement
  return focused.getAttribute("aria-label") || (focused.tagName === "BUTTON" ? focused.innerText : "")
}"""


def assert_fits(page: Page) -> None:
    """Nothing needs sideways scrolling, and every control lies within the screen."""
    drawn(page)
    assert page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") <= 0
    inside = main(page).evaluate("main => main.scrollWidth - main.clientWidth")
    assert inside <= 0
    for control in main(page).locator(CONTROLS).all():
        box = control.bounding_box()
        assert box is not None
        assert box["x"] >= -1, control
        assert box["x"] + box["width"] <= 391, control


@pytest.mark.parametrize("path", HEADINGS)
def test_a_phone_shows_everything_without_sideways_scrolling(
    visit: Visit, azure: Upstream, playground: Playground, path: str
) -> None:
    page = visit(**PHONE)
    open_page(page, playground.url, path)
    assert_fits(page)
    if path == "/":
        azure.enqueue("completions", sse(prompt_chunk(), chunk(LONG, finish="stop")))
        azure.enqueue("completions", prompt_blocked())
        ask(page, LONG)
        expect(facts(page)).to_be_attached()
        assert_fits(page)
        ask(page, "again")
        expect(page.get_by_text("Prompt blocked")).to_be_attached()
    else:
        azure.enqueue("poll", succeeded(f"{azure.url}/pictures/x/0.png", IMAGE_BLOCKED))
        ask(page, LONG)
        expect(pictures(page)).to_have_count(1)
        page.get_by_text("Timeline:").click()
        cells = page.locator(".st-key-image-polls td")
        expect(cells.last).to_be_visible()
        assert all(cell.bounding_box()["x"] + cell.bounding_box()["width"] <= 391 for cell in cells.all())
    assert_fits(page)


def test_a_phone_reaches_every_page_and_every_knob(visit: Visit, playground: Playground) -> None:
    page = visit(**PHONE)
    open_page(page, playground.url)
    expect(page.get_by_label("Shortcut Ctrl + Enter")).to_be_hidden()  # there is no keyboard
    for label in ("Stop sequences (up to 4)", "Number of completions", "API version"):
        knob = page.get_by_label(label, exact=True).first
        knob.scroll_into_view_if_needed()
        expect(knob).to_be_in_viewport()
    page.get_by_test_id("stExpandSidebarButton").tap()
    link = page.get_by_role("link", name="Images", exact=True)
    expect(link).to_be_in_viewport(ratio=1)
    link.tap()
    expect(page.get_by_role("heading", name="Image generation")).to_be_visible()
    expect(prompt(page)).to_be_visible()


def tab_to(page: Page, name: str, presses: int = 40) -> None:
    """Presses Tab until the element of that name has the focus."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if re.search(rf"^{name}\b", page.evaluate(FOCUSED), re.MULTILINE):
            return
    raise AssertionError(f"{presses} presses of Tab do not lead to {name!r}")


def test_a_run_from_prompt_to_download_without_a_mouse(
    visit: Visit, azure: Upstream, playground: Playground
) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    open_page(page, playground.url)
    tab_to(page, "Prompt")
    page.keyboard.type("Hi")
    page.keyboard.press("Control+Enter")
    expect(facts(page)).to_be_visible()
    drawn(page)
    expect(prompt(page)).to_be_focused()
    tab_to(page, "Copy")
    page.keyboard.press("Enter")
    expect(button(page, "Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == " Hello from the fake"
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")  # as without https
    expect(button(page, "Copy")).to_be_focused()
    page.keyboard.press("Enter")
    expect(button(page, "Copied")).to_be_focused()
    tab_to(page, "Download")
    with page.expect_download():
        page.keyboard.press("Enter")
    assert len(azure.requests) == 1


def test_esc_stops_from_within_the_prompt(page: Page, azure: Upstream, playground: Playground) -> None:
    azure.enqueue("completions", Dictation(" one").reply)
    open_page(page, playground.url)
    tab_to(page, "Prompt")
    page.keyboard.type("Count")
    page.keyboard.press("Control+Enter")
    expect(answer(page)).to_have_text("one")
    page.wait_for_timeout(500)  # what comes sooner may be the second half of a double click
    expect(prompt(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Stopped. What came before is kept.")).to_be_visible()
    assert azure.requests[0].aborted.wait(10)
