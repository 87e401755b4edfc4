"""A deployment whose filter follows the text instead of holding it back."""

import json
from typing import Any

import pytest

from sandbox.answers import FILTER_STRIDE
from tests.sandbox.client import Client, error, events, streamed_text
from tests.sandbox.conftest import Start
from tests.sandbox.stand_ins import ScriptedModel

PROMPT = "Tell me"
LONG = " ".join(["word"] * 100)  # with the space before it: 500 characters
STAR = f"{'word ' * 60}up above so high, like a diamond in the sky, and so on"


def asked(client: Client, **more: Any) -> list[dict[str, Any]]:
    body = {"prompt": PROMPT, "max_tokens": 500, "stream": True, **more}
    return list(events(client.complete(body, deployment="sandbox-text-async")))


def annotations(chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [c for chunk in chunks for c in chunk["choices"] if "content_filter_offsets" in c]


def places(chunks: list[dict[str, Any]]) -> list[tuple[int, int, int]]:
    return [tuple(found["content_filter_offsets"].values()) for found in annotations(chunks)]


def test_text_comes_without_annotations_and_they_follow_it(start: Start) -> None:
    chunks = asked(start(model=ScriptedModel(LONG)))
    texts = [chunk["choices"][0] for chunk in chunks[1:] if "text" in chunk["choices"][0]]
    assert all("content_filter_results" not in choice for choice in texts)
    for choice in annotations(chunks):
        assert not {"text", "delta", "logprobs"} & choice.keys()
    first, end = len(PROMPT), len(PROMPT) + 500
    assert places(chunks) == [
        (first, first, first + FILTER_STRIDE),
        (first + FILTER_STRIDE, first, first + 2 * FILTER_STRIDE),
        (end, first, end),
    ]
    assert texts[-1]["finish_reason"] == "stop"
    assert "content_filter_offsets" in chunks[-1]["choices"][0]  # after the last token
    assert chunks[-1]["id"] == chunks[-1]["model"] == ""


def test_what_is_filtered_was_shown_before_and_is_named_with_its_place(start: Start) -> None:
    chunks = asked(start(model=ScriptedModel(STAR)))
    whole = PROMPT + "".join(c["choices"][0].get("text", "") for c in chunks[1:])
    last = chunks[-1]["choices"][0]
    assert last["finish_reason"] == "content_filter"
    assert last["content_filter_results"] == {"protected_material_text": {"filtered": True, "detected": True}}
    check, begin, end = last["content_filter_offsets"].values()
    assert whole[begin:end] == "like a diamond in the sky"
    assert check <= begin


def test_the_offsets_of_a_chat_count_over_its_messages(start: Start) -> None:
    client = start(model=ScriptedModel("Color is light."))
    path = "openai/deployments/sandbox-chat-async/chat/completions?api-version=2024-10-21"
    messages = [{"role": "user", "content": "What is color?"}]
    chunks = list(events(client.send("POST", path, json={"messages": messages, "stream": True})))
    assert places(chunks) == [(60, 44, 60)]


def test_an_answer_in_one_piece_is_filtered_first(start: Start) -> None:
    body = {"prompt": PROMPT, "max_tokens": 500}
    answer = start(model=ScriptedModel(STAR)).complete(body, deployment="sandbox-text-async").json()
    assert answer["choices"][0]["finish_reason"] == "content_filter"
    assert answer["choices"][0]["text"] == ""


@pytest.mark.parametrize(("version", "following"), [("2022-06-01-preview", 0), ("2024-02-01", 1)])
def test_versions_without_annotations_have_no_such_mode(start: Start, version: str, following: int) -> None:
    client = start(model=ScriptedModel("Fine."))
    body = {"prompt": PROMPT, "stream": True}
    chunks = list(events(client.complete(body, deployment="sandbox-text-async", version=version)))
    assert len(annotations(chunks)) == following
    assert ("filter" in json.dumps(chunks)) == bool(following)


def test_the_prompt_is_checked_before_all_else(start: Start) -> None:
    body = {"prompt": "a food fight to the death", "stream": True}
    refused = error(start(model=ScriptedModel("x")).complete(body, deployment="sandbox-text-async"), 400)
    assert refused["code"] == "content_filter"


def test_the_same_text_as_from_the_deployment_that_holds_back(sandbox: Client) -> None:
    body = {"prompt": "Once upon a time", "temperature": 0, "max_tokens": 20, "stream": True}
    behind = list(events(sandbox.complete(body, deployment="sandbox-text-async")))
    held = list(events(sandbox.complete(body)))
    texts = [chunk for chunk in behind if chunk["choices"] and "text" in chunk["choices"][0]]
    assert streamed_text(texts) == streamed_text(held)
