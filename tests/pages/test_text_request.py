"""What the text page sends: exactly what its widgets hold, or nothing."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests

from services import Services
from tests.azure_bodies import choice, completion
from tests.azure_reply import Reply
from tests.pages.browsing import KEY, ME, Tab, wait
from tests.upstream import Upstream

USUAL = {
    "prompt": "Hi",
    "max_tokens": 256,
    "temperature": 1.0,
    "top_p": 1.0,
    "n": 1,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "stream": True,
}
PROMPTS = [
    "  two spaces before, two after  ",
    "\n\nlines\r\nand\ttabs\t\n",
    " ",
    "\"quotes\" 'and' \\backslashes\\ and \\n that is none",
    "grüße 你好 🏖️ e\u0301 \u200b\u202eback\u202c",
    "$x$ **b** <b>h</b> {json: true} %s {0}",
    "\x00\x07\x1b[31m",
]


def test_untouched_parameters_are_sent_as_they_stand(text: Tab, azure: Upstream) -> None:
    text.generate("Hi")
    assert [request.json for request in azure.requests] == [USUAL]


def test_the_request_names_deployment_version_and_key(text: Tab, azure: Upstream) -> None:
    text.generate("Hi")
    (request,) = azure.requests
    assert (request.method, request.path) == ("POST", "/openai/deployments/text/completions")
    assert request.query == {"api-version": "2022-06-01-preview"}
    assert request.headers["api-key"] == KEY


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_prompt_travels_as_it_was_written(text: Tab, azure: Upstream, prompt: str) -> None:
    text.generate(prompt)
    assert [request.json["prompt"] for request in azure.requests] == [prompt]
    assert text.value("prompt") == prompt


@pytest.mark.parametrize(
    ("widget", "value", "field", "expected"),
    [
        ("temperature", 0.0, "temperature", 0.0),
        ("temperature", 2.0, "temperature", 2.0),
        ("temperature", 0.35, "temperature", 0.35),
        ("max_tokens", 1, "max_tokens", 1),
        ("max_tokens", 4000, "max_tokens", 4000),
        ("top_p", 0.0, "top_p", 0.0),
        ("top_p", 0.95, "top_p", 0.95),
        ("frequency_penalty", -2.0, "frequency_penalty", -2.0),
        ("frequency_penalty", 0.3, "frequency_penalty", 0.3),
        ("presence_penalty", 2.0, "presence_penalty", 2.0),
        ("n", 128, "n", 128),
        ("stop_sequences", "END", "stop", ["END"]),
        ("stop_sequences", "\\n\\n\n###\n Q: ", "stop", ["\n\n", "###", " Q: "]),
        ("stop_sequences", "a\nb\n\nc\nd\n", "stop", ["a", "b", "c", "d"]),
    ],
)
def test_every_parameter_reaches_the_wire_and_changes_nothing_else(
    text: Tab, azure: Upstream, widget: str, value: Any, field: str, expected: Any
) -> None:
    text.generate("Hi", **{widget: value})
    assert [request.json for request in azure.requests] == [USUAL | {field: expected}]


@pytest.mark.parametrize("version", ["2023-06-01-preview", "2024-10-21"])
def test_the_chosen_api_version_is_asked_for(text: Tab, azure: Upstream, version: str) -> None:
    text.generate("Hi", api_version=version)
    assert [request.query for request in azure.requests] == [{"api-version": version}]


def test_the_version_of_the_settings_is_offered_and_chosen(
    start: Callable[..., Services], visit: Callable[..., Tab], azure: Upstream
) -> None:
    tab = visit(server=start(api_version="2031-01-01"))
    assert "2031-01-01" in tab.at.selectbox(key="completion-api-version").options
    tab.generate("Hi")
    assert azure.requests[0].query == {"api-version": "2031-01-01"}


def test_another_deployment_than_the_first_can_be_chosen(text: Tab, azure: Upstream) -> None:
    text.generate("Hi", deployment="of my own/with ü")
    assert azure.requests[0].target.startswith(
        "/openai/deployments/of%20my%20own%2Fwith%20%C3%BC/completions?"
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompt": ""}, "Write a prompt first. Nothing was sent."),
        (
            {"prompt": "x" * 200_001},
            "The prompt has 200,001 characters; at most 200,000 can be sent. Shorten it. Nothing was sent.",
        ),
        (
            {"stop_sequences": "x" * 200_000},
            "The prompt and the texts beside it have 200,007 characters together; "
            "at most 200,000 can be sent. Shorten them. Nothing was sent.",
        ),
        (
            {"stop_sequences": "a\nb\nc\nd\ne"},
            "There are 5 stop sequences; the service takes at most 4. Remove some. Nothing was sent.",
        ),
        ({"n": 0}, "The number of completions must be from 1 to 128. Nothing was sent."),
        ({"n": 129}, "The number of completions must be from 1 to 128. Nothing was sent."),
        ({"n": -1}, "The number of completions must be from 1 to 128. Nothing was sent."),
        ({"max_tokens": 0}, "The maximum length must be at least 1 token. Nothing was sent."),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_request_the_service_would_refuse_is_not_sent(
    text: Tab, azure: Upstream, values: dict[str, Any], sentence: str
) -> None:
    asked = {"prompt": "Keep me"} | values
    text.generate(**asked)
    assert text.lines() == [f"**{sentence}**"]
    assert text.value("prompt") == asked["prompt"]
    assert azure.requests == ()


def test_without_a_deployment_nothing_is_sent(
    start: Callable[..., Services], visit: Callable[..., Tab], azure: Upstream
) -> None:
    tab = visit(server=start(text_deployments=())).generate("Keep me")
    assert tab.lines() == ["**Choose a deployment first. Nothing was sent.**"]
    assert tab.value("prompt") == "Keep me"
    assert azure.requests == ()


def test_an_api_version_that_is_no_date_is_not_sent(text: Tab, azure: Upstream) -> None:
    text.generate("Keep me", api_version="latest")
    assert text.lines()[0].startswith("**The API version must be a date")
    assert azure.requests == ()


def test_the_sentence_goes_with_the_next_good_request(text: Tab) -> None:
    text.generate("").generate("Hi")
    assert not text.at.error
    assert "Hello from the fake" in text.look()


def test_the_earlier_result_stays_below_the_sentence(text: Tab) -> None:
    text.generate("Hi").generate("")
    assert "Write a prompt first" in text.look()
    assert "Hello from the fake" in text.look()


def test_a_second_press_of_a_double_click_sends_nothing_more(text: Tab, azure: Upstream) -> None:
    azure.hold("completions")
    text.fill(prompt="Hi").button("generate").click()
    release = threading.Timer(0.6, azure.release, args=("completions",))
    release.start()
    text.until(lambda: azure.requests and text.sent.has("Waiting for the first token"), second="generate")
    release.join()
    assert len(azure.received("completions")) == 1


def test_a_second_press_sends_nothing_more_when_the_first_run_has_just_ended(
    text: Tab, azure: Upstream
) -> None:
    azure.hold("completions")
    text.fill(prompt="Hi").button("generate").click()

    def ended() -> bool:
        wait(lambda: azure.requests and text.sent.has("Waiting for the first token"))
        azure.release("completions")
        run = text.services.run(ME, text.shown)
        assert run is not None
        wait(lambda: run.ended)
        return True

    text.until(ended, second="generate")
    assert len(azure.received("completions")) == 1
    assert text.lines("completion-text-0") == ["Hello from the fake"]


def test_a_second_press_sends_nothing_more_when_the_first_result_is_drawn(text: Tab, azure: Upstream) -> None:
    text.fill(prompt="Hi").button("generate").click()
    pressed = text.at._tree.get_widget_states()
    text.at.run()
    text.at._run(pressed)
    assert len(azure.received("completions")) == 1


def test_a_second_press_sends_nothing_more_when_it_breaks_the_first_off(
    text: Tab, azure: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, asked = threading.Event(), threading.Event()
    complete, rerun = text.services.complete, ScriptRequests.request_rerun

    def slowly(*args: Any, **options: Any) -> Any:
        run = complete(*args, **options)
        asked.clear()
        started.set()
        assert asked.wait(10)
        return run

    def request(self: ScriptRequests, data: Any) -> bool:
        done = rerun(self, data)
        asked.set()
        return done

    monkeypatch.setattr(text.services, "complete", slowly)
    monkeypatch.setattr(ScriptRequests, "request_rerun", request)
    text.fill(prompt="Hi").button("generate").click()
    text.until(started.is_set, second="generate")
    assert len(azure.received("completions")) == 1
    assert text.lines("completion-text-0") == ["Hello from the fake"]


@pytest.mark.parametrize("again", [1, 2])
def test_generating_again_is_a_new_request(text: Tab, azure: Upstream, again: int) -> None:
    text.generate("Hi")
    for _ in range(again):
        text.press("generate")
    assert len(azure.received("completions")) == 1 + again
    assert text.value("prompt") == "Hi"


# -- the parameters beyond the usual ones

MORE = {
    "best_of": 4,
    "echo": True,
    "suffix": "The end.",
    "logit_bias": "50256: -100\n\n 11 = 2.5 ",
    "seed": " -7 ",
    "user": "somebody",
}


def test_every_parameter_of_the_route_is_sent(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", Reply(200, completion(choice(" Hello", 0, "stop"))))
    text.generate("Hi", n=2, **MORE)
    sent = {name: azure.requests[0].json[name] for name in MORE}
    assert sent == MORE | {"logit_bias": {"50256": -100, "11": 2.5}, "seed": -7}
    assert text.lines("completion-text-0") == ["Hello"]


def test_a_chat_is_sent_what_a_chat_takes(text: Tab, azure: Upstream) -> None:
    text.fill(call="Chat").at.run()
    assert not any(text.has(f"completion-{name}") for name in ("best-of", "echo", "suffix"))
    text.generate("Hi", logit_bias="50256: -100", seed="7", user="somebody")
    sent = azure.requests[0].json
    assert (sent["logit_bias"], sent["seed"], sent["user"]) == ({"50256": -100}, 7, "somebody")


def test_what_was_set_for_a_completion_is_not_sent_in_a_chat(text: Tab, azure: Upstream) -> None:
    text.fill(**MORE).at.run()
    text.generate("Hi", call="Chat")
    assert not {"best_of", "echo", "suffix"} & azure.requests[0].json.keys()
    assert text.fill(call="Completion").at.run().number_input(key="completion-best-of").value == 4


def test_the_best_of_several_is_not_streamed_and_says_why_it_waits(text: Tab, azure: Upstream) -> None:
    azure.hold("completions")
    text.fill(prompt="Hi", best_of=3).button("generate").click()
    text.until(lambda: azure.requests and text.sent.has("Waiting"))
    assert text.sent.has("Waiting for the best of 3, which is known when all are written")
    assert azure.requests[0].json["stream"] is False
    azure.release("completions")


@pytest.mark.parametrize("values", [{"best_of": 1}, {"best_of": 2, "n": 2}])
def test_a_best_of_that_chooses_nothing_is_left_unsaid(
    text: Tab, azure: Upstream, values: dict[str, Any]
) -> None:
    text.generate("Hi", **values)
    assert azure.requests[0].json["stream"] is True
    assert "best_of" not in azure.requests[0].json


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"best_of": 1, "n": 2}, ""),
        ({"best_of": 2, "n": 3}, "Best of must be from the number of completions to 128."),
        ({"best_of": 129}, "Best of must be from the number of completions to 128."),
        ({"best_of": 0}, "Best of must be from the number of completions to 128."),
        ({"logit_bias": "11: 1\nhello: 1"}, "Line 2 of the logit bias, “hello: 1”, is not a token id"),
        ({"logit_bias": "11: 101"}, "Line 1 of the logit bias, “11: 101”, is not a token id"),
        ({"logit_bias": "11: nan"}, "Line 1 of the logit bias, “11: nan”, is not a token id"),
        ({"logit_bias": "11: 1\n11: 2"}, "The logit bias names token 11 twice."),
        ({"seed": "abc"}, "The seed must be a whole number, and “abc” is none."),
        ({"seed": "9223372036854775808"}, "The seed must be a whole number of at most 64 bits."),
    ],
    ids=str,
)
def test_a_parameter_that_is_none_says_so_in_words(
    text: Tab, azure: Upstream, values: dict[str, Any], sentence: str
) -> None:
    text.generate("Keep me", **values)
    assert sentence in text.look()
    assert len(azure.requests) == (not sentence)


def test_what_is_folded_away_is_sent_all_the_same(text: Tab, azure: Upstream) -> None:
    text.fill(seed="7", frequency_penalty=0.5).at.run()
    text.at.session_state["completion-more"] = False
    text.at.run()
    assert not text.has("completion-seed")
    text.fill(temperature=0.3).at.run()
    text.generate("Hi")
    body = azure.requests[-1].json
    assert (body["seed"], body["frequency_penalty"], body["temperature"]) == (7, 0.5, 0.3)
    text.at.session_state["completion-more"] = True
    text.at.run()
    assert text.value("seed") == "7"
