"""Completion or chat: the page follows the deployment, draws what it takes, and learns from a refusal."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from services import Deployment, Operation, Services
from tests.azure_bodies import error, prompt_blocked, unsupported
from tests.azure_reply import Reply
from tests.pages.browsing import IMAGES, TEXT, Tab
from tests.upstream import Upstream
from ui.parameters import COMPLETION

Start = Callable[..., Services]
Visit = Callable[..., Tab]
USUAL = ["temperature", "max-tokens", "top-p", "stop-sequences", "n", "logprobs"]
PENALTIES = ["frequency-penalty", "presence-penalty"]
SHARED = ["logit-bias", "seed", "user"]
OFFER = "offer"


@pytest.fixture(autouse=True)
def chatting(azure: Upstream) -> None:
    """The model chats, too."""
    azure.defaults["chat"] = azure.chat


def drawn(tab: Tab) -> list[str]:
    """The knobs beside the prompt, in order."""
    nodes = tab.at.columns[1]
    keys = [node.key for node in nodes if getattr(node, "key", None) and hasattr(node, "label")]
    return [key.removeprefix("completion-") for key in keys if key in COMPLETION]


def call(tab: Tab) -> Any:
    return tab.at.segmented_control(key="completion-call").value


def choose(tab: Tab, **values: Any) -> Tab:
    tab.fill(**values).at.run()
    assert not tab.at.exception
    return tab


def offer(tab: Tab) -> str | None:
    return str(tab.button(OFFER).label) if tab.has(f"completion-{OFFER}") else None


# -- the call follows the deployment


FOLLOWS = [
    ("gpt-4.1", "Chat"),
    ("gpt-4o-mini", "Chat"),
    ("gpt-5.1", "Chat"),
    ("o4-mini", "Chat"),
    ("davinci-002", "Completion"),
    ("gpt-35-turbo-instruct", "Completion"),
]


@pytest.mark.parametrize(("name", "expected"), FOLLOWS)
def test_the_call_follows_a_deployment_that_is_typed(text: Tab, name: str, expected: str) -> None:
    choose(text, call="Completion" if expected == "Chat" else "Chat")
    assert call(choose(text, deployment=name)) == expected


@pytest.mark.parametrize(("model", "expected"), [*FOLLOWS, (None, "Completion")])
def test_the_call_follows_the_first_deployment_of_the_settings(
    start: Start, visit: Visit, model: str | None, expected: str
) -> None:
    assert call(visit(server=start(text_deployments=(Deployment("prod", model),)))) == expected


@pytest.mark.parametrize("chosen", ["Chat", "Completion"])
def test_a_deployment_whose_name_tells_nothing_leaves_the_choice(text: Tab, chosen: str) -> None:
    choose(text, call=chosen)
    assert call(choose(text, deployment="prod")) == chosen


def test_the_choice_may_be_overruled_and_stays(text: Tab, azure: Upstream) -> None:
    choose(text, deployment="gpt-4.1")
    choose(text, call="Completion")
    text.generate("Hi")
    assert call(text) == "Completion"
    assert [request.route for request in azure.requests] == ["completions"]


def test_a_chat_is_sent_as_one_and_reads_like_a_completion(text: Tab, azure: Upstream) -> None:
    choose(text, deployment="prod", call="Chat", api_version="2024-10-21")
    text.fill(system="You are brief.", effort="low").generate("Hi", temperature=0.5)
    (request,) = azure.requests
    assert request.path == "/openai/deployments/prod/chat/completions"
    assert request.json == {
        "messages": [
            {"role": "system", "content": "You are brief."},
            {"role": "user", "content": "Hi"},
        ],
        "max_completion_tokens": 256,
        "temperature": 0.5,
        "reasoning_effort": "low",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert text.lines("completion-text-0") == ["Hello from the fake"]


@pytest.mark.parametrize(("version", "query"), [("v1", {}), ("preview", {"api-version": "preview"})])
def test_the_route_without_dates_can_be_chosen(
    text: Tab, azure: Upstream, version: str, query: dict[str, str]
) -> None:
    choose(text, call="Chat").generate("Hi", api_version=version)
    (request,) = azure.requests
    assert (request.path, request.query) == ("/openai/v1/chat/completions", query)
    assert request.json["model"] == "text"


# -- the knobs


@pytest.mark.parametrize(
    ("deployment", "call", "expected"),
    [
        ("prod", "Completion", [*USUAL, *PENALTIES, "best-of", "echo", "suffix", *SHARED]),
        ("prod", "Chat", ["system", "effort", *USUAL, *PENALTIES, *SHARED]),
        ("gpt-4.1", "Chat", ["system", *USUAL, *PENALTIES, *SHARED]),
        ("gpt-4.1", "Completion", [*USUAL, *PENALTIES, *SHARED]),
        ("davinci-002", "Completion", [*USUAL, *PENALTIES, "best-of", "echo", "suffix", *SHARED]),
        ("o3", "Chat", ["system", "effort", "max-tokens", "n", "seed", "user"]),
        ("gpt-5-mini", "Chat", ["system", "effort", "max-tokens", "n", "seed", "user"]),
    ],
)
def test_only_the_knobs_that_the_deployment_takes_are_drawn(
    text: Tab, deployment: str, call: str, expected: list[str]
) -> None:
    choose(choose(text, deployment=deployment), call=call)
    assert drawn(text) == ["deployment", "call", *expected, "api-version"]


def test_a_knob_keeps_its_value_while_it_is_not_drawn(text: Tab, azure: Upstream) -> None:
    choose(text, temperature=0.35, stop_sequences="END")
    choose(text, deployment="o3").generate("Hi")
    assert not {"temperature", "stop"} & set(azure.requests[0].json)
    choose(text, deployment="gpt-4.1").generate("Hi")
    assert (azure.requests[1].json["temperature"], azure.requests[1].json["stop"]) == (0.35, ["END"])


def test_a_knob_keeps_its_value_across_pages_while_it_is_not_drawn(text: Tab) -> None:
    choose(text, temperature=0.35)
    choose(text, deployment="o3").go(IMAGES).go(TEXT)
    choose(text, deployment="gpt-4.1")
    assert text.value("temperature") == 0.35


def test_the_system_message_stays_at_home_in_a_completion(text: Tab, azure: Upstream) -> None:
    choose(text, call="Chat")
    choose(text, system="You are brief.", effort="low")
    choose(text, call="Completion").generate("Hi")
    assert "brief" not in azure.requests[0].body.decode()
    assert "reasoning_effort" not in azure.requests[0].json


@pytest.mark.parametrize(
    ("key", "label", "value"),
    [
        ("call", "Call", "Chat"),
        ("system", "System message", ""),
        ("effort", "Reasoning effort", ""),
        ("deployment", "Deployment", "text"),
    ],
)
def test_the_knobs_of_a_chat_have_names_defaults_and_two_sentences_of_help(
    text: Tab, key: str, label: str, value: str
) -> None:
    choose(text, call="Chat")
    knob = text.at.get_by_key(f"completion-{key}")
    sentences = re.findall(r"[^.!?]{15,}[.!?](?: |$)", re.sub(r"\([^)]*\)", "", knob.help))
    assert (knob.label, knob.value) == (label, value)
    assert len(sentences) == 2, knob.help


def test_the_efforts_begin_with_none_chosen(text: Tab) -> None:
    choose(text, call="Chat")
    efforts = text.at.selectbox(key="completion-effort")
    assert efforts.options == ["the model's own", "none", "minimal", "low", "medium", "high", "xhigh"]


# -- the other call


def test_a_chat_model_is_sent_the_same_as_a_chat_by_one_press(
    text: Tab, azure: Upstream, visit: Visit
) -> None:
    azure.enqueue("completions", error("no_completion"))
    text.generate("Hi", temperature=0.5)
    assert "This deployment's model does not offer this operation." in text.look()
    assert offer(text) == "Send as chat"
    text.press("offer")
    assert [request.route for request in azure.requests] == ["completions", "chat"]
    sent = azure.requests[1].json
    assert (sent["messages"], sent["temperature"]) == ([{"role": "user", "content": "Hi"}], 0.5)
    assert text.lines("completion-text-0") == ["Hello from the fake"]
    assert (call(text), offer(text)) == ("Chat", None)
    stranger = visit(owner="owner-other").generate("Hi")
    assert call(stranger) == "Chat"
    assert [request.route for request in azure.requests] == ["completions", "chat", "chat"]


def test_the_lesson_outlives_the_server(text: Tab, azure: Upstream, start: Start, visit: Visit) -> None:
    azure.enqueue("completions", error("no_completion"))
    text.generate("Hi").press("offer")
    text.services.close()
    later = visit(owner="owner-other", server=start())
    assert call(later) == "Chat"
    assert len(azure.requests) == 2  # looking alone sends nothing


def test_a_lesson_is_on_one_deployment(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", error("no_completion"))
    text.generate("Hi").press("offer")
    choose(text, call="Completion")
    assert call(choose(text, deployment="prod")) == "Completion"
    assert call(choose(text, deployment="text")) == "Chat"


def test_a_completion_model_is_sent_the_same_as_a_completion(text: Tab, azure: Upstream) -> None:
    azure.enqueue("chat", error("wrong_operation"))
    choose(text, deployment="gpt-4.1").generate("Hi")
    assert offer(text) == "Send as completion"
    text.press("offer")
    assert [request.route for request in azure.requests] == ["chat", "completions"]
    assert (call(text), offer(text)) == ("Completion", None)
    assert text.services.deployments.text_family("gpt-4.1").operation is Operation.COMPLETION


def test_nothing_is_learnt_and_nothing_is_sent_without_a_press(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", error("no_completion"))
    text.generate("Hi")
    text.at.run()
    text.go(IMAGES).go(TEXT)
    assert offer(text) == "Send as chat"
    assert text.services.deployments.text_family("text").operation is None
    assert len(azure.requests) == 1


# -- without a parameter


REFUSED = [
    ("temperature", unsupported("temperature"), "Send without “Temperature”"),
    ("temperature", unsupported("temperature", code=None), "Send without “Temperature”"),
    ("temperature", unsupported("temperature", value="0.5"), "Send without “Temperature”"),
    ("top_p", unsupported("top_p"), "Send without “Top P”"),
    ("max_tokens", unsupported("max_completion_tokens"), "Send without “Maximum length”"),
    ("stop", unsupported("stop"), "Send without “Stop sequences”"),
    ("n", unsupported("n"), "Send without “Number of completions”"),
    ("reasoning_effort", unsupported("reasoning_effort"), "Send without “Reasoning effort”"),
]
ODD = {"temperature": 0.5, "top_p": 0.5, "max_tokens": 9, "stop_sequences": "END", "n": 2, "effort": "low"}


@pytest.mark.parametrize(("knob", "reply", "label"), REFUSED)
def test_a_parameter_that_is_refused_is_left_out_by_one_press(
    text: Tab, azure: Upstream, visit: Visit, knob: str, reply: Reply, label: str
) -> None:
    choose(text, deployment="prod", call="Chat", api_version="2024-10-21")
    azure.enqueue("chat", reply)
    text.generate("Hi", **ODD)
    assert offer(text) == label
    text.press("offer")
    first, second = (request.json for request in azure.requests)
    field = "max_completion_tokens" if knob == "max_tokens" else knob
    assert {name: value for name, value in first.items() if name != field} == second
    assert text.lines("completion-text-0") == ["Hello from the fake"]
    assert offer(text) is None
    other = choose(visit(owner="owner-other"), deployment="prod", call="Chat")
    assert drawn(other) == drawn(text)
    assert knob not in text.services.deployments.text_family("prod").knobs


def test_without_temperature_it_is_not_drawn_and_not_sent_again(text: Tab, azure: Upstream) -> None:
    choose(text, call="Chat")
    azure.enqueue("chat", unsupported("temperature"))
    text.generate("Hi", temperature=0.5).press("offer")
    assert "temperature" not in drawn(text)
    assert {"top-p", "n"} <= set(drawn(text))
    text.generate("Again")
    assert ["temperature" in request.json for request in azure.requests] == [True, False, False]


def test_two_refused_parameters_are_left_out_one_after_the_other(text: Tab, azure: Upstream) -> None:
    choose(text, call="Chat")
    azure.enqueue("chat", unsupported("temperature"), unsupported("top_p"))
    text.generate("Hi", temperature=0.5, top_p=0.5).press("offer")
    assert offer(text) == "Send without “Top P”"
    text.press("offer")
    fields = [{"temperature", "top_p"} & set(request.json) for request in azure.requests]
    assert fields == [{"temperature", "top_p"}, {"top_p"}, set()]


# -- no offer


NO_OFFER = [
    error("no_deployment"),
    error("wrong_key"),
    error("rate_limit", headers={"retry-after": "60"}),
    error("server_error"),
    error("bad_version"),
    error("not_found"),
    prompt_blocked(),
    unsupported("tools"),
    unsupported("messages"),
    unsupported("stream"),
    unsupported("<b>**temperature**</b>"),
    Reply(400, {"error": {"code": "BadRequest", "message": "Send without temperature"}}),
    Reply(400, {"error": {"code": "content_filter", "param": "prompt", "message": "No."}}),
]


@pytest.mark.parametrize("reply", NO_OFFER)
def test_no_other_refusal_offers_anything(text: Tab, azure: Upstream, reply: Reply) -> None:
    azure.enqueue("completions", reply, reply)  # a refused key is tried again with the other
    text.generate("Hi")
    assert text.has("completion-finished") and "Hello" not in text.look()
    assert offer(text) is None


def test_a_result_and_a_sentence_before_sending_offer_nothing(text: Tab) -> None:
    assert offer(text.generate("Hi")) is None
    assert offer(text.generate("")) is None


def test_the_offer_goes_where_another_deployment_is_chosen(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", error("no_completion"))
    text.generate("Hi")
    assert offer(choose(text, deployment="prod")) is None
    assert offer(choose(text, deployment="text")) == "Send as chat"


def test_a_disk_that_refuses_the_lesson_is_told_and_nothing_is_sent(
    text: Tab, azure: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.errors import NotSaved

    def full(*_: object, **__: object) -> None:
        raise NotSaved("The disk is full.")

    azure.enqueue("completions", error("no_completion"))
    text.generate("Hi")
    monkeypatch.setattr(text.services.deployments, "learn", full)
    text.press("offer")
    assert text.lines("completion-problem") == ["**The disk is full.**"]
    assert (call(text), offer(text), len(azure.requests)) == ("Completion", "Send as chat", 1)
