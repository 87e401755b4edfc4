"""What arrived at the fake service, and what it answers: one reply, whole or broken in a chosen way."""

import json
import sys
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import responses
from typing import Any, Self

Json = dict[str, Any]
WHOLE = sys.maxsize  # for stop_after: the whole body, but not the mark that ends it


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it arrived; header names are lower-case, `at` is monotonic seconds."""

    route: str
    method: str
    target: str  # as sent, still percent-encoded
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: float
    aborted: threading.Event = field(default_factory=threading.Event)  # client left before the reply ended

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply and how it is broken; `pieces` (endless if you like) replace `body` and go chunked."""

    status: int = 200
    body: Any = b""  # bytes, text, or anything else as JSON
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = ()
    reason: str | None = None
    delay: float = 0  # seconds before the status line
    pieces: Iterable[bytes] | None = None
    pause: float = 0  # seconds between two pieces
    drip: bool = False  # every byte of the body is a piece
    chunked: bool | None = None
    content_length: int | None = None  # a lie
    until_close: bool = False  # neither length nor chunks: the body ends with the connection
    gzip: bool = False
    stop_after: int | None = None  # bytes of body, then close, `reset` or `hang`
    reset: bool = False  # without `stop_after`: instead of any reply
    hang: bool = False  # likewise
    billed: bool | None = None  # whether a submit was accepted; None: when the client is told 2xx
    verbatim: bytes | None = None

    @classmethod
    def raw(cls, data: bytes, **faults: Any) -> Self:
        """Sends exactly these bytes, then closes, or as `faults` say: `hang` or `reset` come after them."""
        return cls(verbatim=data, until_close=True, **{"billed": False, "stop_after": WHOLE, **faults})

    @property
    def silent(self) -> bool:
        return self.stop_after is None and (self.reset or self.hang)

    @property
    def keeps_alive(self) -> bool:
        broken = self.until_close or self.reset or self.hang
        return not broken and self.stop_after is None and self.content_length is None

    @property
    def accepts(self) -> bool:
        return self.status // 100 == 2 and not self.silent if self.billed is None else self.billed

    @property
    def ending(self) -> bytes:
        return b"0\r\n\r\n" if self._in_chunks and self.stop_after is None else b""

    @property
    def _in_chunks(self) -> bool:
        framed = self.until_close or self.content_length is not None
        return (self.pieces is not None and not framed) if self.chunked is None else self.chunked

    def _payload(self) -> Iterable[bytes]:
        body = self.body if self.verbatim is None else self.verbatim
        if not isinstance(body, bytes):
            text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
            body = text.encode("utf-8", "backslashreplace")  # a lone surrogate becomes its JSON escape
        pieces = [body] if self.pieces is None else self.pieces
        return _gzipped(pieces) if self.gzip else pieces

    def head(self, request_id: str) -> bytes:
        """The status line and headers; the caller's own headers win over the usual ones."""
        pairs = list(self.headers.items() if isinstance(self.headers, Mapping) else self.headers)
        usual = {"apim-request-id": request_id, "content-type": "application/json"}
        if isinstance(self.body, bytes | str):
            del usual["content-type"]
        if self.gzip:
            usual["content-encoding"] = "gzip"
        if self.content_length is not None:  # else the client may reuse what is about to close
            usual["connection"] = "close"
        if self._in_chunks:
            usual["transfer-encoding"] = "chunked"
        elif not self.until_close and self.status != 204:
            told = self.content_length
            usual["content-length"] = str(sum(map(len, self._payload())) if told is None else told)
        given = {name.lower() for name, _ in pairs}
        pairs += [(name, value) for name, value in usual.items() if name not in given]
        reason = self.reason or responses.get(self.status, "Odd")
        lines = [f"HTTP/1.1 {self.status} {reason}", *(f"{name}: {value}" for name, value in pairs)]
        return "\r\n".join([*lines, "", ""]).encode("utf-8")

    def frames(self) -> Iterator[bytes]:
        """The body as it goes on the wire, one item per piece."""
        left = WHOLE if self.stop_after is None else self.stop_after
        for piece in self._payload():
            sent = piece[:left]
            for part in (sent[i : i + 1] for i in range(len(sent))) if self.drip else filter(None, [sent]):
                yield b"%x\r\n%b\r\n" % (len(part), part) if self._in_chunks else part
            left -= len(sent)


def _gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    squeeze = zlib.compressobj(wbits=31)
    for piece in pieces:
        yield squeeze.compress(piece) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    yield squeeze.flush()
