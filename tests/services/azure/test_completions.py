"""A completion as it goes out and as it comes in, block by block."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.azure import Azure
from services.azure.completions import body
from services.azure.text_request import CompletionRequest, check
from services.azure.text_stream import Block
from services.config import Secret, Settings
from services.errors import BadReply, Filtered, HungUp, Invalid, OutcomeUnknown
from services.runs import Run
from tests.azure_bodies import chunk, prompt_blocked, prompt_chunk, sse
from tests.azure_reply import WHOLE, Reply
from tests.services.following import ME
from tests.upstream import Upstream

ASK = CompletionRequest(deployment="text", prompt="Hi")
VERSION = "2022-06-01-preview"
Ask = Callable[..., list[Block]]


@pytest.fixture
def ask(azure: Upstream) -> Ask:
    client = Azure(Settings(endpoint=azure.url, keys=(Secret("key"),)))

    def call(request: CompletionRequest = ASK, seen: list[Block] | None = None) -> list[Block]:
        seen = [] if seen is None else seen
        for block in client.stream(request):
            seen.append(block)
        return seen

    return call


def text(blocks: list[Block]) -> str:
    return "".join(c["text"] for block in blocks for each in block.chunks for c in each["choices"])


# -- going out


def test_what_goes_out(azure: Upstream, ask: Ask) -> None:
    ask(replace(ASK, deployment="my text?"))
    (request,) = azure.requests
    assert request.target == f"/openai/deployments/my%20text%3F/completions?api-version={VERSION}"
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "prompt": "Hi",
        "max_tokens": 256,
        "temperature": 1.0,
        "top_p": 1.0,
        "n": 1,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "stream": True,
    }


def test_options_are_sent_when_they_are_set() -> None:
    options: dict[str, Any] = {
        "best_of": 3,
        "logprobs": 0,
        "echo": True,
        "suffix": "end",
        "seed": 0,
        "user": "u",
    }
    sent = body(replace(ASK, stop=("a", "b"), logit_bias=(("50256", -100.0),), **options), VERSION)
    assert {name: sent[name] for name in options} == options
    assert (sent["stop"], sent["logit_bias"]) == (["a", "b"], {"50256": -100.0})


@pytest.mark.parametrize(
    ("version", "counts"),
    [
        (VERSION, False),
        ("2024-06-01", False),
        ("2024-10-21", True),
        ("2025-03-01-preview", False),
        ("v1", True),
        ("preview", True),
    ],
)
def test_tokens_are_asked_for_where_the_version_has_that(version: str, counts: bool) -> None:
    assert body(ASK, version).get("stream_options") == ({"include_usage": True} if counts else None)


@pytest.mark.parametrize("prompt", ["é\u2028\0\U0001f600", "\ud800 alone", '"; rm -rf', "\u202e", " "])
def test_any_prompt_arrives_as_it_was(azure: Upstream, ask: Ask, prompt: str) -> None:
    ask(replace(ASK, prompt=prompt))
    assert azure.requests[0].json["prompt"] == prompt


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 200_001}, "200,001 characters"),
        ({"deployment": ""}, "deployment"),
        ({"api_version": "latest"}, "API version"),
        ({"api_version": "v2"}, "API version"),
        ({"api_version": "2024-10-21\n"}, "API version"),
        ({"stop": ("a",) * 5}, "5 stop sequences"),
        ({"n": 0}, "number of completions"),
        ({"n": 129}, "number of completions"),
        ({"max_tokens": 0}, "maximum length"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": float("nan")}, "temperature must be a number from 0 to 2"),
        ({"top_p": float("inf")}, "Top P must be a number from 0 to 1"),
        ({"presence_penalty": float("-inf")}, "presence penalty must be a number"),
        ({"frequency_penalty": float("nan")}, "frequency penalty must be a number"),
        ({"top_p": -0.1}, "Top P"),
        ({"presence_penalty": 2.1}, "penalty"),
        ({"frequency_penalty": -2.1}, "penalty"),
    ],
)
def test_what_the_service_would_refuse_is_refused_here(change: dict[str, Any], word: str) -> None:
    with pytest.raises(Invalid, match=word):
        check(replace(ASK, **change))


@pytest.mark.parametrize(
    "change",
    [{"prompt": "x" * 200_000}, {"stop": ("a",) * 4}, {"n": 128}, {"max_tokens": 1}, {"temperature": 0}]
    + [{"temperature": 2, "top_p": 0, "presence_penalty": -2, "frequency_penalty": 2}, {"prompt": " "}]
    + [{"api_version": version} for version in ("v1", "preview", "2024-10-21", "2022-06-01-preview", None)],
)
def test_the_limits_themselves_are_allowed(change: dict[str, Any]) -> None:
    check(replace(ASK, **change))


# -- coming in


def test_the_headers_come_before_any_text(azure: Upstream, ask: Ask) -> None:
    blocks = ask()
    assert (blocks[0].chunks, blocks[0].done) == ((), False)
    assert blocks[0].headers["apim-request-id"].startswith("fake-")
    assert (text(blocks), blocks[-1].done) == (" Hello from the fake", True)


def test_a_stream_cut_at_any_byte_gives_the_same_text(azure: Upstream, ask: Ask) -> None:
    reply = sse(chunk(" é\u2028"), chunk("😀", finish="stop"), newline="\r\n")
    data = b"".join(reply.pieces or ())
    for at in range(1, len(data), 3):
        azure.enqueue("completions", replace(reply, pieces=[data[:at], data[at:]]))
        blocks = ask()
        assert (text(blocks), blocks[-1].done) == (" é\u2028😀", True), at


@pytest.mark.parametrize(
    "reply",
    [
        sse(chunk(" Hi"), newline="\r"),
        sse(b": comment\n\n", chunk(" Hi"), b": comment\n\n"),
        sse(json.dumps(chunk(" Hi"), indent=1)),
        sse(b"data:" + json.dumps(chunk(" Hi")).encode() + b"\n\n", "[DONE] really", done=False),
        replace(sse(chunk(" Hi")), headers={"content-type": "text/plain"}),
        replace(sse(chunk(" Hi")), headers={}),
        replace(sse(chunk(" Hi")), gzip=True),
        replace(sse(chunk(" Hi"), "[DONE]", chunk(" more"))),
        Reply(200, chunk(" Hi")),
        sse(chunk(" Hi"), until_close=True),
        sse(chunk(" Hi"), drip=True),
        sse(chunk(" Hi"), stop_after=WHOLE, hang=True),
    ],
)
def test_streams_that_look_different_say_the_same(azure: Upstream, ask: Ask, reply: Reply) -> None:
    azure.enqueue("completions", reply)
    blocks = ask()
    assert (text(blocks), blocks[-1].done) == (" Hi", True)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_an_answer_that_was_asked_for_whole_is_read_whatever_its_type(
    azure: Upstream, ask: Ask, kind: str
) -> None:
    azure.enqueue("completions", Reply(200, json.dumps(chunk(" Hi")), {"content-type": kind}))
    assert text(ask(replace(ASK, best_of=3))) == " Hi"


def test_a_stream_without_the_end_mark_is_not_done(azure: Upstream, ask: Ask) -> None:
    azure.enqueue("completions", sse(chunk(" Hi"), b"data: {", done=False))
    blocks = ask()
    assert (text(blocks), blocks[-1].done) == (" Hi", False)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (sse(chunk(" a"), done=False, stop_after=WHOLE, reset=True), OutcomeUnknown),
        (sse(chunk(" a"), done=False, stop_after=WHOLE), OutcomeUnknown),
        (sse(chunk(" a"), "not json"), BadReply),
        (sse(chunk(" a"), "[1]"), BadReply),
        (sse(chunk(" a"), '{"choices": [], "choices": []}'), BadReply),
    ],
)
def test_what_came_before_a_break_is_handed_out(azure: Upstream, ask: Ask, reply: Reply, kind: Any) -> None:
    pieces = b"".join(reply.pieces or ())
    azure.enqueue("completions", replace(reply, pieces=[pieces]))  # all in one read
    seen: list[Block] = []
    with pytest.raises(kind):
        ask(ASK, seen)
    assert text(seen) == " a"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, "<html>Welcome to the airport</html>", {"content-type": "text/html"}),
        Reply(200, ""),
        Reply(204),
        sse(b": nothing\n\n", done=False),
    ],
)
def test_an_answer_that_says_nothing_is_a_bad_reply(azure: Upstream, ask: Ask, reply: Reply) -> None:
    azure.enqueue("completions", reply)
    with pytest.raises(BadReply, match="without saying anything"):
        ask()


def test_a_blocked_prompt_is_an_error_and_no_block(azure: Upstream, ask: Ask) -> None:
    azure.enqueue("completions", prompt_blocked())
    seen: list[Block] = []
    with pytest.raises(Filtered):
        ask(ASK, seen)
    assert seen == []


def test_a_blocked_read_can_be_woken(azure: Upstream) -> None:
    azure.enqueue("completions", sse(prompt_chunk(), done=False, stop_after=WHOLE, hang=True))
    client = Azure(Settings(endpoint=azure.url, keys=(Secret("key"),)))
    run = Run(ME, ASK, None)
    with pytest.raises(HungUp):
        for _ in client.stream(ASK, run):
            run.stop()
    assert azure.requests[0].aborted.wait(5)
