"""The fake service does what its scripts say: each fault is seen by a real HTTP client."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import repeat
from typing import Any

import pytest
import requests
from PIL import Image
from requests.exceptions import ChunkedEncodingError, ConnectionError, ReadTimeout

from tests.azure_bodies import (
    IMAGE_BLOCKED,
    chunk,
    error,
    error_chunk,
    failed,
    generated,
    logprobs,
    moderation_blocked,
    operation,
    picture,
    policy_violation,
    prompt_blocked,
    prompt_chunk,
    safety,
    sse,
    submitted,
    succeeded,
    token_refused,
    usage_chunk,
)
from tests.azure_reply import WHOLE, Received, Reply
from tests.upstream import Upstream

VERSION = "?api-version=2023-06-01-preview"
SUBMIT = f"/openai/images/generations:submit{VERSION}"


@pytest.fixture
def azure() -> Iterator[Upstream]:
    with Upstream() as fake:
        yield fake


@pytest.fixture
def web() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def complete(web: requests.Session, azure: Upstream, stream: bool = False, **body: Any) -> requests.Response:
    url = f"{azure.url}/openai/deployments/text/completions{VERSION}"
    return web.post(url, json={"prompt": "Hi", "stream": stream, **body}, stream=stream, timeout=5)


def poll(web: requests.Session, azure: Upstream, op_id: str) -> requests.Response:
    return web.get(f"{azure.url}/openai/operations/images/{op_id}{VERSION}", timeout=5)


def events(reply: requests.Response) -> list[Any]:
    lines = [line.removeprefix(b"data: ") for line in reply.iter_lines() if line]
    return [line.decode() if line == b"[DONE]" else json.loads(line) for line in lines]


# -- unscripted


def test_a_completion_has_one_choice_per_prompt_and_n(azure: Upstream, web: requests.Session) -> None:
    reply = complete(web, azure, prompt=["a", "b"], n=2, echo=True, logprobs=1, max_tokens=2).json()
    assert [choice["index"] for choice in reply["choices"]] == [0, 1, 2, 3]
    assert [choice["text"] for choice in reply["choices"]] == ["a Hello from"] * 2 + ["b Hello from"] * 2
    assert {choice["finish_reason"] for choice in reply["choices"]} == {"length"}
    assert reply["choices"][0]["logprobs"] == logprobs([" Hello", " from"])
    assert reply["usage"]["total_tokens"] == 10


def test_a_stream_interleaves_choices_and_ends_with_usage(azure: Upstream, web: requests.Session) -> None:
    with complete(web, azure, stream=True, n=2, stream_options={"include_usage": True}) as reply:
        first, *chunks, usage, done = events(reply)
    assert first == prompt_chunk()
    assert [part["choices"][0]["index"] for part in chunks] == [0, 1] * 5
    assert "".join(part["choices"][0]["text"] for part in chunks[::2]) == " Hello from the fake"
    assert (usage, done) == (usage_chunk(1, 8), "[DONE]")


def test_a_picture_job_runs_then_gives_different_pictures(azure: Upstream, web: requests.Session) -> None:
    started = web.post(azure.url + SUBMIT, json={"prompt": "Cat", "n": 2}, timeout=5)
    where = started.headers["operation-location"]
    assert (started.status_code, started.json()["status"]) == (202, "notRunning")
    running = web.get(where, timeout=5)
    assert (running.json()["status"], running.headers["retry-after"]) == ("running", "1")
    urls = [item["url"] for item in web.get(where, timeout=5).json()["result"]["data"]]
    pictures = [web.get(url, timeout=5).content for url in urls]
    assert len(set(pictures)) == 2
    assert [Image.open(BytesIO(data)).size for data in pictures] == [(8, 8), (8, 8)]
    assert (web.delete(where, timeout=5).status_code, web.get(where, timeout=5).status_code) == (204, 404)
    assert [request.json["prompt"] for request in azure.bill] == ["Cat"]


def test_a_repeated_operation_id_is_one_job(azure: Upstream, web: requests.Session) -> None:
    def submit(prompt: str) -> int:
        headers = {"Operation-Id": "mine"}
        return web.post(azure.url + SUBMIT, json={"prompt": prompt}, headers=headers, timeout=5).status_code

    assert [submit("Cat"), submit("Cat"), submit("Dog")] == [202, 202, 400]
    assert (len(azure.received("submit")), len(azure.bill)) == (3, 1)
    assert poll(web, azure, "mine").json()["status"] == "running"


def test_only_known_keys_are_accepted(web: requests.Session) -> None:
    with Upstream(keys=["good"]) as azure:
        assert complete(web, azure).status_code == 401
        web.headers["api-key"] = "good"
        assert complete(web, azure).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["//openai/deployments/text/completions?api-version=1", "/openai/deployments/text/completions", "/%0A"],
)
def test_a_wrong_address_is_not_found(azure: Upstream, web: requests.Session, path: str) -> None:
    assert web.post(azure.url + path, json={"prompt": "Hi"}, timeout=5).status_code == 404


# -- scripted


def test_replies_are_used_in_order_then_the_usual_returns(azure: Upstream, web: requests.Session) -> None:
    azure.enqueue("completions", error("rate_limit", headers={"Retry-After": "1"}), {"choices": []})
    azure.enqueue("completions", lambda request: Reply(418, request.json["prompt"]))
    replies = [complete(web, azure) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [429, 200, 418, 200]
    assert replies[0].headers["retry-after"] == "1"
    assert replies[2].text == "Hi"


def test_the_ledger_keeps_what_arrived(azure: Upstream, web: requests.Session) -> None:
    web.get(f"{azure.url}/odd%20path?a=1&b=", headers={"X-Trace": "yes"}, timeout=5)
    (request,) = azure.requests
    assert (request.route, request.method, request.path) == ("other", "GET", "/odd path")
    assert (request.target, request.query) == ("/odd%20path?a=1&b=", {"a": "1", "b": ""})
    assert request.headers["x-trace"] == "yes"
    assert request.at <= time.monotonic()


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (error("wrong_key"), 401, "401"),
        (error("keys_disabled"), 403, "AuthenticationTypeDisabled"),
        (error("no_deployment"), 404, "DeploymentNotFound"),
        (error("rate_limit_short"), 429, "429"),
        (error("server_error"), 500, None),
        (prompt_blocked(), 400, "content_filter"),
        (prompt_blocked("inner_error"), 400, "content_filter"),
    ],
)
def test_errors_come_in_the_usual_envelope(
    azure: Upstream, web: requests.Session, reply: Reply, status: int, code: str | None
) -> None:
    azure.enqueue("completions", reply)
    got = complete(web, azure)
    assert (got.status_code, got.json()["error"]["code"]) == (status, code)
    assert "  " not in got.json()["error"]["message"]


def test_error_bodies_that_differ_in_shape() -> None:
    assert token_refused().body["statusCode"] == 401
    old, new = prompt_blocked().body["error"], prompt_blocked("inner_error").body["error"]
    assert old["innererror"]["content_filter_result"]["jailbreak"]["filtered"]
    assert new["inner_error"]["content_filter_results"]["jailbreak"]["filtered"]
    with pytest.raises(KeyError):
        error("no_such_error")


def test_bodies_of_chunks_and_operations() -> None:
    assert safety(hate="high")["hate"] == {"filtered": True, "severity": "high"}
    late = chunk(None, filters=safety(), offsets=(44, 0, 44))
    assert late["id"] == "" and "text" not in late["choices"][0]
    assert late["choices"][0]["content_filter_offsets"]["check_offset"] == 44
    assert "prompt_annotations" in prompt_chunk("prompt_annotations")
    assert error_chunk()["error"]["code"] == "429"
    assert operation("canceled")["status"] == "canceled"
    assert failed()["error"]["code"] == "contentFilter"
    assert succeeded("u", IMAGE_BLOCKED)["result"]["data"] == [{"url": "u"}, IMAGE_BLOCKED]
    assert succeeded("u", top_level=True)["data"] == [{"url": "u"}]


def test_events_may_be_json_text_or_bytes(azure: Upstream, web: requests.Session) -> None:
    azure.enqueue("completions", sse({"a": "é"}, "b\nc", b": note\r\r", done=False, newline="\r\n"))
    expected = b'data: {"a": "\xc3\xa9"}\r\n\r\ndata: b\r\ndata: c\r\n\r\n: note\r\r'
    assert complete(web, azure).content == expected


def test_a_submit_can_be_accepted_yet_answered_with_an_error(azure: Upstream, web: requests.Session) -> None:
    azure.enqueue("submit", error("server_error", billed=True), error("server_error"), Reply(reset=True))
    azure.enqueue("submit", submitted("op-7", "http://elsewhere/a", "http://elsewhere/b"))
    headers = {"Operation-Id": "mine"}
    assert web.post(azure.url + SUBMIT, json={}, headers=headers, timeout=5).status_code == 500
    assert web.post(azure.url + SUBMIT, json={}, timeout=5).status_code == 500
    with pytest.raises(ConnectionError):
        web.post(azure.url + SUBMIT, json={}, timeout=5)
    where = web.post(azure.url + SUBMIT, json={}, timeout=5).headers["operation-location"]
    assert where == "http://elsewhere/a, http://elsewhere/b"
    assert len(azure.bill) == 2
    assert [poll(web, azure, op_id).status_code for op_id in ("mine", "op-7", "other")] == [200, 200, 404]


# -- time


def test_held_requests_wait_until_released(azure: Upstream, web: requests.Session) -> None:
    azure.hold("completions")
    replies: list[requests.Response] = []
    caller = threading.Thread(target=lambda: replies.append(complete(web, azure)))
    caller.start()
    assert len(azure.wait_for("completions")) == 1
    azure.enqueue("completions", Reply(201))
    assert replies == []
    azure.release("completions")
    caller.join(5)
    assert replies[0].status_code == 201


def test_waiting_for_a_request_that_never_comes_fails(azure: Upstream) -> None:
    with pytest.raises(TimeoutError, match="0 of 1 requests on poll"):
        azure.wait_for("poll", timeout=0.01)


@pytest.mark.parametrize(
    ("reply", "least"),
    [
        (Reply(200, b"abcd", delay=0.06), 0.06),
        (Reply(200, pieces=[b"a", b"b", b"cd"], pause=0.03), 0.06),
        (Reply(200, b"abcd", drip=True, pause=0.02), 0.06),
        (Reply.raw(b"HTTP/1.0 200 OK\r\n\r\nabcd", drip=True, pause=0.003), 0.06),
    ],
)
def test_slow_replies_take_their_time(
    azure: Upstream, web: requests.Session, reply: Reply, least: float
) -> None:
    azure.enqueue("completions", reply)
    begun = time.monotonic()
    assert complete(web, azure).content == b"abcd"
    assert time.monotonic() - begun >= least


# -- the wire


@pytest.mark.parametrize(
    ("reply", "header"),
    [
        (Reply(200, b"abcd"), ("content-length", "4")),
        (Reply(200, b"abcd", chunked=True), ("transfer-encoding", "chunked")),
        (Reply(200, pieces=[b"ab", b"cd"]), ("transfer-encoding", "chunked")),
        (Reply(200, pieces=[b"ab", b"cd"], chunked=False), ("content-length", "4")),
        (Reply(200, b"abcd", gzip=True), ("content-encoding", "gzip")),
        (Reply(200, pieces=[b"ab", b"cd"], gzip=True), ("content-encoding", "gzip")),
        (Reply(200, b"abcd", until_close=True), ("content-length", None)),
        (Reply(200, b"abcdef", content_length=4), ("content-length", "4")),
        (Reply(200, b"abcd", [("X-Two", "1"), ("X-Two", "2")]), ("x-two", "1, 2")),
        (Reply.raw(b"HTTP/1.1 200 OK\nX-Odd: 1\n\nabcd"), ("x-odd", "1")),
    ],
)
def test_framing(
    azure: Upstream, web: requests.Session, reply: Reply, header: tuple[str, str | None]
) -> None:
    azure.enqueue("completions", reply)
    got = complete(web, azure)
    assert (got.content, got.headers.get(header[0])) == (b"abcd", header[1])
    assert complete(web, azure).status_code == 200


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(reset=True), ConnectionError),
        (Reply.raw(b""), ConnectionError),
        (Reply.raw(b"nonsense\r\n\r\n"), ConnectionError),
        (Reply(200, b"abcd", stop_after=2), ChunkedEncodingError),
        (Reply(200, b"abcd", stop_after=2, reset=True), (ConnectionError, ChunkedEncodingError)),
        (Reply(200, b"abcd", content_length=9), ChunkedEncodingError),
        (sse(chunk("a"), stop_after=WHOLE), ChunkedEncodingError),
    ],
)
def test_broken_replies(azure: Upstream, web: requests.Session, reply: Reply, expected: Any) -> None:
    azure.enqueue("completions", reply)
    with pytest.raises(expected):
        complete(web, azure)
    assert complete(web, azure).status_code == 200


def test_a_reply_may_stop_at_any_byte(azure: Upstream, web: requests.Session) -> None:
    for size in range(5):
        azure.enqueue("completions", Reply(200, b"abcd", stop_after=size, until_close=True))
        assert complete(web, azure).content == b"abcd"[:size]


@pytest.mark.parametrize("reply", [Reply(hang=True), Reply(200, b"abcd", stop_after=2, hang=True)])
def test_a_hanging_reply_outlasts_the_client(azure: Upstream, web: requests.Session, reply: Reply) -> None:
    azure.enqueue("other", reply)
    with pytest.raises((ReadTimeout, ConnectionError)):
        web.get(azure.url, timeout=0.05)
    assert azure.requests[0].aborted.wait(5)


# -- connections


@pytest.mark.parametrize(
    "reply",
    [
        sse(chunk(" Hello"), stop_after=WHOLE, hang=True),
        replace(sse(), pieces=repeat(b": endless\n\n")),
        sse(chunk(" Hello"), chunk(" there"), pause=60),
    ],
)
def test_a_stopped_stream_is_seen_as_aborted(azure: Upstream, web: requests.Session, reply: Reply) -> None:
    azure.enqueue("completions", reply)
    with complete(web, azure, stream=True) as stream:
        lines = stream.iter_lines()  # kept: a dropped iterator closes the connection
        assert next(lines)
        assert not azure.requests[0].aborted.is_set()
    assert azure.requests[0].aborted.wait(5)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/openai/deployments/draw/images/generations{VERSION}", {}),
        ("/openai/v1/images/generations", {"model": "draw"}),
    ],
)
def test_pictures_that_are_waited_for_come_inside_the_answer(
    azure: Upstream, web: requests.Session, path: str, body: Any
) -> None:
    reply = web.post(azure.url + path, json={"prompt": "A cat", "n": 2, **body}, timeout=5)
    assert reply.json() == generated(picture(0), picture(1))
    assert [request.route for request in azure.bill] == ["generation"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/openai/deployments/dall-e-3/images/generations{VERSION}", {}),
        ("/openai/v1/images/generations", {"model": "dall-e-3"}),
    ],
)
def test_dall_e_3_sends_a_link_and_the_prompt_it_drew(
    azure: Upstream, web: requests.Session, path: str, body: Any
) -> None:
    reply = web.post(azure.url + path, json={"prompt": "A cat", **body}, timeout=5)
    (item,) = reply.json()["data"]
    assert item["revised_prompt"] == "Revised: A cat"
    assert web.get(item["url"], timeout=5).content == picture(0)


def test_every_generation_that_is_accepted_is_billed(azure: Upstream, web: requests.Session) -> None:
    azure.enqueue("generation", error("bad_payload"), policy_violation(hate="high"), moderation_blocked())
    url = f"{azure.url}/openai/v1/images/generations"
    replies = [web.post(url, json={"prompt": "A cat", "model": "draw"}, timeout=5) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [400, 400, 400, 200, 200]
    assert len(azure.bill) == 2


def test_a_client_that_leaves_at_the_done_mark_has_not_aborted(azure: Upstream) -> None:
    azure.enqueue("completions", sse(chunk(" Hello"), pause=0.02))
    with requests.Session() as web, complete(web, azure, stream=True) as stream:
        lines = stream.iter_lines(chunk_size=1)
        while next(lines) != b"data: [DONE]":
            pass
    azure.close()
    assert not azure.requests[0].aborted.is_set()


def test_a_connection_is_reused_and_a_finished_one_is_not_aborted(azure: Upstream) -> None:
    with requests.Session() as web:
        for _ in range(3):
            complete(web, azure)
        azure.enqueue("completions", sse(chunk(" Hello"), pause=0.02))
        stream = complete(web, azure, stream=True)
        assert b"[DONE]" in stream.content
        assert len(azure._connections) == 1
    requests.get(azure.url, headers={"Connection": "close"}, timeout=5)
    azure.close()
    assert not any(request.aborted.is_set() for request in azure.requests)


def test_closing_ends_threads_and_refuses_connections(web: requests.Session) -> None:
    before = threading.active_count()
    azure = Upstream()
    azure.hold("poll")
    azure.enqueue("completions", Reply(hang=True))
    outcomes: list[str] = []

    def call(path: str) -> None:
        try:
            requests.post(azure.url + path, json={}, timeout=9)
        except ConnectionError as problem:
            outcomes.append(type(problem).__name__)

    caller = threading.Thread(target=call, args=[f"/openai/v1/completions{VERSION}"])
    caller.start()
    received: tuple[Received, ...] = azure.wait_for("completions")
    begun = time.monotonic()
    azure.close()
    azure.close()
    caller.join(5)
    assert time.monotonic() - begun < 1
    assert outcomes == ["ConnectionError"] and not received[0].aborted.is_set()
    assert threading.active_count() == before
    with pytest.raises(ConnectionError):
        web.get(azure.url, timeout=5)
