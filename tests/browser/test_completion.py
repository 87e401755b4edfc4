"""A completion from the press of a button to the last word."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.azure_bodies import chunk, sse
from tests.browser.conftest import Visit
from tests.browser.dictation import Dictation
from tests.browser.playground import Playground
from tests.browser.screen import IDLE, answer, ask, button, drawn, facts, main, open_page, prompt
from tests.upstream import Upstream

PRESSES = {
    "Ctrl+Enter": lambda page: prompt(page).press("Control+Enter"),
    "mouse": lambda page: button(page, "Generate").click(),
}
STOPS = {
    "button": lambda page: button(page, "Stop").click(),
    "Esc": lambda page: page.keyboard.press("Escape"),
}


@pytest.mark.parametrize("press", PRESSES.values(), ids=PRESSES)
def test_one_press_straight_after_typing_sends_exactly_what_was_typed_once(
    page: Page, azure: Upstream, playground: Playground, press
) -> None:
    open_page(page, playground.url)
    for count, text in enumerate(("Once upon a time", "Once upon a time there was"), start=1):
        prompt(page).press("Control+End")
        prompt(page).press_sequentially(text if count == 1 else " there was")
        press(page)
        azure.wait_for("completions", count, 30)
        expect(facts(page)).to_be_visible()
        expect(button(page, "Generate")).to_be_visible()
        drawn(page)
        assert [request.json["prompt"] for request in azure.received("completions")][count - 1 :] == [text]
    expect(prompt(page)).to_have_value(text)


def test_a_double_click_is_one_completion_and_does_not_stop_it(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    dictation = Dictation(" A whole")
    azure.enqueue("completions", dictation.reply)
    open_page(page, playground.url)
    prompt(page).press_sequentially("Hi")
    button(page, "Generate").dblclick()
    expect(answer(page)).to_have_text("A whole")
    dictation.say(" answer.")
    dictation.end()
    expect(answer(page)).to_have_text("A whole answer.")
    expect(main(page)).to_contain_text("finished by itself")
    drawn(page)
    assert len(azure.received("completions")) == 1


def test_an_empty_prompt_says_so_and_sends_nothing(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    open_page(page, playground.url)
    button(page, "Generate").click()
    expect(page.get_by_text("Write a prompt first. Nothing was sent.")).to_be_visible()
    ask(page, "Hello")
    expect(facts(page)).to_be_visible()
    expect(page.get_by_text("Write a prompt first. Nothing was sent.")).not_to_be_visible()
    assert len(azure.requests) == 1


def test_text_grows_while_it_is_written(page: Page, azure: Upstream, playground: Playground) -> None:
    dictation = Dictation()
    azure.enqueue("completions", dictation.reply)
    open_page(page, playground.url)
    ask(page, "Count")
    expect(page.get_by_text("Waiting for the first token")).to_be_visible()
    said = ""
    for word in (" one", " two", "\n\nthree", " four", "\n\nfive"):
        dictation.say(word)
        said += word
        expect(answer(page)).to_have_text(said.strip().replace("\n\n", ""), use_inner_text=False)
        expect(button(page, "Stop")).to_be_visible()
    dictation.end("length")
    expect(page.get_by_text("Finish reason: reached the maximum length")).to_be_visible()
    assert answer(page).inner_text() == "one two\n\nthree four\n\nfive"
    expect(facts(page)).to_contain_text("request id fake-1")


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_stop_ends_the_call_and_keeps_what_came(
    page: Page, azure: Upstream, playground: Playground, stop
) -> None:
    dictation = Dictation(" a", " b")
    azure.enqueue("completions", dictation.reply)
    open_page(page, playground.url)
    ask(page, "Letters:")
    expect(answer(page)).to_have_text("a b")
    time.sleep(0.5)  # what comes sooner may be the second half of a double click
    stop(page)
    assert azure.received("completions")[0].aborted.wait(10)
    expect(page.get_by_text("Stopped. What came before is kept.")).to_be_visible()
    expect(answer(page)).to_have_text("a b")
    expect(prompt(page)).to_have_value("Letters:")
    expect(button(page, "Generate")).to_be_visible()
    assert len(azure.requests) == 1


def test_stop_is_heard_before_the_service_has_answered(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    azure.hold("completions")
    open_page(page, playground.url)
    ask(page, "Anybody there?")
    expect(page.get_by_text("Waiting for the first token")).to_be_visible()
    time.sleep(0.5)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(button(page, "Generate")).to_be_visible()
    azure.release("completions")


def test_stop_ends_a_call_that_the_service_has_not_answered(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    azure.hold("completions")
    open_page(page, playground.url)
    ask(page, "Anybody there?")
    expect(page.get_by_text("Waiting for the first token")).to_be_visible()
    time.sleep(0.5)
    page.keyboard.press("Escape")
    try:
        assert azure.received("completions")[0].aborted.wait(5)
    finally:
        azure.release("completions")


def test_esc_stops_at_once_even_right_after_the_start(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    azure.enqueue("completions", Dictation(" a").reply)
    open_page(page, playground.url)
    ask(page, "Oh no")
    button(page, "Stop").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Stopped.")).to_be_visible(timeout=8_000)


def test_the_next_press_after_a_stop_is_a_new_completion(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    azure.enqueue("completions", Dictation(" old").reply)
    open_page(page, playground.url)
    ask(page, "Say")
    expect(answer(page)).to_have_text("old")
    time.sleep(0.5)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Stopped.")).to_be_visible()
    first = page.url
    button(page, "Generate").click()
    expect(answer(page)).to_have_text("Hello from the fake")
    expect(page.get_by_text("Stopped.")).not_to_be_visible()
    assert page.url != first
    assert len(azure.requests) == 2


def test_the_knobs_are_what_is_sent(page: Page, azure: Upstream, playground: Playground) -> None:
    open_page(page, playground.url)
    page.get_by_role("slider", name="Temperature").press("ArrowLeft")
    page.get_by_role("spinbutton", name="Number of completions").fill("3")
    page.get_by_role("spinbutton", name="Maximum length").fill("2")
    page.get_by_role("textbox", name="Stop sequences").fill("END\n\\n\\n")
    ask(page, "Hi")
    for position in range(3):
        expect(answer(page, position)).to_have_text("Hello from")
    sent = azure.received("completions")[0].json
    assert (sent["temperature"], sent["n"], sent["max_tokens"]) == (0.95, 3, 2)
    assert sent["stop"] == ["END", "\n\n"]


def test_copy_and_download_give_the_whole_answer(
    visit: Visit, azure: Upstream, playground: Playground
) -> None:
    text = "  def f(x):\n      return x\n\n# <b>&amp; $5 *done*\n"
    azure.enqueue("completions", sse(chunk(text), chunk("", finish="stop")))
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    open_page(page, playground.url)
    ask(page, "Code:")
    button(page, "Copy").click()
    expect(button(page, "Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    with page.expect_download() as download:
        button(page, "Download").click()
    assert download.value.path().read_text() == text
    assert download.value.suggested_filename == "completion-1.txt"


def test_an_example_fills_the_prompt_and_start_over_empties_the_page(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    open_page(page, playground.url)
    button(page, "Examples").click()
    page.get_by_role("menuitem", name="A story").click()
    expect(prompt(page)).to_have_value("Once upon a time")
    button(page, "Generate").click()
    expect(facts(page)).to_be_visible()
    assert azure.received("completions")[0].json["prompt"] == "Once upon a time"
    button(page, "Start over").click()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(prompt(page)).to_have_value("")
    expect(facts(page)).not_to_be_visible()
    page.locator(IDLE).wait_for()
    assert "run=" not in page.url


def test_the_sandbox_writes(page: Page, sandbox: Playground) -> None:
    open_page(page, sandbox.url)
    page.get_by_role("spinbutton", name="Maximum length").fill("24")
    ask(page, "Once upon a time")
    expect(facts(page)).to_be_visible()
    assert len(answer(page).inner_text()) > 20
