"""Events come out the same however the bytes were cut and whichever line ends were used."""

import json

import pytest

from services.azure.sse import SSEDecoder

TEXT = json.dumps({"text": "é\u2028\u0085😀\x0b"}, ensure_ascii=False)
STREAM = (
    ": a comment\n\n"
    f"data: {TEXT}\n\n"
    "data:no space\n\n"
    "event: odd\nid: 7\nretry: 5\ndata: first\ndata:  second\ndata\n\n"
    "\n\n"
    "data: [DONE]\n\n"
)
EVENTS = [TEXT, "no space", "first\n second\n", "[DONE]"]


def decode(*blocks: bytes) -> list[str]:
    decoder = SSEDecoder()
    return [event for block in blocks for event in decoder.feed(block)]


@pytest.mark.parametrize("newline", ["\n", "\r", "\r\n"])
def test_a_stream_cut_at_any_byte_gives_the_same_events(newline: str) -> None:
    data = STREAM.replace("\n", newline).encode()
    assert decode(data) == EVENTS
    for at in range(len(data) + 1):
        assert decode(data[:at], b"", data[at:]) == EVENTS, at
    assert decode(*(data[i : i + 1] for i in range(len(data)))) == EVENTS


@pytest.mark.parametrize("newline", ["\n", "\r", "\r\n"])
def test_an_event_is_handed_out_with_its_blank_line(newline: str) -> None:
    end = newline.encode()
    decoder = SSEDecoder()
    assert decoder.feed(b"data: a" + end) == []
    assert decoder.feed(end) == ["a"]


@pytest.mark.parametrize("rest", ["", "d", "data: [DO", "data: [DONE]", "data: [DONE]\n", "data: [DONE]\r\n"])
def test_a_half_event_is_no_event(rest: str) -> None:
    assert decode(b"data: a\n\n", rest.encode()) == ["a"]


def test_a_line_separator_inside_json_stays_inside_it() -> None:
    assert json.loads(decode(STREAM.encode())[0]) == {"text": "é\u2028\u0085😀\x0b"}


def test_bytes_that_are_not_utf8_are_marked() -> None:
    assert decode(b"data: a\xff\xe2\x82b\n\n") == ["a\ufffd\ufffdb"]


def test_a_byte_order_mark_hides_nothing() -> None:
    data = b"\xef\xbb\xbfdata: a\n\n"
    assert [decode(data[:at], data[at:]) for at in range(len(data))] == [["a"]] * len(data)


def test_an_event_may_be_large() -> None:
    data = b"data: " + b"x" * 2**20 + b"\n\n"
    assert decode(*(data[i : i + 65_536] for i in range(0, len(data), 65_536))) == ["x" * 2**20]


def test_mixed_line_ends_are_lines() -> None:
    assert decode(b"data: a\r\rdata: b\r\n\ndata: c\n\r\n") == ["a", "b", "c"]
