"""What a person sees whose settings are wrong, or whose service cannot be reached."""

import re

from playwright.sync_api import Page, Route, expect

from tests.azure_bodies import error
from tests.browser.conftest import KEY, Start, connected_to
from tests.browser.playground import Playground, free_port
from tests.browser.screen import IDLE, answer, ask, button, exactly, facts, main, open_page, prompt, status
from tests.upstream import Upstream

BAD = {
    "AZURE_OPENAI_ENDPOINT": "resource.example.net",
    "AZURE_OPENAI_API_KEY": "a key with spaces",
    "AZURE_OPENAI_API_VERSION": "latest",
}


def test_every_bad_setting_is_named_with_its_mend(page: Page, start: Start) -> None:
    playground = start(by_streamlit=True, **BAD)
    assert playground.health() == 503
    for path in ("/", "/images"):
        page.goto(playground.url + path)
        expect(page.get_by_role("heading", name="The settings need attention")).to_be_visible()
        page.locator(IDLE).wait_for()
        words = main(page).inner_text()
        for variable, mend in {
            "AZURE_OPENAI_ENDPOINT": "Write https:// before it.",
            "AZURE_OPENAI_API_KEY": "Copy the key again from the portal",
            "AZURE_OPENAI_API_VERSION": "Write it like 2024-10-21, or v1",
        }.items():
            assert variable in words
            assert mend in words
        assert not any(value in words for value in BAD.values())
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert "Traceback" not in words
    assert "Traceback" not in playground.log.read_text()


def test_bad_settings_are_shown_where_the_playground_is_expected(start: Start) -> None:
    assert start(**BAD).health() == 503


def test_a_service_that_cannot_be_reached_is_said_on_both_pages(page: Page, start: Start) -> None:
    port = free_port()
    playground = start(**connected_to(f"http://127.0.0.1:{port}"))
    open_page(page, playground.url)
    ask(page, "Anybody there?")
    expect(page.get_by_text(exactly(f"Cannot reach 127.0.0.1:{port}."))).to_be_visible()
    expect(page.get_by_text("Check the endpoint's spelling")).to_be_visible()
    expect(prompt(page)).to_have_value("Anybody there?")
    open_page(page, playground.url, "/images")
    ask(page, "a kite")
    expect(page.get_by_text(exactly(f"Cannot reach 127.0.0.1:{port}."))).to_be_visible()
    expect(status(page)).to_contain_text("Failed")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_refused_key_is_said_and_the_next_press_works(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    azure.enqueue("completions", error("wrong_key"))
    open_page(page, playground.url)
    ask(page, "Hi")
    expect(page.get_by_text("The service refused the key.")).to_be_visible()
    page.get_by_text("Details for support").click()
    expect(page.get_by_text("Status: 401")).to_be_visible()
    button(page, "Generate").click()
    expect(answer(page)).to_have_text("Hello from the fake")
    expect(page.get_by_text("The service refused the key.")).not_to_be_visible()


def test_the_second_key_steps_in_unnoticed(page: Page, azure: Upstream, start: Start) -> None:
    settings = connected_to(azure.url) | {"AZURE_OPENAI_API_KEY": "stale", "AZURE_OPENAI_API_KEY_2": KEY}
    playground: Playground = start(**settings)
    open_page(page, playground.url)
    ask(page, "Hi")
    expect(facts(page)).to_be_visible()
    assert [request.headers["api-key"] for request in azure.requests] == ["stale", KEY]


def test_knobs_whose_code_comes_late_show_and_send_what_the_page_holds(
    page: Page, azure: Upstream, playground: Playground
) -> None:
    late: list[Route] = []
    page.route(
        re.compile(r"/static/js/(Slider|NumberInput|Selectbox|ButtonGroup)\."),
        lambda route: late.append(route),
    )
    page.goto(playground.url)
    prompt(page).fill("Hi")
    prompt(page).press("Tab")  # the page is drawn anew before there is a slider
    page.locator(IDLE).wait_for()
    page.wait_for_timeout(500)  # what was sent is shown
    for route in late:
        route.continue_()
    expect(page.get_by_label("Temperature").first).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Maximum length (tokens)")).to_have_value("256")
    button(page, "Generate").click()
    expect(facts(page)).to_be_visible()
    sent = azure.requests[0].json
    assert (sent["temperature"], sent["max_tokens"], sent.get("n", 1)) == (1.0, 256, 1)
