"""A text run as plain values, without loss: the request, everything received, and what went wrong."""

import json
from dataclasses import asdict
from typing import Any

from services.azure.filters import FilterReport
from services.azure.logprobs import TokenScore
from services.azure.snapshots import Choice, TextSnapshot, Timing, Usage
from services.azure.text_request import CompletionRequest
from services.errors import Filtered, ServiceError, error_from_json


def request_to_json(request: CompletionRequest) -> dict[str, Any]:
    """The request as plain values; it holds no key."""
    return asdict(request)


def request_from_json(value: dict[str, Any]) -> CompletionRequest:
    """Reads what `request_to_json` wrote."""
    bias = tuple((token, weight) for token, weight in value["logit_bias"] or ())
    return CompletionRequest(**(value | {"stop": tuple(value["stop"] or ()), "logit_bias": bias}))


def snapshot_to_json(snapshot: TextSnapshot) -> dict[str, Any]:
    """Everything received, as plain values."""
    return {
        "choices": [_choice_to_json(choice) for choice in snapshot.choices],
        "prompt_filter": snapshot.prompt_filter.to_json(),
        "usage": asdict(snapshot.usage),
        "headers": [list(header) for header in snapshot.headers],
        "timing": asdict(snapshot.timing),
        "request_id": snapshot.request_id,
        "chunks": snapshot.chunks,
        "complete": snapshot.complete,
    }


def snapshot_from_json(value: dict[str, Any]) -> TextSnapshot:
    """Reads what `snapshot_to_json` wrote."""
    return TextSnapshot(
        choices=tuple(_choice_from_json(choice) for choice in value["choices"]),
        prompt_filter=FilterReport.from_json(value["prompt_filter"]),
        usage=Usage(**value["usage"]),
        headers=tuple((name, content) for name, content in value["headers"]),
        timing=Timing(**value["timing"]),
        request_id=value["request_id"],
        chunks=value["chunks"],
        complete=value["complete"],
    )


def pack(snapshot: TextSnapshot) -> bytes:
    """A snapshot as bytes of JSON: NUL and lone surrogates stand in it escaped."""
    return json.dumps(snapshot_to_json(snapshot), separators=(",", ":")).encode()


def unpack(content: bytes) -> TextSnapshot:
    """Reads what `pack` wrote."""
    return snapshot_from_json(json.loads(content))


def error_to_json(error: ServiceError) -> dict[str, Any]:
    """What went wrong, with the content filter's report where it was that."""
    report = error.report.to_json() if isinstance(error, Filtered) else None
    return {"error": error.to_json(), "report": report}


def restored_error(value: dict[str, Any]) -> ServiceError:
    """Reads what `error_to_json` wrote."""
    if value["report"] is None:
        return error_from_json(value["error"])
    fields = dict(value["error"])
    del fields["kind"]
    return Filtered(fields.pop("message"), report=FilterReport.from_json(value["report"]), **fields)


def _choice_to_json(choice: Choice) -> dict[str, Any]:
    return {
        "index": choice.index,
        "text": choice.text,
        "tokens": [(each.token, each.logprob, each.alternatives, each.offset) for each in choice.tokens],
        "finish_reason": choice.finish_reason,
        "filter": choice.filter.to_json(),
    }


def _choice_from_json(value: dict[str, Any]) -> Choice:
    tokens = (
        TokenScore(token, logprob, tuple((text, score) for text, score in alternatives), offset)
        for token, logprob, alternatives, offset in value["tokens"]
    )
    report = FilterReport.from_json(value["filter"])
    return Choice(value["index"], value["text"], tuple(tokens), value["finish_reason"], report)
