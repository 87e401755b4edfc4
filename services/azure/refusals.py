"""From a status and a body to the sentence a person reads.

Bodies as seen on the wire differ from the specification: one 401 has no `error` object, gateways send HTML or
nothing. So the status decides first, then `error.code`, then the message text.
"""

import contextlib
import re
from collections.abc import Mapping
from typing import Any

from services.azure.body import mapping, parse_object
from services.azure.error_table import REDIRECTS, find
from services.azure.filters import FilterReport, FilterState, blocked_prompt, is_filter_error
from services.azure.headers import request_id, retry_after
from services.azure.redaction import MESSAGE_SHOWN, message, word
from services.errors import BadReply, Busy, Filtered, Refused, ServiceError

_REFUSED_FIELD = re.compile(r"unsupported (?:parameter|value): '?([\w.]{1,60})", re.IGNORECASE)
_FROM_A_PROXY = "The answer is a web page: a proxy or gateway in between may have sent it."
_STATUS_OF = {"rate_limit_exceeded": 429, "too_many_requests": 429, "insufficient_quota": 429, "timeout": 408}
_NO_REASON = "The service gave no reason. Try again, or change the request."


def refusal(status: int, headers: Mapping[str, str], text: str, *, keys_tried: int = 1) -> ServiceError:
    """The error behind an answer whose status is not 2xx. `text` is its body, secrets already cut out."""
    parsed: dict[str, Any] = {}
    with contextlib.suppress(BadReply):
        parsed = parse_object(text)
    error = mapping(parsed.get("error")) or parsed
    code, said = word(error.get("code")), message(error.get("message"))
    details: dict[str, Any] = {
        "status": status,
        "code": code or None,
        "request_id": request_id(headers),
        "param": found[1] if (found := _REFUSED_FIELD.search(said)) else None,
        "body": text[:MESSAGE_SHOWN],
    }
    if status < 500 and is_filter_error(error):
        report = blocked_prompt(error)
        withheld = report.state is FilterState.IMAGE_BLOCKED
        return Filtered(
            "The content filter withheld the picture."
            if withheld
            else "The content filter blocked this prompt. Nothing was generated.",
            report=report,
            advice="Reword the prompt and try again. The call may still be billed.",
            **details,
        )
    if status == 403 and code == "Forbidden":
        return Filtered(
            "The whole resource is blocked. This prompt is not at fault.",
            report=FilterReport(FilterState.RESOURCE_BLOCKED, message=said),
            advice="An administrator of the resource must ask Microsoft support to lift the block.",
            **details,
        )
    kind, sentence, advice = find(status, code, said) or _unknown(status, said)
    if keys_tried > 1:
        sentence = sentence.replace("refused the key.", "refused both keys.")
    if _is_page(headers, text) and status not in REDIRECTS:
        advice = f"{advice} {_FROM_A_PROXY}"
    wait = _wait(headers, said) if kind is Busy else None
    if wait:
        advice = f"Try again in {in_words(wait)}."
    return kind(sentence, advice=advice, retry_after=wait, **details)


def key_refused(error: ServiceError) -> bool:
    """Whether the service found fault with the key itself, so that another one may do."""
    return error.status == 401 or (error.status == 403 and "invalid subscription key" in error.body.lower())


def stream_error(error: Mapping[str, Any], request_id: str | None) -> ServiceError:
    """An error object inside a stream that had begun with status 200."""
    code, said = word(error.get("code")), message(error.get("message"))
    details: dict[str, Any] = {"code": code or None, "request_id": request_id, "body": said}
    if is_filter_error(error):
        return Filtered(
            "The content filter stopped this request.",
            report=blocked_prompt(error),
            advice="Reword the prompt and try again. The call may still be billed.",
            **details,
        )
    status = int(code) if re.fullmatch("[4-5][0-9]{2}", code) else _STATUS_OF.get(code, 0)
    known = find(status, code, said)
    kind: type[ServiceError] = Busy
    advice = said or _NO_REASON
    wait = _wait({}, said)
    if known is not None:
        kind, sentence, advice = known
        advice = f"{sentence} {f'Try again in {in_words(wait)}.' if wait else advice}"
    return kind(
        "The service stopped with an error in the middle of its answer.",
        advice=advice,
        retry_after=wait if kind is Busy else None,
        **details,
    )


def in_words(seconds: float) -> str:
    """A wait as a person says it: seconds, from two minutes on minutes, from two hours on hours."""
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 1 else "a moment"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3600:.0f} h"


def _wait(headers: Mapping[str, str], said: str) -> float | None:
    """Seconds to wait, from the headers or from what the message says."""
    wait = retry_after(headers)
    found = re.search(r"(?:retry after|try again in) (\d{1,6}) second", said, re.IGNORECASE)
    return float(found[1]) if wait is None and found else wait


def _is_page(headers: Mapping[str, str], text: str) -> bool:
    return "html" in headers.get("content-type", "") or text.lstrip("\ufeff \t\r\n").startswith("<")


def _unknown(status: int, said: str) -> tuple[type[ServiceError], str, str]:
    return Refused, f"The service refused the request (status {status}).", said or _NO_REASON
