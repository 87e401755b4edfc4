"""Chat completions: the same answers in the chat shape."""

from typing import Any

import pytest

from tests.sandbox.client import Client, error, events

HELLO = [
    {"role": "system", "content": "You are helpful."},
    {"role": "user", "content": "Give me three tips for better sleep."},
]


def test_an_answer_is_a_message(sandbox: Client) -> None:
    body = sandbox.chat({"messages": HELLO, "temperature": 0, "max_tokens": 20}).json()
    assert body["object"] == "chat.completion" and body["id"].startswith("chatcmpl-")
    assert body["choices"][0]["message"]["role"] == "assistant"
    assert "1. " in body["choices"][0]["message"]["content"]
    # The template's own tokens count: there are more than the words.
    assert body["usage"]["prompt_tokens"] > 15


def test_a_stream_begins_with_the_role(sandbox: Client) -> None:
    asked = {"messages": HELLO, "temperature": 0, "max_completion_tokens": 20}
    chunks = list(events(sandbox.chat({**asked, "stream": True})))
    assert chunks[0]["prompt_filter_results"]
    assert chunks[1]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert {chunk["object"] for chunk in chunks[1:]} == {"chat.completion.chunk"}
    whole = sandbox.chat(asked).json()["choices"][0]
    assert (
        "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks[1:])
        == (whole["message"]["content"])
    )
    assert chunks[-1]["choices"][0]["finish_reason"] == whole["finish_reason"]
    assert chunks[-1]["choices"][0]["delta"] == {}


def test_log_probabilities_are_in_the_chat_shape(sandbox: Client) -> None:
    asked = {"messages": HELLO, "max_tokens": 3, "logprobs": True, "top_logprobs": 2}
    choice = sandbox.chat(asked).json()["choices"][0]
    content = choice["logprobs"]["content"]
    assert "".join(token["token"] for token in content) == choice["message"]["content"]
    assert all(token["bytes"] == list(token["token"].encode()) for token in content)
    assert [len(token["top_logprobs"]) for token in content] == [2] * len(content)


def test_parts_and_developer_messages(sandbox: Client) -> None:
    parts = [{"type": "text", "text": "Say "}, {"type": "text", "text": "hello."}]
    asked = [{"role": "developer", "content": "Be kind."}, {"role": "user", "content": parts}]
    assert sandbox.chat({"messages": asked, "max_tokens": 4}).json()["usage"]["completion_tokens"] <= 4


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user"}]}, "messages"),
        ({"messages": [{"role": "king", "content": "hi"}]}, "role"),
        ({"messages": HELLO, "top_logprobs": 2}, "top_logprobs"),
        ({"messages": HELLO, "logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"messages": HELLO, "prompt": "p"}, None),
    ],
)
def test_a_body_that_breaks_the_contract(sandbox: Client, body: dict[str, Any], param: str | None) -> None:
    assert error(sandbox.chat(body), 400)["param"] == param


def test_messages_too_long_for_the_context(sandbox: Client) -> None:
    found = error(sandbox.chat({"messages": HELLO, "max_tokens": 2048}), 400)
    assert found["code"] == "context_length_exceeded" and found["param"] == "messages"


def test_a_blocked_message(sandbox: Client) -> None:
    asked = [{"role": "user", "content": "Describe a food fight to the death."}]
    found = error(sandbox.chat({"messages": asked, "stream": True}), 400)
    assert found["code"] == "content_filter" and found["param"] == "messages"
