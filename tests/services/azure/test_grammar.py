"""Valid answers, mutated in every way a grammar can: understood or refused in words, and nothing else."""

import contextlib
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.azure import images
from services.azure.body import parse_object
from services.azure.headers import retry_after
from services.azure.refusals import refusal, stream_error
from services.azure.resource import Call, Reply
from services.azure.retry import POLICIES
from services.azure.snapshots import SnapshotBuilder
from services.azure.sse import SSEDecoder
from services.azure.text_stream import Block
from services.azure.versions import Target
from services.errors import BadReply, ServiceError, error_from_json
from tests.azure_bodies import (
    chat_chunk,
    choice,
    chunk,
    completion,
    error,
    error_chunk,
    generated,
    logprobs,
    operation,
    prompt_blocked,
    prompt_chunk,
    safety,
    succeeded,
    usage_chunk,
)

CHUNKS: list[dict[str, Any]] = [
    prompt_chunk(),
    chunk(" Hello"),
    completion(choice(" there", 1, filters=safety(), logprobs=logprobs([" there"]))),
    chat_chunk("", 0, "stop"),
    chat_chunk(" Hé\u2028llo"),
    chunk("", finish="content_filter", filters=safety(violence="high")),
    usage_chunk(4, 16),
    error_chunk(),
]
OPERATIONS: list[dict[str, Any]] = [
    operation("running", "op"),
    succeeded("https://a.blob.core.windows.net/p.png?sig=x"),
    operation("failed", "op") | {"error": {"code": "contentFilter", "message": "No."}},
    generated(b"png"),
]
REFUSALS = [error("rate_limit").body, prompt_blocked().body, error("resource_blocked").body]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["\ud800", "\0", "\u202e", "sig=x", "9" * 40, "stop", "failed"])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
usual = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def mutations(value: Any) -> st.SearchStrategy[Any]:
    """The value with any of its parts replaced, left out, doubled or wrapped."""

    @st.composite
    def changed(draw: st.DrawFn, value: Any) -> Any:
        what = draw(st.integers(0, 9))
        if what == 0:
            return draw(anything)
        if what == 1:
            return [value]
        if isinstance(value, dict):
            kept = {name: draw(changed(item)) for name, item in value.items() if draw(st.integers(0, 9))}
            return kept | (
                draw(st.dictionaries(st.text(max_size=5), anything, max_size=1)) if what == 2 else {}
            )
        if isinstance(value, list):
            items = [draw(changed(item)) for item in value]
            return items * 2 if what == 2 else items
        return value

    return changed(value)


def written(bodies: list[dict[str, Any]]) -> st.SearchStrategy[Any]:
    return st.sampled_from(bodies).flatmap(mutations)


@st.composite
def split(draw: st.DrawFn, data: bytes) -> list[bytes]:
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def events(values: list[Any], end: str) -> bytes:
    return "".join(f"data: {json.dumps(value)}{end}{end}" for value in values).encode()


def shown(blocks: Iterator[bytes]) -> list[str]:
    """The text of each answer, whatever else the stream says."""
    decoder, builder, before = SSEDecoder(), SnapshotBuilder(), [""] * 99
    try:
        for block in blocks:
            for data in decoder.feed(block):
                snapshot = builder.add(Block({}, (parse_object(data),), done=False))
                assert all(a.text.startswith(b) for a, b in zip(snapshot.choices, before, strict=False))
    except ServiceError as failed:
        assert str(failed)
        json.dumps(failed.to_json()).encode()
    snapshot = builder.snapshot(complete=True)
    texts = [choice.text for choice in snapshot.choices]
    "".join(texts).encode()  # nothing that neither UTF-8 nor SQLite could hold
    return texts


@usual
@given(st.data(), st.lists(written(CHUNKS), max_size=6), st.sampled_from(["\n", "\r", "\r\n"]))
def test_any_stream_is_understood_alike_wherever_it_is_split(
    data: st.DataObject, values: list[Any], end: str
) -> None:
    raw = events(values, end)
    assert shown(iter(data.draw(split(raw)))) == shown(iter([raw]))


@usual
@given(
    st.lists(st.sampled_from(CHUNKS), min_size=1, max_size=4),
    st.binary(min_size=1, max_size=4),
    st.integers(0),
)
def test_any_bytes_may_stand_in_a_stream(values: list[Any], noise: bytes, at: int) -> None:
    raw = events(values, "\n")
    place = at % len(raw)
    shown(iter([raw[:place] + noise + raw[place:]]))


@usual
@given(st.sampled_from(CHUNKS + OPERATIONS), st.binary(max_size=4), st.integers(0), st.integers(0, 5))
def test_any_bytes_may_stand_in_a_body(value: dict[str, Any], noise: bytes, at: int, gone: int) -> None:
    raw = json.dumps(value).encode()
    place = at % len(raw)
    try:
        assert isinstance(parse_object(raw[:place] + noise + raw[place + gone :]), dict)
    except BadReply as failed:
        assert failed.advice or str(failed)


CALL = Call("POST", Target("/", None), POLICIES.generation)


class Canned:
    """A resource that always says the same."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def send(self, call: object) -> Reply:
        return Reply(200, {}, self._body)

    def read(self, exchange: object, cap: int) -> Reply:
        return Reply(200, {}, self._body)

    @contextlib.contextmanager
    def open(self, call: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(status=200, headers={"content-type": "application/json"})


@usual
@given(written(OPERATIONS))
def test_any_operation_is_understood_or_refused_in_words(body: Any) -> None:
    if not isinstance(body, dict):
        return  # the parser has refused it
    for ask in (
        lambda: images.poll(Canned(body), CALL, "op"),  # type: ignore[arg-type]
        lambda: images.generate(Canned(body), CALL, print),  # type: ignore[arg-type]
    ):
        try:
            reply = ask()
        except BadReply as failed:
            assert str(failed)
        else:
            assert len(reply.status) <= 100
            assert all(p.url or p.content is not None or p.filter or p.error for p in reply.pictures)


@usual
@given(written(REFUSALS), st.integers(300, 999), st.text())
def test_any_refusal_has_a_sentence_and_survives_the_store(body: Any, status: int, value: str) -> None:
    text = json.dumps(body)
    for failed in (
        refusal(status, {"retry-after": value, "apim-request-id": value}, text),
        stream_error(body if isinstance(body, dict) else {}, value),
    ):
        assert str(failed)
        kept = json.loads(json.dumps(failed.to_json()).encode())
        assert str(error_from_json(kept)) == str(failed)


@usual
@given(st.text() | st.floats().map(str) | st.integers().map(str))
def test_any_wait_is_a_number_of_seconds_or_none(value: str) -> None:
    for headers in ({"retry-after": value}, {"retry-after-ms": value}):
        wait = retry_after(headers)
        assert wait is None or 0 <= wait < 10_000_000


@pytest.mark.parametrize("value", CHUNKS + OPERATIONS)
def test_the_grammar_begins_with_what_is_understood(value: dict[str, Any]) -> None:
    assert parse_object(json.dumps(value)) == value
