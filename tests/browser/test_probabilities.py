"""Which word did the model nearly write instead, and what if it had: by keyboard, by mouse and by finger."""

from playwright.sync_api import Locator, Page, expect

from tests.azure_bodies import chunk, logprobs, prompt_chunk, sse
from tests.browser.conftest import Visit
from tests.browser.playground import Playground
from tests.browser.screen import answer, ask, button, drawn, facts, main, open_page, prompt
from tests.browser.test_phone_and_keyboard import PHONE, assert_fits, tab_to
from tests.upstream import Upstream

HOSTILE = ("<img src=x onerror=alert(1)>", "\u202eevil\u202c", "\x00", "\ud800", "[a](javascript:b)", "\n\n")


def tokens(page: Page) -> Locator:
    return answer(page).get_by_role("group", name="Answer, token by token").locator(".token")


def panel(page: Page) -> Locator:
    return answer(page).get_by_role("dialog", name="What could have stood here")


def test_by_keyboard_from_a_result_without_them_to_another_ending(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    open_page(page, playground.url)
    ask(page, "Hi")
    expect(facts(page)).to_be_visible()
    drawn(page)
    tab_to(page, "Regenerate with probabilities")
    page.keyboard.press("Enter")
    expect(tokens(page)).to_have_text([" Hello", " from", " the", " fake"])
    drawn(page)
    tokens(page).first.focus()
    expect(tokens(page).first).to_have_role("button")
    expect(tokens(page).first).to_have_accessible_name("“␣Hello”, 90 %, 2 listed")
    page.keyboard.press("ArrowRight")
    expect(tokens(page).nth(1)).to_be_focused()
    expect(tokens(page).nth(1)).to_have_accessible_name("“␣from”, 90 %, 2 listed")
    expect(panel(page)).to_contain_text("95 % covered by the 2 shown.")
    page.keyboard.press("Enter")
    other = panel(page).get_by_role("button", name="Go on from “␣other”, 5 %")
    expect(other).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(tokens(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(prompt(page)).to_have_value("Hi Hello other")
    azure.wait_for("completions", 3)
    assert [request.json["prompt"] for request in azure.requests] == ["Hi", "Hi", "Hi Hello other"]
    button(page, "Undo").click()
    expect(prompt(page)).to_have_value("Hi")


def test_the_mouse_asks_and_goes_away_again(page: Page, azure: Upstream, playground: Playground) -> None:
    many = [" word"] * 1_000
    scores = logprobs(many)
    scores["top_logprobs"][0] = {}
    azure.enqueue("completions", sse(prompt_chunk(), chunk("".join(many), logprobs=scores, finish="stop")))
    open_page(page, playground.url)
    ask(page, "Hi")
    expect(tokens(page)).to_have_count(1_000)
    drawn(page)
    tokens(page).nth(3).hover()
    expect(panel(page)).to_contain_text("✓ “␣word”")
    panel(page).hover()
    expect(panel(page)).to_be_visible()
    prompt(page).hover()
    expect(panel(page)).to_be_hidden()
    tokens(page).first.click()
    panel(page).get_by_text("The service reported no alternatives here.").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(tokens(page).first).to_be_focused()


def test_a_finger_asks_and_hostile_tokens_are_text(
    visit: Visit, azure: Upstream, playground: Playground
) -> None:
    scores = logprobs(list(HOSTILE))
    scores["top_logprobs"] = [dict.fromkeys((*HOSTILE, token), -1.5) for token in HOSTILE]
    said = chunk("".join(HOSTILE), logprobs=scores, finish="stop")
    azure.enqueue("completions", sse(prompt_chunk(), said))
    page = visit(**PHONE)
    open_page(page, playground.url)
    ask(page, "Hi")
    expect(tokens(page)).to_have_count(len(HOSTILE))
    drawn(page)
    tokens(page).nth(1).tap()
    expect(panel(page)).to_contain_text("“[U+202E]evil[U+202C]”")
    expect(panel(page)).to_contain_text("“<img src=x onerror=alert(1)>”")
    assert main(page).locator('img[src="x"], [href^="javascript:"]').count() == 0
    assert_fits(page)
    panel(page).get_by_role("button", name="Go on from “[a](javascript:b)”").tap()
    expect(prompt(page)).to_have_value("Hi<img src=x onerror=alert(1)>[a](javascript:b)")
