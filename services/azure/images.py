"""The asynchronous image route: `POST …/images/generations:submit`, then `GET …/operations/images/{id}`.

Shapes: Azure OpenAI quickstart for image generation, and the 2023-06-01-preview specification. The two
disagree about where `data` stands and how a status is spelt; both are read.
"""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from services.azure.body import clean, mapping, sequence, whole
from services.azure.filters import FilterReport, FilterState, Finding, is_filter_error, report
from services.azure.refusals import BODY_SHOWN, request_id, retry_after
from services.azure.resource import POLL, SUBMIT, Call, Reply, Resource
from services.errors import BadReply, Invalid

SIZES = ("256x256", "512x512", "1024x1024")
MAX_PROMPT = 1_000
MAX_PICTURES = 5
SUCCEEDED = frozenset({"succeeded"})
FAILED = frozenset({"failed", "canceled", "cancelled", "deleted"})

_OPERATION_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """What to draw. n: number of pictures, 1–5. size: one of SIZES, pixels."""

    prompt: str
    n: int = 1
    size: str = "1024x1024"

    def to_json(self) -> dict[str, Any]:
        """Plain values, which are also the body the service takes."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Picture:
    """One entry of a result: a link, the filter's word, or the service's error."""

    url: str | None = None
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


def check(request: ImageRequest) -> None:
    """Raises Invalid, with the sentence for the person, where the service would refuse the request."""
    length = len(request.prompt)
    if not request.prompt:
        raise Invalid("Write a prompt first. Nothing was sent.")
    if length > MAX_PROMPT:
        raise Invalid(
            f"The prompt has {length:,} characters; image generation takes at most {MAX_PROMPT:,}. "
            "Shorten it. Nothing was sent."
        )
    if not 1 <= request.n <= MAX_PICTURES:
        raise Invalid(f"The number of images must be from 1 to {MAX_PICTURES}. Nothing was sent.")
    if request.size not in SIZES:
        raise Invalid(f"The size must be one of {', '.join(SIZES)}. Nothing was sent.")


def submit(resource: Resource, api_version: str, request: ImageRequest, operation_id: str) -> OperationReply:
    """Sends the request once. `operation_id`: a UUID of ours, under which a replay is recognised.

    Raises OutcomeUnknown where the service may have accepted it unheard.
    """
    call = Call(
        "POST",
        "/openai/images/generations:submit",
        api_version,
        SUBMIT,
        request.to_json(),
        {"Operation-Id": operation_id},
    )
    reply = resource.send(call)
    location = ""
    with contextlib.suppress(ValueError):  # no address; the body may name the operation
        location = urlsplit(reply.headers.get("operation-location", "")).path.rsplit("/", 1)[-1]
    return _operation(reply, fallback_id=location)


def poll(resource: Resource, api_version: str, operation_id: str) -> OperationReply:
    """Asks once about an operation, on the resource's own origin whatever `operation-location` said."""
    path = f"/openai/operations/images/{operation_id}"
    return _operation(resource.send(Call("GET", path, api_version, POLL)), fallback_id=operation_id)


def _operation(reply: Reply, fallback_id: str) -> OperationReply:
    body = reply.body
    named = clean(body.get("id")) or fallback_id
    status = body.get("status")
    if status is None:
        raise BadReply("The service answered without a status.", request_id=request_id(reply.headers))
    error = mapping(body.get("error"))
    data = sequence(mapping(body.get("result")).get("data")) or sequence(body.get("data"))
    expires = whole(body.get("expires"))
    return OperationReply(
        id=named if _OPERATION_ID.fullmatch(named) and named.strip(".") else None,
        status=clean(status) or str(status)[:40],
        http_status=reply.status,
        retry_after=retry_after(reply.headers),
        request_id=request_id(reply.headers),
        pictures=tuple(_picture(mapping(item)) for item in data),
        expires=float(expires) if expires is not None and expires > 0 else None,
        filter=_blocked(error, FilterState.PROMPT_BLOCKED) if is_filter_error(error) else None,
        error=clean(error.get("message"))[:BODY_SHOWN] or None,
        error_code=clean(error.get("code")) or None,
    )


def _picture(item: Mapping[str, Any]) -> Picture:
    error = mapping(item.get("error"))
    if is_filter_error(error):
        return Picture(filter=_blocked(error, FilterState.IMAGE_BLOCKED))
    if error:
        return Picture(error=clean(error.get("message"))[:BODY_SHOWN] or "The service gave no reason.")
    url = clean(item.get("url"))
    if not url:
        return Picture(error="The service gave no link for this picture.")
    return Picture(url=url, revised_prompt=clean(item.get("revised_prompt")) or None)


def _blocked(error: Mapping[str, Any], state: FilterState) -> FilterReport:
    """An image filter names no category here: one finding without one, never a guess."""
    inner = mapping(error.get("innererror")) or mapping(error.get("inner_error"))
    results = mapping(inner.get("content_filter_results")) or mapping(inner.get("content_filter_result"))
    findings = report("image", results, state).findings or (Finding("image", filtered=True),)
    return FilterReport(state, findings, None, clean(error.get("message")))
