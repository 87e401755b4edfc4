"""Answers that are none: what a network, a proxy or a broken server sends in place of HTTP."""

from itertools import chain, repeat

from tests.azure_reply import Reply

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
BODY = {"id": "op", "status": "running", "choices": [{"text": "x" * 100, "index": 0}], "data": []}


def dripping(*pieces: bytes) -> Reply:
    """These bytes, the last of them over and over."""
    endless = chain(pieces[:-1], repeat(pieces[-1]))
    return Reply(200, pieces=endless, until_close=True, pause=0.02, verbatim=b"", billed=False)


BROKEN = {
    "reset": Reply(reset=True),
    "closed": Reply.raw(b""),
    "nonsense": Reply.raw(b"nonsense\r\n\r\n"),
    "nul bytes": Reply.raw(b"\0" * 100),
    "tls in place of http": Reply.raw(b"\x15\x03\x01\x00\x02\x02\x28"),
    "half a status line": Reply.raw(b"HTTP/1.1 2"),
    "half a header": Reply.raw(OK + b"Content-Ty"),
    "status is a word": Reply.raw(b"HTTP/1.1 fine OK\r\n\r\n{}"),
    "status 99": Reply.raw(b"HTTP/1.1 099 Low\r\n\r\n{}"),
    "status 1000": Reply.raw(b"HTTP/1.1 1000 High\r\n\r\n{}"),
    "unknown version": Reply.raw(b"HTTX/9.9 200 OK\r\n\r\n{}"),
    "status line without end": Reply.raw(b"HTTP/1.1 200 " + b"a" * 100_000),
    "header without end": Reply.raw(OK + b"X-Long: " + b"a" * 100_000),
    "too many headers": Reply.raw(OK + b"".join(b"X-%d: y\r\n" % at for at in range(500)) + b"\r\n{}"),
    "two lengths": Reply.raw(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"),
    "interim answers only": Reply.raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3),
    "short body": Reply(200, BODY, stop_after=9, billed=False),
    "short body, reset": Reply(200, BODY, stop_after=9, reset=True, billed=False),
    "length beyond the body": Reply(200, BODY, content_length=5_000, billed=False),
    "chunk cut": Reply(200, BODY, chunked=True, stop_after=9, billed=False),
    "no last chunk": Reply.raw(CHUNKED + b"5\r\nhello\r\n"),
    "chunk size is a word": Reply.raw(CHUNKED + b"five\r\nhello\r\n0\r\n\r\n"),
    "chunk size is negative": Reply.raw(CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n"),
    "chunk size is huge": Reply.raw(CHUNKED + b"FFFFFFFFFFFFFFF\r\nhello"),
    "not gzip": Reply(200, b"not gzip at all", {"content-encoding": "gzip"}, billed=False),
    "half of a gzip": Reply(200, BODY, gzip=True, stop_after=12, billed=False),
}

SILENT = {
    "silence": Reply(hang=True),
    "silence in the status line": Reply.raw(b"HTTP/1.1 2", hang=True),
    "silence in the headers": Reply.raw(OK + b"Content-Type: te", hang=True),
    "silence after an interim answer": Reply.raw(b"HTTP/1.1 100 Continue\r\n\r\n", hang=True),
    "silence before the body": Reply.raw(OK + b"Content-Length: 9\r\n\r\n", hang=True),
    "silence in the body": Reply(200, BODY, stop_after=9, hang=True, billed=False),
    "a status line that drips": dripping(b"H"),
    "headers that drip": dripping(OK + b"X-A: ", b"b"),
    "interim answers for ever": dripping(b"HTTP/1.1 102 Processing\r\n\r\n"),
    "a body that drips": dripping(OK + b"\r\n", b" "),
    "chunk sizes that drip": dripping(CHUNKED, b"0"),
    "trailers that drip": dripping(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n"),
}
