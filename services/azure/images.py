"""The two image routes: submit and poll an operation, or wait for the pictures of a deployment.

Asynchronous: `POST …/images/generations:submit`, `GET …/operations/images/{id}` (Azure OpenAI quickstart for
image generation, and the 2023-06-01-preview specification, which disagree about where `data` stands and how a
status is spelt; both are read). Synchronous: `POST …/images/generations` (2024-10-21 and later, and v1).
"""

import base64
import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from services.azure.body import clean, mapping, sequence, whole
from services.azure.filters import FilterReport, FilterState, blocked_picture, is_filter_error, report
from services.azure.headers import request_id, retry_after
from services.azure.image_stream import collect
from services.azure.redaction import message, word
from services.azure.resource import Call, Reply, Resource
from services.endpoint import origin
from services.errors import BadReply

PICTURE_CAP = 36 * 2**20  # bytes of JSON a picture
SUCCEEDED = frozenset({"succeeded"})
FAILED = frozenset({"failed", "canceled", "cancelled", "deleted"})

ELSEWHERE = (
    "The service named a place outside your resource to ask at. It was not used: "
    "the operation is followed on your own endpoint."
)

_OPERATION_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


@dataclass(frozen=True, slots=True)
class Picture:
    """One entry of a result: a link, the bytes themselves, the filter's word, or the service's error."""

    url: str | None = None
    content: bytes | None = None
    filter: FilterReport | None = None
    error: str | None = None
    revised_prompt: str | None = None


@dataclass(frozen=True, slots=True)
class OperationReply:
    """One answer about an operation. status: exactly as received. expires: Unix seconds, a hint only."""

    id: str | None
    status: str
    http_status: int
    retry_after: float | None
    request_id: str | None
    pictures: tuple[Picture, ...] = ()
    expires: float | None = None
    filter: FilterReport | None = None
    error: str | None = None
    error_code: str | None = None
    notice: str | None = None
    usage: dict[str, int] | None = None


def submit(resource: Resource, call: Call) -> OperationReply:
    """Has a request accepted once. Raises OutcomeUnknown where the service may have accepted it unheard."""
    reply = resource.send(call)
    location, named, elsewhere = reply.headers.get("operation-location"), "", True
    with contextlib.suppress(ValueError):  # no address; the body may name the operation
        parts = urlsplit(location or "")
        named = parts.path.rsplit("/", 1)[-1]
        elsewhere = origin(parts) != resource.endpoint
    found = _operation(reply, fallback_id=named)
    return replace(found, notice=ELSEWHERE) if elsewhere and location is not None else found


def poll(resource: Resource, call: Call, operation_id: str) -> OperationReply:
    """Asks once about an operation, on the resource's own origin whatever `operation-location` said."""
    return _operation(resource.send(call), fallback_id=operation_id)


def generate(resource: Resource, call: Call, on_preview: Callable[[bytes], None]) -> OperationReply:
    """Asks a deployment for pictures and waits for them.

    Raises OutcomeUnknown where the service may have made them unheard.
    """
    with resource.open(call) as exchange:
        if "event-stream" in exchange.headers.get("content-type", ""):
            previews = call.target.body.get("partial_images", 0)
            streamed = collect(resource, exchange, on_preview, most=previews + 2)
            reply = Reply(exchange.status, exchange.headers, streamed)
        else:
            reply = resource.read(exchange, call.cap)
    error = mapping(reply.body.get("error"))
    return _outcome(reply, None, "failed" if error else "succeeded", sequence(reply.body.get("data")), error)


def _operation(reply: Reply, fallback_id: str) -> OperationReply:
    body = reply.body
    named = clean(body.get("id")) or fallback_id
    status = body.get("status")
    if status is None:
        raise BadReply("The service answered without a status.", request_id=request_id(reply.headers))
    error = mapping(body.get("error"))
    data = sequence(mapping(body.get("result")).get("data")) or sequence(body.get("data"))
    id = named if _OPERATION_ID.fullmatch(named) and named.strip(".") else None
    return _outcome(reply, id, word(status) or word(str(status)), data, error)


def _outcome(
    reply: Reply, id: str | None, status: str, data: list[Any], error: dict[str, Any]
) -> OperationReply:
    expires = whole(reply.body.get("expires"))
    return OperationReply(
        id=id,
        status=status,
        http_status=reply.status,
        retry_after=retry_after(reply.headers),
        request_id=request_id(reply.headers),
        pictures=tuple(_picture(mapping(item)) for item in data),
        expires=float(expires) if expires is not None and expires > 0 else None,
        filter=blocked_picture(error, FilterState.PROMPT_BLOCKED) if is_filter_error(error) else None,
        error=message(error.get("message")) or None,
        error_code=word(error.get("code")) or None,
        usage=_usage(mapping(reply.body.get("usage"))),
    )


def _usage(told: dict[str, Any]) -> dict[str, int] | None:
    """Tokens by name; those of `input_tokens_details` beside the others."""
    flat = told | mapping(told.get("input_tokens_details"))
    return {name: count for name, value in flat.items() if (count := whole(value)) is not None} or None


def _picture(item: Mapping[str, Any]) -> Picture:
    error = mapping(item.get("error"))
    if is_filter_error(error):
        return Picture(filter=blocked_picture(error, FilterState.IMAGE_BLOCKED))
    if error:
        return Picture(error=message(error.get("message")) or "The service gave no reason.")
    found = report("image", mapping(item.get("content_filter_results")), FilterState.IMAGE_BLOCKED)
    if found.state is FilterState.IMAGE_BLOCKED:
        return Picture(filter=found)
    revised = clean(item.get("revised_prompt")) or None
    if encoded := clean(item.get("b64_json")):
        try:
            return Picture(content=base64.b64decode(encoded, validate=True), revised_prompt=revised)
        except ValueError:  # not base64, or not even ASCII
            return Picture(error="The service sent a picture that cannot be decoded.")
    if url := clean(item.get("url")):
        return Picture(url=url, revised_prompt=revised)
    return Picture(error="The service gave no link for this picture.")
