"""The history as a person uses it: found from another tab, taken back, taken along, and nobody else's."""

import json
import re
import zipfile

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.azure_bodies import chunk, picture, prompt_chunk, sse, succeeded
from tests.browser.conftest import Visit
from tests.browser.playground import Playground
from tests.browser.screen import (
    answer,
    ask,
    button,
    exactly,
    facts,
    main,
    open_page,
    pictures,
    prompt,
)
from tests.browser.test_accessibility import SCHEMES, violations
from tests.browser.test_phone_and_keyboard import PHONE, assert_fits, tab_to
from tests.upstream import Upstream

NASTY = "zq **zq** <img src=x onerror=alert(1)> $zq$ :material/zq: :red[zq] \u202ezq"
READABLE = NASTY.replace("\u202e", "[U+202E]")


def make_two(page: Page, azure: Upstream, url: str) -> None:
    """A text with a hostile prompt, then two pictures of a kite; then the history."""
    azure.enqueue("completions", sse(prompt_chunk(), chunk(" An answer", finish="stop")))
    open_page(page, url)
    ask(page, NASTY)
    expect(facts(page)).to_be_visible()
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/x/0.png", f"{azure.url}/pictures/x/1.png"))
    open_page(page, url, "/images")
    ask(page, "a kite")
    expect(pictures(page)).to_have_count(2)
    open_page(page, url, "/history")


def rows(page: Page) -> Locator:
    return main(page).locator('[class*="st-key-history-row-"]')


def delete(page: Page) -> None:
    main(page).locator(".st-key-history-delete").get_by_role("button").click()


def pick(page: Page, text: str) -> None:
    rows(page).filter(has_text=text).get_by_test_id("stCheckbox").locator("label").click()


def test_a_run_is_found_from_another_tab_and_used_again(
    visit: Visit, azure: Upstream, playground: Playground
) -> None:
    page = visit()
    make_two(page, azure, playground.url)
    expect(rows(page).filter(has_text=exactly(READABLE))).to_have_count(1)
    rows(page).last.get_by_role("link").click()
    expect(answer(page)).to_contain_text("An answer")
    expect(main(page).locator(".st-key-history-prompt")).to_contain_text("<img src=x onerror=alert(1)> $zq$")

    expect(page).to_have_url(re.compile(r"/history\?run=[\w-]+$"))
    second = page.context.new_page()
    second.goto(page.url)
    expect(answer(second)).to_contain_text("An answer")
    button(second, "Use all settings").click()
    expect(prompt(second)).to_have_value(NASTY)
    expect(answer(second)).to_contain_text("An answer")

    stranger = visit()
    stranger.goto(page.url)
    expect(main(stranger).get_by_text("There is no such run here.")).to_be_visible()
    expect(stranger.get_by_text("An answer")).to_have_count(0)


def test_what_was_deleted_comes_back_and_is_taken_along(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    make_two(page, azure, playground.url)
    pick(page, "a kite")
    delete(page)
    expect(main(page).get_by_text("1 run deleted.")).to_be_visible()
    expect(rows(page)).to_have_count(1)
    button(page, "Undo").click()
    expect(rows(page)).to_have_count(2)
    button(page, "Select all shown").click()
    expect(main(page).get_by_text("2 runs selected")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as zip").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        names = archive.namelist()
        requests = [json.loads(archive.read(name))["request"] for name in names if name.endswith("run.json")]
        originals = [archive.read(name) for name in names if name.endswith(".png")]
    assert {request["prompt"] for request in requests} == {NASTY, "a kite"}
    assert originals == [picture(0), picture(1)]


def test_the_sheet_of_pictures_leads_to_their_run_and_back(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    make_two(page, azure, playground.url)
    main(page).get_by_text("Pictures", exact=True).click()
    tile = page.get_by_role("link", name="a kite").first
    expect(tile.locator("img")).to_have_js_property("naturalWidth", 8)
    tile.click()
    expect(pictures(page)).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("link", name="a kite")).to_have_count(2)


def test_a_favourite_is_marked_and_found_without_a_mouse(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    make_two(page, azure, playground.url)
    tab_to(page, "Add to favourites")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove from favourites")).to_be_visible()
    tab_to(page, "Favourites only", presses=80)
    page.keyboard.press("Space")
    expect(rows(page)).to_have_count(1)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_breaks_no_rule_of_accessibility(
    visit: Visit, azure: Upstream, playground: Playground, scheme: str
) -> None:
    page = visit(color_scheme=scheme)
    make_two(page, azure, playground.url)
    pick(page, "a kite")
    expect(main(page).get_by_text("1 run selected")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="a kite").click()
    expect(pictures(page)).to_have_count(2)
    assert violations(page) == []
    delete(page)
    expect(main(page).get_by_text("1 run deleted.")).to_be_visible()
    button(page, "Undo").click()
    main(page).get_by_text("Pictures", exact=True).click()
    expect(page.get_by_role("link", name="a kite")).to_have_count(2)
    assert violations(page) == []


def test_a_phone_shows_it_without_sideways_scrolling(
    visit: Visit, azure: Upstream, playground: Playground
) -> None:
    page = visit(**PHONE)
    make_two(page, azure, playground.url)
    assert_fits(page)
    main(page).get_by_text("Pictures", exact=True).tap()
    tiles = page.get_by_role("link", name="a kite")
    expect(tiles).to_have_count(2)
    assert_fits(page)
    first, second = (tile.bounding_box() for tile in tiles.all())
    assert first is not None
    assert second is not None
    assert first["y"] == second["y"]  # two beside each other
    assert first["width"] > 140
    tiles.first.tap()
    expect(pictures(page)).to_have_count(2)
    assert_fits(page)
