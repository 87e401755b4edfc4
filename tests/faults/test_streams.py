"""Streams that break, and waits: what was written is kept, and nobody is asked more often than agreed."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import repeat

import pytest

from services import RunState, Wait
from services.errors import Busy
from services.runs import Run
from tests.azure_bodies import chunk, error, error_chunk
from tests.azure_reply import WHOLE, Reply
from tests.faults.conftest import ASK, DRAW, DRAW_AT_ONCE, Playground
from tests.services.following import ME, wait

EVENTS = {"content-type": "text/event-stream"}


def raw(data: bytes) -> Reply:
    return Reply(200, data, EVENTS)


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def cut(data: bytes, **faults: bool) -> Reply:
    """These bytes, and the connection ends before the stream does."""
    return Reply(200, data, EVENTS, stop_after=WHOLE, chunked=True, **faults)


A, B = event(chunk(" A")), event(chunk(" B", finish="stop"))
DONE = b"data: [DONE]\n\n"

# name: reply, state, text, kind of error
STREAMS: dict[str, tuple[Reply, str, str | None, str | None]] = {
    "whole": (raw(A + B + DONE), "done", " A B", None),
    "no end mark": (raw(A + B), "done", " A B", None),
    "neither end mark nor reason": (raw(A), "incomplete", " A", None),
    "end mark twice": (raw(A + B + DONE + DONE), "done", " A B", None),
    "after the end mark": (raw(A + B + DONE + A + b"data: nonsense\n\n"), "done", " A B", None),
    "end mark with more": (raw(A + B + b"data: [DONE] bye\n\n"), "done", " A B", None),
    "end mark without blank": (raw(A + B + b"data:[DONE]\n\n"), "done", " A B", None),
    "half an event at the end": (raw(A + b'data: {"choices": [{"text": " C"'), "incomplete", " A", None),
    "event without its blank line": (raw(A + B.rstrip(b"\n")), "incomplete", " A", None),
    "cr": (raw((A + B + DONE).replace(b"\n", b"\r")), "done", " A B", None),
    "crlf": (raw((A + B + DONE).replace(b"\n", b"\r\n")), "done", " A B", None),
    "no blanks": (raw((A + B + DONE).replace(b"data: ", b"data:")), "done", " A B", None),
    "comments": (raw(b": hi\n\n:\n" + A + b": ping\n\n" * 50 + B + DONE), "done", " A B", None),
    "other fields": (raw(b"id: 1\nretry: 5\nevent: x\n" + A + b"event:\n" + B + DONE), "done", " A B", None),
    "bom": (raw(b"\xef\xbb\xbf" + A + B + DONE), "done", " A B", None),
    "two data lines": (raw(A.replace(b'", ', b'",\ndata: ') + B + DONE), "done", " A B", None),
    "bad utf-8": (raw(A.replace(b"A", b"\xff\xfe") + B + DONE), "done", " \ufffd\ufffd B", None),
    "cut character": (raw(A.replace(b"A", b"\xf0\x9f") + B + DONE), "done", " \ufffd B", None),
    "lone surrogate": (raw(event(chunk(" \ud800")) + B + DONE), "done", " \ufffd B", None),
    "a megabyte": (raw(event(chunk("x" * 2**20)) + B + DONE), "done", "x" * 2**20 + " B", None),
    "many megabytes in small events": (
        Reply(200, headers=EVENTS, pieces=[event(chunk("") | {"x": "y" * 2**20})] * 11 + [A + B + DONE]),
        "done",
        " A B",
        None,
    ),
    "octet stream": (Reply(200, A + B + DONE, {"content-type": "a/b"}), "done", " A B", None),
    "no type": (Reply(200, A + B + DONE), "done", " A B", None),
    "gzip": (Reply(200, A + B + DONE, EVENTS, gzip=True), "done", " A B", None),
    "until close": (Reply(200, A + B + DONE, EVENTS, until_close=True), "done", " A B", None),
    "one byte at a time": (Reply(200, A + B + DONE, EVENTS, drip=True, chunked=True), "done", " A B", None),
    "no choices": (raw(A + event({}) + event({"choices": []}) + B + DONE), "done", " A B", None),
    "odd choices": (
        raw(A + event({"choices": None}) + event({"choices": [None, 5, [], {}]}) + B + DONE),
        "done",
        " A B",
        None,
    ),
    "odd index": (raw(event(chunk(" A") | {"x": 1}) + B + DONE), "done", " A B", None),
    "odd usage": (raw(A + event({"usage": {"total_tokens": -1}}) + B + DONE), "done", " A B", None),
    "error at once": (raw(event(error_chunk())), "failed", None, "Busy"),
    "error after text": (raw(A + event(error_chunk()) + DONE), "incomplete", " A", "Busy"),
    "error is a word": (raw(A + event({"error": "broken"})), "incomplete", " A", "Busy"),
    "nonsense after text": (raw(A + b"data: {nonsense\n\n" + B), "incomplete", " A", "BadReply"),
    "nan after text": (raw(A + b'data: {"a": NaN}\n\n' + B), "incomplete", " A", "BadReply"),
    "list after text": (raw(A + b"data: []\n\n" + B), "incomplete", " A", "BadReply"),
    "nothing": (raw(b""), "failed", None, "BadReply"),
    "only comments": (raw(b": a\n\n: b\n\n"), "failed", None, "BadReply"),
    "a page": (Reply(200, "<html>Log in</html>", {"content-type": "text/html"}), "failed", None, "BadReply"),
    "reset after text": (cut(A, reset=True), "incomplete", " A", "OutcomeUnknown"),
    "cut after text": (cut(A), "incomplete", " A", "OutcomeUnknown"),
    "reset before text": (cut(A[:3], reset=True), "failed", None, "OutcomeUnknown"),
    "without end": (Reply(200, headers=EVENTS, pieces=repeat(b":" * 2**18)), "failed", None, "BadReply"),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "state", "text", "kind"), STREAMS.values(), ids=STREAMS)
def test_a_stream(
    playground: Playground, reply: Reply, state: str, text: str | None, kind: str | None
) -> None:
    playground.azure.enqueue("completions", reply)
    run = playground.complete()
    said = [choice.text for choice in run.value.choices]
    assert (run.state.value, said) == (state, [] if text is None else [text])
    assert type(run.error).__name__ == (kind or "NoneType")
    assert len(playground.azure.requests) == 1


# -- waits


def soon(**headers: str) -> Reply:
    return error(
        "rate_limit_short", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


IMMEDIATE = {
    "zero": soon(retry_after="0"),
    "negative": soon(retry_after="-1"),
    "past date": soon(retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
    "half a second": soon(retry_after="0.2"),
    "milliseconds": soon(retry_after_ms="100"),
    "milliseconds win": soon(retry_after="86400", retry_after_ms="50"),
    "503": Reply(503, "", {"retry-after": "0"}),
}


@pytest.mark.parametrize("reply", IMMEDIATE.values(), ids=IMMEDIATE)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_busy_service_is_asked_three_times_at_most(
    playground: Playground, reply: Reply, times: int
) -> None:
    playground.azure.enqueue("completions", *[reply] * times)
    run = playground.complete()
    assert (run.state.value, len(playground.azure.requests)) == (
        "done" if times < 3 else "failed",
        min(times + 1, 3),
    )
    assert times < 3 or isinstance(run.error, Busy)


FAR = {
    "a day": (soon(retry_after="86400"), "Try again in 24 h."),
    "a minute": (soon(retry_after="60"), "Try again in 60 s."),
    "an hour": (soon(retry_after="3600"), "Try again in 60 min."),
    "just too long": (soon(retry_after="30.01"), "Try again in 30 s."),
    "date": (soon(retry_after=date(9_000)), "Try again in 2 h."),
    "milliseconds": (soon(retry_after="1", retry_after_ms="90000"), "Try again in 90 s."),
}


@pytest.mark.parametrize(("reply", "advice"), FAR.values(), ids=FAR)
def test_a_service_that_asks_for_long_is_not_waited_for(
    playground: Playground, reply: Reply, advice: str
) -> None:
    playground.azure.enqueue("completions", reply)
    run = playground.complete()
    assert (run.state, len(playground.azure.requests)) == (RunState.FAILED, 1)
    assert run.error is not None and run.error.advice == advice


@pytest.mark.parametrize("value", ["inf", "nan", "1e309", "", "soon", "3, 4", "0x10"])
def test_a_wait_that_is_no_number_is_a_pause_of_our_own(playground: Playground, value: str) -> None:
    """Here the message names no time either."""
    headers = {
        "retry-after": value.encode().decode("latin-1"),
        "retry-after-ms": value.encode().decode("latin-1"),
    }
    playground.azure.enqueue(
        "completions", Reply(429, {"error": {"code": "429", "message": "Slow."}}, headers)
    )
    run = playground.services.complete(ME, ASK)
    found = first_wait(run)
    assert found is None or found.until <= wall() + 0.5
    wait(lambda: run.ended, 20)
    assert len(playground.azure.requests) == 2


@pytest.mark.parametrize("request_", [DRAW, DRAW_AT_ONCE], ids=["submit", "generation"])
@pytest.mark.parametrize("name", ["zero", "503", "milliseconds"])
def test_a_picture_is_waited_for_too(playground: Playground, request_: object, name: str) -> None:
    route = "submit" if request_ is DRAW else "generation"
    playground.azure.enqueue(route, IMMEDIATE[name], IMMEDIATE[name])
    view = playground.draw(request_)  # type: ignore[arg-type]
    assert (view.state, len(playground.azure.received(route)), len(playground.azure.bill)) == (
        "succeeded",
        3,
        1,
    )


def test_a_host_that_refuses_connections_is_tried_three_times_and_named(playground: Playground) -> None:
    playground.spy.close()
    host = playground.spy.url.removeprefix("http://")
    resource = playground.services._azure._resource
    endpoint, resource.endpoint = resource.endpoint, playground.spy.url
    run = playground.complete()
    resource.endpoint = endpoint
    assert (run.state, str(run.error)) == (RunState.FAILED, f"Cannot reach {host}.")
    assert playground.azure.requests == ()


def first_wait(run: Run[object]) -> Wait | None:
    wait(lambda: run.waiting is not None or run.ended)
    return run.waiting


def wall() -> float:
    return datetime.now(UTC).timestamp()
