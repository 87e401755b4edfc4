"""A prompt as a chat message: as it goes out for each api-version, and as it comes in, chunk by chunk."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.azure import Azure
from services.azure.chat import body
from services.azure.filters import FilterState
from services.azure.logprobs import TokenScore
from services.azure.snapshots import SnapshotBuilder, TextSnapshot, Usage
from services.azure.text_request import CompletionRequest
from services.config import Secret, Settings
from services.errors import BadReply
from tests.azure_bodies import (
    chat,
    chat_choice,
    chat_chunk,
    chat_logprobs,
    completion,
    error_chunk,
    prompt_chunk,
    role_chunk,
    safety,
    sse,
)
from tests.azure_reply import Reply
from tests.upstream import Upstream

ASK = CompletionRequest(deployment="my-gpt", prompt="Hi", chat=True)
NEW, OLD = "2024-10-21", "2024-06-01"
USAGE = {"stream_options": {"include_usage": True}}
MESSAGES = [{"role": "user", "content": "Hi"}]
USUAL = {"messages": MESSAGES, "stream": True, "max_completion_tokens": 256, **USAGE}
Ask = Callable[..., TextSnapshot]


# -- going out


@pytest.mark.parametrize("version", [NEW, "2024-09-01-preview", "2025-04-01-preview", "v1", "preview"])
def test_a_newer_version_is_sent_the_newer_name_and_asked_for_usage(version: str) -> None:
    assert body(ASK, version) == USUAL


@pytest.mark.parametrize("version", [OLD, "2024-08-01-preview", "2024-02-01", "2023-05-15"])
def test_an_older_version_is_sent_the_older_name(version: str) -> None:
    assert body(ASK, version) == {"messages": MESSAGES, "stream": True, "max_tokens": 256}


@pytest.mark.parametrize("version", ["v1", NEW])
def test_another_server_is_sent_the_older_name(version: str) -> None:
    sent = body(ASK, version, azure=False)
    assert sent == {"messages": MESSAGES, "stream": True, "max_tokens": 256, **USAGE}


def test_a_system_message_comes_first() -> None:
    sent = body(replace(ASK, system="You are brief."), NEW)
    assert sent["messages"] == [{"role": "system", "content": "You are brief."}, *MESSAGES]
    assert body(replace(ASK, system=""), NEW)["messages"] == MESSAGES


@pytest.mark.parametrize(
    ("name", "usual", "other"),
    [
        ("temperature", 1.0, 0.0),
        ("top_p", 1.0, 0.0),
        ("n", 1, 2),
        ("presence_penalty", 0.0, 1.0),
        ("frequency_penalty", 0.0, -2.0),
    ],
)
def test_a_default_is_left_unsaid_and_everything_else_is_sent(name: str, usual: float, other: float) -> None:
    assert name not in body(replace(ASK, **{name: usual}), NEW)
    assert name not in body(replace(ASK, **{name: None}), NEW)
    assert body(replace(ASK, **{name: other}), NEW) == USUAL | {name: other}


@pytest.mark.parametrize("effort", ["none", "minimal", "high"])
def test_the_effort_is_sent_where_it_is_chosen(effort: str) -> None:
    assert body(replace(ASK, reasoning_effort=effort), NEW) == USUAL | {"reasoning_effort": effort}


@pytest.mark.parametrize("count", [0, 1, 5])
def test_alternatives_are_asked_for_in_two_fields(count: int) -> None:
    assert body(replace(ASK, logprobs=count), NEW) == USUAL | {"logprobs": True, "top_logprobs": count}


def test_the_other_options() -> None:
    sent = body(replace(ASK, stop=("a", "\n"), logit_bias=(("50256", -100.0),), seed=0, user="u"), NEW)
    assert sent == USUAL | {"stop": ["a", "\n"], "logit_bias": {"50256": -100.0}, "seed": 0, "user": "u"}


def test_what_only_completions_know_is_not_sent() -> None:
    assert body(replace(ASK, best_of=3, echo=True, suffix="end"), NEW) == USUAL


def test_without_a_length_none_is_named() -> None:
    assert body(replace(ASK, max_tokens=None), OLD) == {"messages": MESSAGES, "stream": True}


# -- coming in


@pytest.fixture
def ask(azure: Upstream) -> Ask:
    client = Azure(Settings(endpoint=azure.url, keys=(Secret("key"),)))

    def call(*events: Any, reply: Reply | None = None, version: str = NEW, **changes: Any) -> TextSnapshot:
        if events or reply:
            azure.enqueue("chat", reply or sse(*events))
        builder = SnapshotBuilder()
        last = TextSnapshot()
        for block in client.stream(replace(ASK, api_version=version, **changes)):
            last = builder.add(block)
        return last

    return call


def test_what_goes_over_the_wire(azure: Upstream, ask: Ask) -> None:
    azure.defaults["chat"] = azure.chat
    found = ask(deployment="my gpt?")
    (request,) = azure.requests
    assert request.target == f"/openai/deployments/my%20gpt%3F/chat/completions?api-version={NEW}"
    assert (request.method, request.headers["api-key"], request.json) == ("POST", "key", USUAL)
    assert (found.choices[0].text, found.choices[0].finish_reason) == (" Hello from the fake", "stop")
    assert (found.complete, found.chunks) == (True, 4)


def test_a_stream_from_its_nameless_first_chunk_to_its_usage(ask: Ask) -> None:
    found = ask(
        prompt_chunk(violence="low"),
        role_chunk(),
        chat_chunk("Hello", filters=safety()),
        chat_chunk(" you"),
        chat_chunk("", finish="length"),
        chat(usage=(9, 12)),
    )
    (choice,) = found.choices
    assert (choice.text, choice.finish_reason, found.chunks) == ("Hello you", "length", 2)
    assert (found.usage, found.complete) == (Usage(9, 12), True)
    assert {f.category: f.severity for f in found.prompt_filter.findings}["violence"] == "low"
    assert choice.filter.state is FilterState.CLEAN


def test_a_role_alone_is_no_text_and_no_time_to_the_first(ask: Ask) -> None:
    found = ask(prompt_chunk(), role_chunk())
    assert (found.choices[0].text, found.chunks, found.timing.first_text_s) == ("", 0, None)


def test_a_refusal_is_the_answer(ask: Ask) -> None:
    parts = [chat(chat_choice({"content": None, "refusal": text})) for text in ("I cannot", " do that.")]
    found = ask(prompt_chunk(), role_chunk(), *parts, chat_chunk("", finish="stop"))
    assert (found.choices[0].text, found.choices[0].finish_reason) == ("I cannot do that.", "stop")


@pytest.mark.parametrize("order", ["0101", "0011", "1010", "1100"])
def test_two_answers_interleave_in_any_order(ask: Ask, order: str) -> None:
    said = [chat_chunk(f"{i}{'ab'[order[:at].count(i)]}", int(i)) for at, i in enumerate(order)]
    found = ask(prompt_chunk(), role_chunk(0), role_chunk(1), *said, chat_chunk("", 1, "stop"), n=2)
    assert [(c.index, c.text, c.finish_reason) for c in found.choices] == [
        (0, "0a0b", None),
        (1, "1a1b", "stop"),
    ]


def test_two_answers_over_the_wire(azure: Upstream, ask: Ask) -> None:
    azure.defaults["chat"] = azure.chat
    found = ask(n=2)
    assert azure.requests[0].json == USUAL | {"n": 2}
    assert [c.text for c in found.choices] == [" Hello from the fake"] * 2
    assert found.usage.completion_tokens == 8


def test_an_answer_that_the_filter_cut_keeps_its_text(ask: Ask) -> None:
    cut = chat_chunk("", finish="content_filter", filters=safety(hate="high"))
    (choice,) = ask(prompt_chunk(), role_chunk(), chat_chunk("Hello"), cut).choices
    assert (choice.text, choice.filter.state) == ("Hello", FilterState.ANSWER_CUT)
    assert [f.category for f in choice.filter.findings if f.filtered] == ["hate"]


def test_an_annotation_without_a_delta_may_come_after_the_end(ask: Ask) -> None:
    hit = {"protected_material_text": {"filtered": True, "detected": True}}
    late = completion({"index": 0, "finish_reason": None, "content_filter_results": hit})
    late["choices"][0]["content_filter_offsets"] = {
        "check_offset": 44,
        "start_offset": 2,
        "end_offset": 40,
    }
    (choice,) = ask(chat_chunk("Hello"), chat_chunk("", finish="stop"), late).choices
    assert (choice.filter.state, choice.filter.checked_up_to) == (FilterState.ANSWER_CUT, 44)


def test_tokens_bring_alternatives_and_where_they_start(ask: Ask) -> None:
    found = ask(
        role_chunk(),
        chat_chunk("Hello", logprobs=chat_logprobs(["Hel", "lo"])),
        chat_chunk(" é😀", logprobs=chat_logprobs([" é", "😀"])),
        chat_chunk("", finish="stop"),
    )
    assert [(t.token, t.offset) for t in found.choices[0].tokens] == [
        ("Hel", 0),
        ("lo", 3),
        (" é", 5),
        ("😀", 7),
    ]
    assert found.choices[0].tokens[0] == TokenScore("Hel", -0.1, (("Hel", -0.1), (" other", -3.0)), 0)


def test_each_answer_counts_its_own_offsets(ask: Ask) -> None:
    words = [("ab", 0), ("xyz", 1), ("c", 0), ("d", 1)]
    found = ask(*(chat_chunk(text, index, logprobs=chat_logprobs([text])) for text, index in words))
    assert [[t.offset for t in c.tokens] for c in found.choices] == [[0, 2], [0, 3]]


def test_a_refusal_has_its_own_list_of_tokens(ask: Ask) -> None:
    no = chat(chat_choice({"refusal": "No."}, logprobs=chat_logprobs(["No", "."], "refusal")))
    (choice,) = ask(no).choices
    assert [(t.token, t.offset) for t in choice.tokens] == [("No", 0), (".", 2)]


def test_a_reply_that_is_not_streamed_is_understood(ask: Ask) -> None:
    message = {"role": "assistant", "content": "Hello you", "refusal": None}
    whole = [
        {
            "index": 0,
            "message": message,
            "finish_reason": "stop",
            "logprobs": chat_logprobs(["Hello", " you"]),
        },
        {"index": 1, "message": message | {"content": None, "refusal": "No."}, "finish_reason": "stop"},
    ]
    found = ask(reply=Reply(200, prompt_chunk() | chat(*whole, usage=(9, 2), kind="chat.completion")), n=2)
    assert [(c.text, c.finish_reason) for c in found.choices] == [("Hello you", "stop"), ("No.", "stop")]
    assert [t.offset for t in found.choices[0].tokens] == [0, 5]
    assert (found.usage, found.complete) == (Usage(9, 2), True)
    assert found.prompt_filter.findings


@pytest.mark.parametrize("odd", [None, 5, "text", [], [1], {"a": 1}, {"content": 5}, {"content": ["a"]}])
def test_an_odd_delta_is_passed_over(ask: Ask, odd: Any) -> None:
    found = ask(chat_chunk("a"), chat(chat_choice({}) | {"delta": odd}), chat_chunk("b"))
    assert (found.choices[0].text, found.chunks) == ("ab", 2)


def test_a_stream_without_a_word_is_a_bad_reply(ask: Ask) -> None:
    with pytest.raises(BadReply, match="without saying anything"):
        ask(reply=sse(b": nothing\n\n", done=False))


def test_an_error_in_the_stream_ends_it(ask: Ask) -> None:
    with pytest.raises(Exception, match="in the middle of its answer"):
        ask(chat_chunk("a"), error_chunk())
