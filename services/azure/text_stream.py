"""The answer to a completion or a chat completion, as it is written."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from services.azure.body import parse_object
from services.azure.headers import request_id
from services.azure.resource import JSON_CAP, Call, Resource
from services.azure.sse import events
from services.errors import BadReply

STREAM_CAP = 256 * 2**20  # bytes: each token comes with up to 1 kB of its own, each choice with its tokens


@dataclass(frozen=True, slots=True)
class Block:
    """Some of a stream: the response headers, which come first and alone; the chunks that arrived together;
    whether `[DONE]` came; and what tells whether much more of it has arrived by now, or all the rest."""

    headers: Mapping[str, str]
    chunks: tuple[dict[str, Any], ...] = ()
    done: bool = False
    coming: Callable[[], bool] = lambda: True

    def ahead(self) -> bool:
        """Whether waiting for the next block would only hold it up."""
        return self.done or self.coming()


def stream(resource: Resource, call: Call) -> Generator[Block, None, None]:
    """Makes the call and yields its answer block by block.

    Reading goes on after a finish reason, because filter annotations may follow it, and ends at `[DONE]` or
    at the end of the stream.
    """
    with resource.open(call) as exchange:
        headers = exchange.headers
        yield Block(headers)
        kind = headers.get("content-type", "")
        if "json" in kind or not (call.target.body["stream"] or "event-stream" in kind):  # it comes whole
            whole = exchange.read(JSON_CAP).decode("utf-8", errors="replace")
            yield Block({}, (parse_object(resource.hide_keys(whole)),), done=True)
            return
        heard = False
        for arrived in events(exchange, JSON_CAP, STREAM_CAP):
            chunks: list[dict[str, Any]] = []
            for data in arrived:
                if data.startswith("[DONE]"):
                    yield Block({}, tuple(chunks), done=True)
                    return
                try:
                    chunks.append(parse_object(resource.hide_keys(data)))
                except BadReply:
                    yield Block({}, tuple(chunks))  # what came before it is kept
                    raise
            heard = True
            yield Block({}, tuple(chunks), coming=exchange.ahead)
        if not heard:
            raise BadReply(
                "The service ended its answer without saying anything.",
                advice=BadReply.ADVICE,
                request_id=request_id(headers),
            )
