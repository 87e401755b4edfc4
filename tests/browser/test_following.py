"""A page only follows a run: whatever happens to the page, nothing of the run is lost or done twice."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Start, Visit, connected_to
from tests.browser.dictation import Dictation
from tests.browser.playground import Playground
from tests.browser.proxy import Wire
from tests.browser.screen import CONNECTED, answer, ask, button, drawn, go_to, main, open_page, prompt
from tests.upstream import Upstream


def begin(page: Page, azure: Upstream, url: str) -> Dictation:
    """A run that has said "one"."""
    dictation = Dictation(" one")
    azure.enqueue("completions", dictation.reply)
    open_page(page, url)
    ask(page, "Count")
    expect(answer(page)).to_have_text("one")
    return dictation


def finish(page: Page, azure: Upstream, dictation: Dictation) -> None:
    """The run says "three" and ends, in front of the page's eyes, and there has only been this one."""
    dictation.say(" three")
    expect(answer(page)).to_have_text("one two three")
    dictation.end()
    expect(main(page)).to_contain_text("finished by itself")
    expect(answer(page)).to_have_text("one two three")
    expect(prompt(page)).to_have_value("Count")
    assert len(azure.received("completions")) == 1


def test_a_refresh_goes_on_with_the_same_run(page: Page, azure: Upstream, playground: Playground) -> None:
    dictation = begin(page, azure, playground.url)
    address = page.url
    assert "?run=" in address
    page.reload()
    dictation.say(" two")
    expect(answer(page)).to_have_text("one two")
    assert page.url == address
    finish(page, azure, dictation)


def test_a_look_at_the_other_page_loses_nothing(page: Page, azure: Upstream, playground: Playground) -> None:
    dictation = begin(page, azure, playground.url)
    go_to(page, "Images")
    expect(page.get_by_role("heading", name="Image generation")).to_be_visible()
    drawn(page)
    dictation.say(" two")
    go_to(page, "Text")
    expect(answer(page)).to_have_text("one two")
    finish(page, azure, dictation)


def test_a_run_that_ends_while_nobody_looks_is_there_afterwards(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    dictation = begin(page, azure, playground.url)
    go_to(page, "Images")
    expect(page.get_by_role("heading", name="Image generation")).to_be_visible()
    dictation.say(" two", " three")
    dictation.end()
    drawn(page)
    go_to(page, "Text")
    finish(page, azure, Dictation())


def test_moving_a_knob_loses_nothing(page: Page, azure: Upstream, playground: Playground) -> None:
    dictation = begin(page, azure, playground.url)
    page.get_by_role("slider", name="Temperature").press("ArrowRight")
    expect(page.get_by_role("slider", name="Temperature")).to_have_attribute("aria-valuetext", "1.05")
    dictation.say(" two")
    expect(answer(page)).to_have_text("one two")
    page.get_by_role("spinbutton", name="Maximum length").fill("300")
    page.get_by_role("spinbutton", name="Maximum length").press("Enter")
    finish(page, azure, dictation)
    assert azure.received("completions")[0].json["temperature"] == 1


def test_the_next_prompt_can_be_written_while_text_streams(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    dictation = begin(page, azure, playground.url)
    prompt(page).fill("Something else")
    dictation.say(" two")
    expect(answer(page)).to_have_text("one two")
    dictation.end()
    expect(main(page)).to_contain_text("finished by itself")
    drawn(page)
    expect(prompt(page)).to_have_value("Something else")


def test_a_second_tab_follows_the_same_run_and_another_browser_sees_nothing_of_it(
    visit: Visit, azure: Upstream, playground: Playground
) -> None:
    page = visit()
    dictation = begin(page, azure, playground.url)
    tab = page.context.new_page()
    tab.goto(page.url)
    expect(answer(tab)).to_have_text("one")
    stranger = visit()
    stranger.goto(page.url)
    expect(stranger.get_by_text("This result is no longer here")).to_be_visible()
    dictation.say(" two")
    expect(answer(tab)).to_have_text("one two")
    finish(page, azure, dictation)
    finish(tab, azure, Dictation())
    expect(answer(stranger)).to_have_count(0)
    expect(prompt(stranger)).to_have_value("")


def test_stop_in_one_tab_ends_the_run_in_the_other(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    begin(page, azure, playground.url)
    tab = page.context.new_page()
    tab.goto(page.url)
    expect(answer(tab)).to_have_text("one")
    button(tab, "Stop").click()
    for each in (page, tab):
        expect(each.get_by_text("Stopped. What came before is kept.")).to_be_visible()


def test_two_people_stream_side_by_side(visit: Visit, azure: Upstream, playground: Playground) -> None:
    ann, bob = visit(), visit()
    anns = begin(ann, azure, playground.url)
    bobs = Dictation(" eins")
    azure.enqueue("completions", bobs.reply)
    open_page(bob, playground.url)
    ask(bob, "Zähle")
    expect(answer(bob)).to_have_text("eins")
    anns.say(" two")
    bobs.say(" zwei")
    expect(answer(ann)).to_have_text("one two")
    expect(answer(bob)).to_have_text("eins zwei")
    bobs.end()
    expect(main(bob)).to_contain_text("finished by itself")
    expect(button(ann, "Stop")).to_be_visible()
    anns.end()
    expect(main(ann)).to_contain_text("finished by itself")


def test_a_broken_connection_is_made_again_and_the_text_goes_on(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    with Wire(playground.port) as wire:
        dictation = begin(page, azure, wire.url)
        wire.cut()
        expect(page.locator(CONNECTED)).to_have_count(0)
        dictation.say(" two")
        wire.mend()
        expect(answer(page)).to_have_text("one two")
        finish(page, azure, dictation)


def test_a_run_that_ends_during_a_broken_connection_is_there_afterwards(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    with Wire(playground.port) as wire:
        dictation = begin(page, azure, wire.url)
        wire.cut()
        expect(page.locator(CONNECTED)).to_have_count(0)
        dictation.say(" two", " three")
        dictation.end()
        wire.mend()
        finish(page, azure, Dictation())


def test_after_a_restart_of_the_server_the_page_shows_the_text_so_far_and_keeps_the_prompt(
    page: Page, azure: Upstream, start: Start
) -> None:
    playground = start(**connected_to(azure.url))
    begin(page, azure, playground.url)
    playground.stop()
    playground.start()
    expect(page.get_by_text("Stopped. What came before is kept.")).to_be_visible()
    expect(answer(page)).to_have_text("one")
    expect(prompt(page)).to_have_value("Count")
    ask(page, "Count again")
    expect(answer(page)).to_have_text("Hello from the fake")
