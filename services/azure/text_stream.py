"""The answer to a completion or a chat completion, as it is written."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from services.azure.body import parse_object
from services.azure.refusals import request_id
from services.azure.resource import JSON_CAP, Call, Resource
from services.azure.sse import events
from services.errors import BadReply

STREAM_CAP = 256 * 2**20  # bytes: each token comes with up to 1 kB of its own, each choice with its tokens


@dataclass(frozen=True, slots=True)
class Block:
    """Some of a stream: the response headers, the chunks that arrived together, and whether `[DONE]` came."""

    headers: dict[str, str]
    chunks: tuple[dict[str, Any], ...]
    done: bool


def stream(resource: Resource, call: Call) -> Generator[Block, None, None]:
    """Makes the call and yields its answer block by block.

    Reading goes on after a finish reason, because filter annotations may follow it, and ends at `[DONE]` or
    at the end of the stream.
    """
    with resource.open(call) as exchange:
        headers = dict(exchange.headers)
        yield Block(headers, (), done=False)
        kind = headers.get("content-type", "")
        if "json" in kind or not (call.target.body["stream"] or "event-stream" in kind):  # it comes whole
            whole = exchange.read(JSON_CAP).decode("utf-8", errors="replace")
            yield Block(headers, (parse_object(resource.hide_keys(whole)),), done=True)
            return
        heard = False
        for arrived in events(exchange, JSON_CAP, STREAM_CAP):
            chunks: list[dict[str, Any]] = []
            for data in arrived:
                if data.startswith("[DONE]"):
                    yield Block(headers, tuple(chunks), done=True)
                    return
                try:
                    chunks.append(parse_object(resource.hide_keys(data)))
                except BadReply:
                    yield Block(headers, tuple(chunks), done=False)  # what came before it is kept
                    raise
            heard = True
            yield Block(headers, tuple(chunks), done=False)
        if not heard:
            raise BadReply(
                "The service ended its answer without saying anything.",
                advice="A proxy may stand in between, or the service is failing; try again.",
                request_id=request_id(headers),
            )
