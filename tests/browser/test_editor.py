"""Writing with the model: one text, several answers, steps back, and a link to the set-up."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.azure_bodies import chunk, sse
from tests.browser.conftest import Visit
from tests.browser.playground import Playground
from tests.browser.screen import HUMAN_MS, answer, ask, button, drawn, facts, open_page, prompt
from tests.upstream import Upstream


def box(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return dict(found)


def press(page: Page, name: str) -> None:
    button(page, name).first.click(delay=HUMAN_MS)


def test_continue_writes_one_text_and_every_step_can_be_had_back_after_a_refresh(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    open_page(page, playground.url)
    ask(page, "Once")
    expect(facts(page)).to_be_visible()
    drawn(page)
    said, written = page.locator("[class*=st-key-completion-said]:visible"), answer(page)
    assert said.get_by_test_id("stText").first.evaluate("e => getComputedStyle(e).display") == "inline"
    lines = [place.evaluate("e => e.getClientRects()[0].top") for place in (said, written)]
    assert abs(lines[0] - lines[1]) < 3  # the answer begins in the line of the prompt
    press(page, "Continue")
    expect(prompt(page)).to_have_value("Once Hello from the fake")
    azure.wait_for("completions", 2, 30)
    expect(facts(page)).to_be_visible()
    page.reload()
    drawn(page)
    press(page, "Undo")
    expect(prompt(page)).to_have_value("Once")
    press(page, "Redo")
    expect(prompt(page)).to_have_value("Once Hello from the fake")
    assert [request.json["prompt"] for request in azure.requests] == ["Once", "Once Hello from the fake"]


def test_several_answers_stand_side_by_side_and_on_a_phone_below_each_other(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    azure.enqueue("completions", sse(*(chunk(f" answer {at}", at, "stop") for at in range(2))))
    open_page(page, playground.url)
    knob = page.get_by_role("spinbutton", name="Number of completions")
    knob.fill("2")
    knob.press("Enter")
    drawn(page)
    ask(page, "Once")
    expect(facts(page)).to_be_visible()
    drawn(page)
    left, right = (box(page.locator(f".st-key-completion-card-{at}")) for at in range(2))
    assert abs(left["y"] - right["y"]) < 2
    assert left["x"] + left["width"] <= right["x"]
    page.set_viewport_size({"width": 390, "height": 844})
    upper, lower = (page.locator(f".st-key-completion-card-{at}") for at in range(2))
    drawn(page)
    assert box(upper)["y"] + box(upper)["height"] <= box(lower)["y"]
    press(page, "Use as prompt")
    expect(prompt(page)).to_have_value("answer 0")
    assert len(azure.requests) == 1


def test_a_copied_link_opens_the_same_set_up_without_the_prompt(
    visit: Visit, azure: Upstream, playground: Playground
) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    open_page(page, playground.url)
    knob = page.get_by_role("spinbutton", name="Number of completions")
    knob.fill("3")
    knob.press("Enter")
    prompt(page).fill("a secret plan")
    prompt(page).blur()
    drawn(page)
    press(page, "Presets and link")
    page.get_by_role("button", name="Copy link to these settings").click(delay=HUMAN_MS)
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(playground.url)
    assert "secret" not in link
    other = visit()
    other.goto(link)
    drawn(other)
    expect(other.get_by_role("spinbutton", name="Number of completions")).to_have_value("3")
    expect(prompt(other)).to_have_value("")
    expect(other).to_have_url(re.compile(r"/(\?run=.*)?$"))
