"""What the text page shows: the text, the facts below it, errors where the text would have been."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from services import Secret, Services
from tests.azure_bodies import chunk, completion, error, error_chunk, prompt_chunk, sse, usage_chunk
from tests.azure_reply import WHOLE, Reply
from tests.pages.browsing import IMAGES, KEY, ME, TEXT, Tab
from tests.upstream import Upstream
from ui.turns import turns

PARTIAL = (chunk(" Once upon"), chunk(" a time"))


def test_the_text_appears_with_how_it_ended(text: Tab) -> None:
    text.generate("Hi")
    assert text.lines("completion-text-0") == ["Hello from the fake"]
    assert "Finish reason: finished by itself" in text.lines("completion-card-0")


def test_the_facts_tell_tokens_times_request_id_region_and_headroom(text: Tab, azure: Upstream) -> None:
    headers = {
        "content-type": "text/event-stream",
        "apim-request-id": "id-7",
        "x-ms-region": "Sweden Central",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-remaining-tokens": "119000",
    }
    events = b"".join(sse(chunk(" Hi", finish="stop"), usage_chunk(3, 4)).pieces or ())
    azure.enqueue("completions", Reply(200, events, headers))
    facts = text.generate("Hi").look("completion-facts").split(" · ")
    assert facts[:2] == ["3 tokens in", "4 tokens out"]
    assert facts[-3:] == ["request id id-7", "region Sweden Central", "59 requests, 119,000 tokens left"]
    assert [fact.rsplit(" ", 2)[0] for fact in facts[2:4]] == ["first token", "total"]


def test_headroom_that_the_service_does_not_know_is_not_told(text: Tab, azure: Upstream) -> None:
    headers = {"content-type": "text/event-stream", "x-ratelimit-remaining-requests": "-1"}
    azure.enqueue("completions", replace(sse(chunk(" Hi", finish="stop")), headers=headers))
    assert "left" not in text.generate("Hi").look("completion-facts")


def test_without_usage_the_tokens_out_are_an_estimate(text: Tab) -> None:
    facts = text.generate("Hi").look("completion-facts")
    assert facts.startswith("about 4 tokens out · first token 0.")
    assert "tokens in" not in facts
    assert "request id fake-1" in facts


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("stop", "finished by itself"),
        ("length", "reached the maximum length"),
        ("content_filter", "cut by the content filter"),
        ("brand_new", "brand_new"),
    ],
)
def test_the_finish_reason_is_told_in_words(text: Tab, azure: Upstream, reason: str, words: str) -> None:
    azure.enqueue("completions", sse(chunk(" Hi", finish=reason)))
    assert f"Finish reason: {words}" in text.generate("Hi").lines()


def test_several_completions_are_cards_of_their_own_in_order(text: Tab, azure: Upstream) -> None:
    events = [chunk(f" text {at}", at) for at in (2, 0, 1)]
    ends = [chunk("", at, why) for at, why in ((1, "length"), (2, "stop"), (0, "stop"))]
    azure.enqueue("completions", sse(prompt_chunk(), *events, *ends))
    text.generate("Hi", n=3)
    for at, why in enumerate(("finished by itself", "reached the maximum length", "finished by itself")):
        assert text.lines(f"completion-card-{at}") == [
            f"Completion {at + 1} of 3",
            f"text {at}",
            "Continue",
            "Use as prompt",
            "Download",
            f"Finish reason: {why}",
        ]
    assert [text.has(f"completion-copy-{at}") for at in range(4)] == [True] * 3 + [False]


def test_each_card_is_written_on_its_own(text: Tab, azure: Upstream) -> None:
    events = [chunk(" two", 1), chunk(" one", 0, "length"), chunk(" more", 1)]
    azure.enqueue("completions", sse(*events, done=False, hang=True, stop_after=WHOLE))
    text.fill(prompt="Hi", n=3).button("generate").click()
    text.until(lambda: text.sent.has("two more"))
    assert [text.lines(f"completion-card-{at}-live") for at in range(3)] == [
        ["Completion 1 of 3", "one", "Finish reason: reached the maximum length"],
        ["Completion 2 of 3", "two more"],
        ["Completion 3 of 3"],
    ]


def test_a_single_completion_reads_as_one_text_with_its_prompt(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", sse(chunk("\n\n there was", finish="stop")))
    text.generate("Once upon\n a time")
    assert text.lines("completion-said") == ["\u2060Once upon\n a time\n\n \u2060"]
    assert text.lines("completion-text-0") == ["there was"]


def test_more_answers_than_were_asked_for_are_shown_too(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", sse(chunk(" one", 0, "stop"), chunk(" two", 1, "stop")))
    text.generate("Hi")
    assert [text.lines(f"completion-text-{at}") for at in range(2)] == [["one"], ["two"]]


def test_the_end_of_a_long_prompt_is_enough(text: Tab) -> None:
    (said,) = text.generate("x" * 5_000).lines("completion-said")
    assert said == "\u2060…" + "x" * 1_200 + " \u2060"


@pytest.mark.parametrize("values", [{"n": 2}, {"call": "Chat"}])
def test_what_does_not_go_on_from_the_prompt_stands_alone(text: Tab, values: dict[str, object]) -> None:
    assert not text.generate("Hi", **values).has("completion-said")


def test_a_single_completion_is_not_numbered(text: Tab) -> None:
    assert "Completion 1 of" not in text.generate("Hi").look()


def test_copy_and_download_hold_the_text_as_it_came(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", sse(chunk("\n\n  x = 1  \n\ty\n", finish="stop")))
    text.generate("Hi")
    (copy,) = (node for node in text.at.get("bidi_component") if '"label": "Copy"' in node.proto.json)
    assert r'"text": "\n\n  x = 1  \n\ty\n"' in copy.proto.json
    assert text.has("completion-download-0")


@pytest.mark.parametrize(
    ("came", "shown"),
    [
        (" Hello", "Hello"),
        ("\n\nHello", "Hello"),
        ("\n    return 1\n    # end", "\u2060    return 1\n    # end"),
        ("\treturn 1", "\u2060\treturn 1"),
        ("", "(no text)"),
    ],
)
def test_a_first_indentation_is_kept(text: Tab, azure: Upstream, came: str, shown: str) -> None:
    azure.enqueue("completions", sse(chunk(came, finish="stop")))
    assert text.generate("Hi").lines("completion-text-0") == [shown]


def test_an_answer_that_is_not_streamed_is_shown_as_well(text: Tab, azure: Upstream) -> None:
    whole = completion({"index": 0, "text": " All at once", "finish_reason": "stop"}, usage=(1, 3))
    azure.enqueue("completions", Reply(200, whole))
    text.generate("Hi")
    assert text.lines("completion-text-0") == ["All at once"]
    assert "1 token in · 3 tokens out" in text.look("completion-facts")


# -- while it runs


def test_while_it_runs_the_button_is_stop_and_the_text_grows(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", sse(*PARTIAL, done=False, hang=True, stop_after=WHOLE))
    text.fill(prompt="Hi").button("generate").click()
    text.until(lambda: text.sent.has("Once upon a time") and text.sent.has("Writing"))
    assert text.has("completion-stop")
    assert not text.has("completion-generate")
    assert text.lines("completion-live") == [
        "\u2060Hi \u2060",
        "Once upon a time",
        ":material/edit: Writing…",
    ]


def test_a_page_without_text_yet_says_what_it_waits_for(text: Tab, azure: Upstream) -> None:
    azure.hold("completions")
    text.fill(prompt="Hi").button("generate").click()
    text.until(lambda: text.sent.has("Waiting"))
    assert text.lines("completion-live") == [":material/edit: Waiting for the first token…"]


def test_the_text_is_seen_before_the_parameters_are_drawn_again(
    text: Tab, azure: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure.enqueue("completions", sse(*PARTIAL, done=False, hang=True, stop_after=WHOLE))
    offers = iter([False] * 3)
    monkeypatch.setattr(turns, "_offered", lambda: text.sent.has("Once upon a time") and next(offers, True))
    text.sent.clear()
    text.fill(prompt="Hi").button("generate").click()
    text.until(lambda: text.sent.has("How freely"))
    said = [message.SerializeToString() for message in text.sent]
    seen, beside = (
        next(at for at, message in enumerate(said) if words in message)
        for words in (b"Once upon a time", b"How freely")
    )
    assert seen < beside
    assert sum(b"How freely" in message for message in said) == 1, "drawn once"


def test_a_run_that_ends_before_the_parameters_had_their_turn_has_them_too(
    text: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_offered", lambda: False)
    text.generate("Hi", temperature=0.3)
    assert text.value("temperature") == 0.3
    assert [knob.label for knob in text.knobs()].count("Temperature") == 1


def test_stop_keeps_what_came_and_ends_the_request(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", sse(*PARTIAL, done=False, hang=True, stop_after=WHOLE))
    text.fill(prompt="Hi").button("generate").click()
    text.until(lambda: text.sent.has("Once upon a time"))
    threading.Event().wait(0.45)  # past what counts as a double click
    text.press("stop")
    assert text.lines()[:3] == [
        ":material/stop_circle: Stopped. What came before is kept.",
        "\u2060Hi \u2060",
        "Once upon a time",
    ]
    assert text.has("completion-generate")
    assert not text.has("completion-stop")
    assert azure.requests[0].aborted.wait(5)


def test_leaving_the_page_and_coming_back_finds_the_run_again(text: Tab, azure: Upstream) -> None:
    azure.hold("completions")
    text.fill(prompt="Hi").button("generate").click()
    text.until(lambda: azure.requests)
    text.go(IMAGES)
    azure.release("completions")
    assert "Hello from the fake" in text.go(TEXT).look()
    assert len(azure.requests) == 1


def test_the_address_brings_the_run_back_in_a_second_tab(text: Tab, visit: Callable[..., Tab]) -> None:
    text.generate("Hi")
    address = {name: "".join(value) for name, value in text.at.query_params.items()}
    assert visit(**address).lines("completion-text-0") == ["Hello from the fake"]


@pytest.mark.parametrize("owner", ["owner-other", ""])
def test_the_run_of_another_owner_is_no_longer_here(text: Tab, visit: Callable[..., Tab], owner: str) -> None:
    text.generate("Hi")
    id = text.shown
    other, random = visit(owner=owner, run=id), visit(run="k3Jd82-random-id")
    assert other.lines() == random.lines()
    assert other.lines()[0].startswith("This result is no longer here")
    assert "Hello from the fake" not in other.look()


@pytest.mark.parametrize("id", ["../../etc/passwd", "' or 1=1", "**x**", "\u202e", "x" * 5_000])
def test_a_strange_id_in_the_address_is_no_longer_here_either(visit: Callable[..., Tab], id: str) -> None:
    assert visit(run=id).lines()[0].startswith("This result is no longer here")


# -- errors

ERRORS = {
    "key": (error("wrong_key"), "refused the key", ["Status: 401", "Code: 401"]),
    "deployment": (error("no_deployment"), "deployment", ["Status: 404", "Code: DeploymentNotFound"]),
    "wait": (
        error("rate_limit", headers={"retry-after": "31"}),
        "31 s",
        ["Status: 429", "Code: 429", "Retry after: 31 s"],
    ),
    "tomorrow": (
        error("rate_limit", headers={"retry-after": "86400"}),
        "try again in 24 h.",
        ["Status: 429"],
    ),
    "500": (error("server_error"), "500", ["Status: 500"]),
    "redirect": (
        Reply(302, headers={"location": "https://elsewhere.example/"}),
        "redirect",
        ["Status: 302"],
    ),
    "html-502": (
        Reply(502, "<html><h1>Bad</h1></html>", {"content-type": "text/html"}),
        "502",
        ["Status: 502", "<html><h1>Bad</h1></html>"],
    ),
    "html-200": (Reply(200, "<html><h1>Log in</h1></html>", {"content-type": "text/html"}), "proxy", []),
    "network": (error("firewall"), "network", ["Status: 403", "Code: 403"]),
    "model": (error("wrong_operation"), "model", ["Status: 400", "Code: OperationNotSupported"]),
    "version": (error("bad_version"), "version", ["Status: 400", "Code: BadRequest"]),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_says_what_to_do_and_keeps_its_details_a_click_away(
    text: Tab, azure: Upstream, kind: str
) -> None:
    reply, word, details = ERRORS[kind]
    azure.enqueue("completions", reply)
    text.generate("Keep me")
    run = text.services.run(ME, text.shown)
    assert run is not None
    assert run.error is not None
    said = text.lines("completion-finished")[0]
    assert said == f"**{run.error}**\n\n{run.error.advice}"
    assert word in said.lower()
    expander, code = text.at.get_by_key("completion-output").expander
    assert (expander.label, code.label) == ("Details for support", "View code")
    assert {*details, "Request id: fake-1"} <= set(expander.code[0].value.split("\n"))
    assert text.value("prompt") == "Keep me"
    assert text.has("completion-generate")


@pytest.mark.parametrize("name", ["wrong_key", "server_error"])
def test_a_service_that_repeats_the_key_does_not_get_it_onto_the_page(
    text: Tab, azure: Upstream, name: str
) -> None:
    reply = error(name)
    reply.body["error"]["message"] += f" You sent api-key: {KEY}"
    azure.enqueue("completions", reply)
    text.generate("Hi")
    assert text.at.error
    assert not text.sent.has(KEY)


def test_with_two_keys_refused_the_sentence_says_both(
    start: Callable[..., Services], visit: Callable[..., Tab], azure: Upstream
) -> None:
    tab = visit(server=start(keys=(Secret(KEY), Secret(KEY + "-2"))))
    azure.enqueue("completions", error("wrong_key"), error("wrong_key"))
    assert "**The service refused both keys.**" in tab.generate("Hi").look()
    assert not tab.sent.has(KEY)


def test_an_unreachable_host_is_named(text: Tab, azure: Upstream) -> None:
    azure.close()
    host = azure.url.removeprefix("http://")
    text.generate("Keep me")
    assert text.lines() == [
        f"**Cannot reach {host}.**\n\nCheck the endpoint's spelling and this machine's network connection.",
        "View code",
    ]
    assert text.value("prompt") == "Keep me"


@pytest.mark.parametrize(
    "broken",
    [
        sse(*PARTIAL, done=False),
        sse(*PARTIAL, done=False, stop_after=WHOLE),
        sse(*PARTIAL, done=False, stop_after=WHOLE, reset=True),
        sse(*PARTIAL, "{no json", done=False),
        sse(*PARTIAL, error_chunk()),
    ],
    ids=["ended-early", "closed", "reset", "not-json", "error-inside"],
)
def test_a_stream_that_breaks_keeps_what_came_and_is_called_incomplete(
    text: Tab, azure: Upstream, broken: Reply
) -> None:
    azure.enqueue("completions", broken)
    text.generate("Keep me")
    assert text.lines()[:3] == [
        ":material/broken_image: Incomplete: the stream broke off. "
        "What came before is kept; the call may be billed.",
        "\u2060Keep me \u2060",
        "Once upon a time",
    ]
    assert "Finish reason" not in text.look()
    assert text.value("prompt") == "Keep me"


def test_an_error_inside_a_stream_is_told_below_the_text(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", sse(*PARTIAL, error_chunk()))
    said = text.generate("Hi").look()
    assert (
        "**The service stopped with an error in the middle of its answer.**\n\n"
        "The service is over its request limit. Try again in 26 s." in said
    )
    assert "Code: 429\nRequest id: fake-1" in said


def test_a_stream_that_breaks_before_any_text_is_an_error_and_not_incomplete(
    text: Tab, azure: Upstream
) -> None:
    azure.enqueue("completions", sse(error_chunk()))
    text.generate("Hi")
    assert "Incomplete" not in text.look()
    assert len(text.at.error) == 1


def test_a_defect_is_told_with_a_reference_and_without_its_text(
    text: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object) -> None:
        raise RuntimeError(f"secret detail {KEY}")

    monkeypatch.setattr("services.facade.complete", defect)
    text.generate("Hi")
    id = text.shown
    assert text.lines() == [f"**Something went wrong here. Reference: {id}.**", "View code"]
    assert not text.sent.has("secret detail")


def test_the_newest_result_takes_the_place_of_the_one_before(text: Tab) -> None:
    text.generate("Hi").generate("Hi")
    assert "request id fake-2" in text.look("completion-facts")
    assert "request id fake-1" not in text.look()
