"""Faults as a person meets them: said where the result would be, waited for in sight, and no key anywhere."""

from playwright.sync_api import Page, expect

from tests.azure_bodies import chunk, error, prompt_chunk, sse
from tests.azure_reply import WHOLE, Reply
from tests.browser.conftest import KEY, Start, connected_to
from tests.browser.screen import answer, ask, button, drawn, main, open_page, prompt
from tests.upstream import Upstream

SECOND_KEY = "fedcba9876543210-key"
ECHO = f"You sent api-key: {KEY} or {SECOND_KEY}"
TEXT = "Hello from the fake"

# what the service answers, how often it is asked, and what the page says
FAULTS = {
    "nothing": (Reply(reset=True), 1, "was lost before it answered"),
    "a proxy's page": (
        Reply(502, f"<h1>{ECHO}</h1>", {"content-type": "text/html"}),
        1,
        "a proxy or gateway",
    ),
    "a page for an answer": (
        Reply(200, "<h1>Log in</h1>", {"content-type": "text/html"}),
        1,
        "without saying",
    ),
    "bad json": (Reply(200, "{", {"content-type": "application/json"}), 1, "not valid JSON"),
    "both keys": (Reply(401, ECHO), 2, "The service refused both keys."),
    "redirect": (Reply(307, "", {"location": "http://127.0.0.1:1/"}), 1, "an unexpected redirect"),
    "not http": (Reply.raw(b"nonsense\r\n\r\n"), 1, "may have been accepted, and may be billed"),
    "tomorrow": (error("rate_limit", headers={"retry-after": "86400"}), 1, "Try again in 24 h."),
    "broken off": (
        sse(prompt_chunk(), chunk(" Half a"), done=False, stop_after=WHOLE, reset=True),
        1,
        "Incomplete: the stream broke off.",
    ),
}


def test_faults_are_told_where_the_result_would_be(page: Page, start: Start) -> None:
    with Upstream(keys=(KEY, SECOND_KEY)) as azure:
        playground = start(**connected_to(azure.url), AZURE_OPENAI_API_KEY_2=SECOND_KEY)
        open_page(page, playground.url)
        for name, (reply, requests, words) in FAULTS.items():
            before = len(azure.requests)
            azure.enqueue("completions", *[reply] * requests)
            expect(main(page)).not_to_contain_text(words)  # of the fault before
            ask(page, f"Try {name}")
            expect(main(page)).to_contain_text(words)
            expect(prompt(page)).to_have_value(f"Try {name}")
            drawn(page)
            assert len(azure.requests) == before + requests, name
            assert not any(key in page.content() for key in (KEY, SECOND_KEY)), name
        azure.enqueue("completions", Reply(401, ECHO))
        ask(page, "And again")
        expect(answer(page)).to_contain_text(TEXT)
        expect(main(page)).to_contain_text("Key 1 was refused, using key 2.")
        assert not any(key in playground.log.read_text() for key in (KEY, SECOND_KEY))


def test_a_busy_service_is_waited_for_in_sight(page: Page, azure: Upstream, start: Start) -> None:
    open_page(page, start(**connected_to(azure.url)).url)
    azure.enqueue("completions", error("rate_limit", headers={"retry-after": "4"}))
    ask(page, "Wait for it")
    expect(main(page)).to_contain_text("over its request limit. Trying again in")
    expect(main(page)).to_contain_text("(try 2 of 3)")
    expect(answer(page)).to_contain_text(TEXT)
    expect(main(page)).not_to_contain_text("Trying again")

    azure.enqueue("completions", error("rate_limit", headers={"retry-after": "30"}))
    ask(page, "Stop it")
    expect(main(page)).to_contain_text("Trying again in")
    button(page, "Stop").click()
    expect(main(page)).to_contain_text("Stopped.")
    assert len(azure.requests) == 3
