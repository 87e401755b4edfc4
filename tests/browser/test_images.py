"""An image operation from the press of a button to the pictures on disk, and what it survives."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.azure_bodies import IMAGE_BLOCKED, drawing, picture, succeeded
from tests.browser.conftest import Start, Visit, connected_to
from tests.browser.playground import Playground
from tests.browser.screen import ask, button, drawn, go_to, open_page, pictures, prompt, status
from tests.upstream import Upstream

ENDLESS = 1_000_000  # polls


def order(page: Page, url: str, text: str, count: int = 1) -> None:
    """Asks for pictures."""
    open_page(page, url, "/images")
    if count > 1:
        page.get_by_role("spinbutton", name="Number of images").fill(str(count))
    ask(page, text)


def saved(page: Page, position: int = 0) -> bytes:
    """The file that a press of Download gives."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").nth(position).click()
    return download.value.path().read_bytes()


def loaded(image: Locator) -> None:
    """Waits until a picture is not only there but drawn."""
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") > 0


def test_the_status_moves_as_the_service_reports_it(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    azure.running = ENDLESS
    azure.hold("submit")
    order(page, playground.url, "a kite")
    expect(status(page)).to_contain_text("Sending the request")
    azure.hold("poll")
    azure.release("submit")
    expect(status(page)).to_contain_text("status “notRunning”")
    azure.release("poll")
    expect(status(page)).to_contain_text("status “running”")
    azure.hold("picture")
    azure.running = 0
    expect(status(page)).to_contain_text("Saving the pictures · status “succeeded”")
    azure.release("picture")
    expect(status(page)).to_contain_text("Done · status “succeeded”")
    expect(pictures(page)).to_have_count(1)
    expect(button(page, "Generate")).to_be_visible()
    assert len(azure.bill) == 1


def test_pictures_stand_in_order_with_the_prompt_as_their_text_and_their_originals_behind_them(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    order(page, playground.url, "a kite over the sea", 3)
    expect(pictures(page)).to_have_count(3)
    for position in range(3):
        loaded(pictures(page).nth(position))
        expect(pictures(page).nth(position)).to_have_attribute("alt", "a kite over the sea")
        assert saved(page, position) == picture(position)
    expect(page.get_by_text("saved locally")).to_have_count(3)
    expect(prompt(page)).to_have_value("a kite over the sea")


def test_a_double_click_is_one_operation(page: Page, azure: Upstream, playground: Playground) -> None:
    open_page(page, playground.url, "/images")
    prompt(page).press_sequentially("a kite")
    button(page, "Generate").dblclick()
    expect(pictures(page)).to_have_count(1)
    drawn(page)
    assert len(azure.received("submit")) == 1
    assert azure.bill[0].json == {"prompt": "a kite", "n": 1, "size": "1024x1024"}


def test_a_press_after_the_pictures_is_a_new_operation(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    order(page, playground.url, "a kite")
    expect(pictures(page)).to_have_count(1)
    first = page.url
    drawn(page)
    button(page, "Generate").click()
    azure.wait_for("submit", 2, 30)
    expect(status(page)).to_contain_text("Done")
    expect(pictures(page)).to_have_count(1)
    assert page.url != first
    assert len(azure.bill) == 2


def test_pictures_outlive_a_refresh_and_a_restart_without_a_further_request(
    page: Page, azure: Upstream, start: Start
) -> None:
    playground = start(**connected_to(azure.url))
    order(page, playground.url, "a kite", 2)
    expect(pictures(page)).to_have_count(2)
    asked = len(azure.requests)
    page.reload()
    expect(pictures(page)).to_have_count(2)
    loaded(pictures(page).last)
    playground.stop()
    playground.start()
    page.reload()
    expect(pictures(page)).to_have_count(2)
    loaded(pictures(page).last)
    assert [saved(page, 0), saved(page, 1)] == [picture(0), picture(1)]
    expect(prompt(page)).to_have_value("a kite")
    assert len(azure.requests) == asked


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_refresh_a_restart_and_a_second_tab_see_the_same_operation_finish_once(
    page: Page, azure: Upstream, start: Start, end: str
) -> None:
    azure.running = ENDLESS
    playground = start(**connected_to(azure.url))
    order(page, playground.url, "a kite")
    expect(status(page)).to_contain_text("status “running”")
    page.reload()
    expect(status(page)).to_contain_text("status “running”")
    getattr(playground, end)()
    playground.start()
    tab = page.context.new_page()
    tab.goto(page.url)
    expect(status(tab)).to_contain_text("status “running”")
    azure.running = 0
    for each in (tab, page):  # the first finds its way back by itself
        expect(pictures(each)).to_have_count(1)
        expect(status(each)).to_contain_text("Done")
        loaded(pictures(each))
    assert (len(azure.received("submit")), len(azure.bill)) == (1, 1)


def test_a_picture_is_seen_while_it_is_drawn(page: Page, azure: Upstream, start: Start) -> None:
    settings = {"AZURE_OPENAI_IMAGE_DEPLOYMENTS": "gpt-image-1"}
    playground = start(**connected_to(azure.url), **settings)
    azure.enqueue("generation", drawing(picture(1, side=600), last=picture(7), pause=6))
    order(page, playground.url, "a kite")
    shown = status(page).locator("img")
    expect(shown).to_have_attribute("src", re.compile("^data:image/jpeg"))
    loaded(shown)
    expect(page.get_by_text("Still being drawn")).to_be_visible()
    expect(pictures(page)).to_have_count(1)
    expect(shown).to_have_count(0)
    assert saved(page) == picture(7)


@pytest.mark.parametrize("by", ["button", "Esc"])
def test_stop_says_honestly_that_the_service_goes_on_and_watching_can_be_resumed(
    page: Page, azure: Upstream, playground: Playground, by: str
) -> None:
    azure.running = ENDLESS
    order(page, playground.url, "a kite")
    expect(status(page)).to_contain_text("status “running”")
    if by == "Esc":
        page.keyboard.press("Escape")
    else:
        button(page, "Stop").click()
    expect(page.get_by_text("Stopped watching. The service has no cancel; it goes on")).to_be_visible()
    expect(prompt(page)).to_have_value("a kite")
    button(page, "Resume watching").click()
    expect(status(page)).to_contain_text("status “running”")
    expect(button(page, "Stop")).to_be_visible()
    azure.running = 0
    expect(pictures(page)).to_have_count(1)
    assert len(azure.bill) == 1
    assert azure.received("delete") == ()


def test_stop_before_anything_was_sent_cancels(visit: Visit, azure: Upstream, playground: Playground) -> None:
    azure.hold("submit")
    for text in ("first", "second"):
        order(visit(), playground.url, text)
    azure.wait_for("submit", 2, 30)
    page = visit()
    order(page, playground.url, "third")
    expect(status(page)).to_contain_text("Waiting for its turn")
    button(page, "Stop").click()
    expect(page.get_by_text("Stopped in time. Nothing was sent.")).to_be_visible()
    azure.release("submit")
    page.reload()
    expect(page.get_by_text("Stopped in time. Nothing was sent.")).to_be_visible()
    assert {request.json["prompt"] for request in azure.received("submit")} == {"first", "second"}


def test_a_second_tab_watches_too_and_another_browser_sees_nothing_of_it(
    visit: Visit, azure: Upstream, playground: Playground
) -> None:
    azure.running = ENDLESS
    page, stranger = visit(), visit()
    order(page, playground.url, "a kite")
    expect(status(page)).to_contain_text("status “running”")
    tab = page.context.new_page()
    tab.goto(page.url)
    expect(status(tab)).to_contain_text("status “running”")
    azure.running = 0
    expect(pictures(page)).to_have_count(1)
    expect(pictures(tab)).to_have_count(1)
    stranger.goto(page.url)
    expect(stranger.get_by_text("There is no such result here.")).to_be_visible()
    source = pictures(page).get_attribute("src") or ""
    assert page.request.get(source).ok
    assert stranger.request.get(source).status == 404
    assert len(azure.bill) == 1


def test_an_operation_is_offered_on_another_page_and_found_again_through_its_link(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    azure.running = ENDLESS
    order(page, playground.url, "a kite", 2)
    expect(status(page)).to_contain_text("status “running”")
    address = page.url
    go_to(page, "Text")
    offer = page.get_by_role("link", name="2 pictures still being made: “a kite”")
    expect(offer).to_be_visible()
    offer.focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("status “running”")
    assert page.url == address
    go_to(page, "Text")
    expect(offer).to_be_visible()
    azure.running = 0
    expect(page.get_by_text("What was being made has ended")).to_be_visible()
    expect(offer).to_have_count(0)
    go_to(page, "Images")
    expect(pictures(page)).to_have_count(2)
    assert len(azure.bill) == 1


def test_one_lost_picture_does_not_harm_the_others(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    good = f"{azure.url}/pictures/x/0.png"
    azure.enqueue("poll", succeeded(good, {"error": {"code": "x", "message": "Out of paint."}}, good))
    order(page, playground.url, "a kite", 3)
    expect(pictures(page)).to_have_count(2)
    expect(page.locator(".st-key-image-slot-1")).to_contain_text("No picture here. Out of paint.")


def test_a_picture_the_filter_withheld_leaves_a_place_of_the_same_width_that_holds_its_words(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    good = f"{azure.url}/pictures/x/0.png"
    azure.enqueue("poll", succeeded(good, IMAGE_BLOCKED, good))
    order(page, playground.url, "a kite", 3)
    expect(pictures(page)).to_have_count(2)
    widths = [page.locator(f".st-key-image-slot-{i}").bounding_box()["width"] for i in range(2)]
    assert abs(widths[0] - widths[1]) <= 1
    box = page.locator(".st-key-image-slot-1").locator('[class*="st-key-filter-"]')
    expect(box).to_contain_text("Image blocked")
    assert box.evaluate("box => box.scrollHeight - box.clientHeight") <= 1  # both are rounded


def test_the_sandbox_draws(page: Page, sandbox: Playground) -> None:
    order(page, sandbox.url, "a red sailboat on a calm sea at dawn")
    expect(status(page)).to_contain_text("Done · status “succeeded”")
    loaded(pictures(page))
    assert saved(page).startswith(b"\x89PNG")
