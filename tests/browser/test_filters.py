"""Every way in which the content filter steps in is told apart on the screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.azure_bodies import (
    IMAGE_BLOCKED,
    chunk,
    error,
    failed,
    prompt_blocked,
    prompt_chunk,
    safety,
    sse,
    succeeded,
)
from tests.browser.conftest import Visit
from tests.browser.dictation import Dictation
from tests.browser.playground import Playground
from tests.browser.screen import IDLE, answer, ask, button, drawn, open_page, pictures, prompt
from tests.upstream import Upstream
from ui import examples
from ui.filters import LOOKS

NOT_RUN = {"error": {"code": "content_filter_error", "message": "The contents are not filtered"}}

TEXT = {
    "Prompt blocked": lambda: prompt_blocked(),
    "Answer cut": lambda: sse(
        prompt_chunk(), chunk(" Once"), chunk("", finish="content_filter", filters=safety(violence="high"))
    ),
    "Filter did not run": lambda: sse(
        prompt_chunk(), chunk(" Once", filters=NOT_RUN), chunk("", finish="stop")
    ),
    "Resource blocked": lambda: error("resource_blocked"),
}


@pytest.mark.parametrize(("label", "reply"), TEXT.items(), ids=TEXT)
def test_text(page: Page, azure: Upstream, playground: Playground, label: str, reply: Callable) -> None:
    azure.enqueue("completions", reply())
    open_page(page, playground.url)
    ask(page, "Once upon a time")
    box = page.locator('[class*="st-key-filter-"]').first
    expect(box).to_contain_text(label)
    for look in LOOKS.values():
        if look.label == label:
            expect(box).to_contain_text(look.words)
        else:
            expect(page.get_by_text(look.label, exact=True)).to_have_count(0)
    expect(prompt(page)).to_have_value("Once upon a time")
    assert len(azure.requests) == 1
    if label in ("Answer cut", "Filter did not run"):
        expect(answer(page)).to_contain_text("Once")
    if label == "Answer cut":
        expect(answer(page)).to_contain_text("Cut here by the content filter (the service gave no position)")
        expect(box.get_by_role("row", name="Answer Violence high filtered")).to_be_visible()
    if label == "Prompt blocked":
        expect(box.get_by_role("row", name="Prompt Jailbreak detected filtered")).to_be_visible()
        box.get_by_text("Details for support").click()
        expect(box.get_by_text("ResponsibleAIPolicyViolation")).to_be_visible()


def test_text_that_is_filtered_after_it_was_shown_is_covered_and_says_why(
    visit: Visit, azure: Upstream, playground: Playground
) -> None:
    """Where the filter runs beside the stream: how far it has come is seen, what it takes back is gone."""
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    asked, said, secret = "Sing", " A fine line.", " SECRET words of a song that goes on."
    azure.enqueue("completions", (stream := Dictation(said, secret)).reply)
    open_page(page, playground.url)
    ask(page, asked)
    expect(answer(page)).to_contain_text("SECRET")
    known = len(asked) + len(said)
    stream.send(chunk(None, filters=safety(), offsets=(known, len(asked), known)))
    expect(answer(page)).to_contain_text("Checked up to here")
    expect(page.locator('[class*="st-key-unchecked-"]').get_by_text("SECRET")).to_be_visible()
    found = {"protected_material_text": {"filtered": True, "detected": True}}
    stream.send(chunk(None, filters=found, offsets=(known, known, known + len(secret))))
    expect(page.get_by_text("SECRET")).to_have_count(0)
    stream.end("content_filter")
    cover = f"Covered by the content filter: Protected text ({len(secret)} characters)"
    expect(answer(page)).to_contain_text(cover)
    expect(page.get_by_text("SECRET")).to_have_count(0)
    box = page.locator('[class*="st-key-filter-answer_cut"]')
    row = "Answer Protected text detected filtered, characters 14–"
    expect(box.get_by_role("row", name=row)).to_be_visible()
    drawn(page)
    button(page, "Copy").first.click()
    expect(button(page, "Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{said}[covered by the content filter]██████"
    box.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(box.get_by_text("protected_material_text")).to_be_visible()
    expect(box.get_by_role("button", name="Copy for support")).to_be_visible()


IMAGES = {
    "Prompt blocked": ("poll", lambda _: failed()),
    "Image blocked": ("poll", lambda url: succeeded(url, IMAGE_BLOCKED, url)),
    "Resource blocked": ("submit", lambda _: error("resource_blocked")),
}


@pytest.mark.parametrize(("label", "script"), IMAGES.items(), ids=IMAGES)
def test_images(page: Page, azure: Upstream, playground: Playground, label: str, script: tuple) -> None:
    route, reply = script
    azure.enqueue(route, reply(f"{azure.url}/pictures/x/0.png"))
    open_page(page, playground.url, "/images")
    ask(page, "a kite")
    box = page.locator('[class*="st-key-filter-"]')
    expect(box).to_have_count(1)
    expect(box).to_contain_text(label)
    expect(pictures(page)).to_have_count(2 if label == "Image blocked" else 0)
    if route == "poll":
        expect(box).to_contain_text("not reported")
    assert len(azure.received("submit")) == 1


def test_each_example_of_the_sandbox_shows_a_state_of_the_filter(page: Page, sandbox: Playground) -> None:
    menus = {"/": examples.TEXT, "/images": examples.IMAGES}
    shown = []
    for path, menu in menus.items():
        for example in (example for example in menu if example.sandbox_only):
            open_page(page, sandbox.url, path)
            button(page, "Examples").click()
            page.get_by_role("menuitem", name=example.name, exact=True).click()
            expect(prompt(page)).to_have_value(example.prompt)
            page.locator(IDLE).wait_for()
            button(page, "Generate").click()
            box = page.locator('[class*="st-key-filter-"]').first
            expect(box).to_be_visible()
            shown += [look.label for look in LOOKS.values() if look.label in box.inner_text()]
    assert len(shown) >= 4
    assert {"Prompt blocked", "Answer cut", "Image blocked"} <= set(shown)
