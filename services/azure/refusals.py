"""From a status and a body to the sentence a person reads.

Bodies as seen on the wire differ from the specification: one 401 has no `error` object, gateways send HTML or
nothing. So the status decides first, then `error.code`, then the message text.
"""

import contextlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from services.azure.body import clean, mapping, parse_object
from services.azure.filters import FilterReport, FilterState, blocked_prompt, is_filter_error
from services.errors import BadReply, Busy, Filtered, Refused, ServiceError

BODY_SHOWN = 2_000
_NO_REASON = "The service gave no reason. Try again, or change the request."


def request_id(headers: Mapping[str, str]) -> str | None:
    """The id under which the service knows a request, whichever of its spellings it used."""
    names = ("apim-request-id", "x-ms-request-id", "x-request-id")
    return next((headers[name] for name in names if headers.get(name)), None)


def refusal(status: int, headers: Mapping[str, str], text: str, *, keys_tried: int = 1) -> ServiceError:
    """The error behind an answer whose status is not 2xx. `text` is its body, keys already cut out."""
    parsed: dict[str, Any] = {}
    with contextlib.suppress(BadReply):
        parsed = parse_object(text)
    error = mapping(parsed.get("error")) or parsed
    message = clean(error.get("message"))[:BODY_SHOWN]
    details: dict[str, Any] = {
        "status": status,
        "code": clean(error.get("code")) or None,
        "request_id": request_id(headers),
        "body": text[:BODY_SHOWN],
    }
    if 300 <= status < 400:
        return BadReply(
            "The service answered with an unexpected redirect.",
            advice="Check that the endpoint is the resource's own address; the redirect was not followed.",
            **details,
        )
    if status in (408, 429) or status >= 500:
        return _busy(status, headers, message, details)
    if is_filter_error(error):
        return Filtered(
            "The content filter blocked this prompt. Nothing was generated.",
            report=blocked_prompt(error),
            advice="Reword the prompt and try again. The call may still be billed.",
            **details,
        )
    return _refused(status, message, keys_tried, details)


def stream_error(error: Mapping[str, Any], request_id: str | None) -> ServiceError:
    """An error object inside a stream that had begun with status 200."""
    message = clean(error.get("message"))[:BODY_SHOWN]
    details: dict[str, Any] = {"code": clean(error.get("code")) or None, "request_id": request_id}
    if is_filter_error(error):
        return Filtered(
            "The content filter stopped this request.",
            report=blocked_prompt(error),
            advice="Reword the prompt and try again. The call may still be billed.",
            **details,
        )
    return Busy(
        "The service stopped with an error in the middle of its answer.",
        advice=message or _NO_REASON,
        **details,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the service asks to wait, from `retry-after-ms` or `retry-after` (seconds or HTTP date)."""
    with contextlib.suppress(ValueError):
        if (wait := _sane(float(headers.get("retry-after-ms", "")) / 1000)) is not None:
            return wait
    value = headers.get("retry-after", "")
    with contextlib.suppress(ValueError):
        return _sane(float(value))
    with contextlib.suppress(ValueError, OverflowError):
        when = parsedate_to_datetime(value)
        return _sane((when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    return None


def _sane(seconds: float) -> float | None:
    return max(0.0, seconds) if seconds < 10_000_000 else None


def _busy(status: int, headers: Mapping[str, str], message: str, details: dict[str, Any]) -> ServiceError:
    wait = retry_after(headers)
    if wait is None and (
        said := re.search(r"(?:retry after|try again in) (\d{1,6}) second", message, re.IGNORECASE)
    ):
        wait = float(said[1])
    advice = f"Try again in {wait:.0f} s." if wait else "Try again in a moment."
    if status == 429:
        sentence = "The service is over its request limit."
        if "token rate limit" in message:
            sentence = "The service is over its token limit. A smaller maximum length counts for less."
    elif details["code"] == "ModelMissing":
        sentence, advice = message, "Then start the playground again."
    else:
        sentence = f"The service is failing (status {status})."
    return Busy(sentence, advice=advice, retry_after=wait, **details)


def _refused(status: int, message: str, keys_tried: int, details: dict[str, Any]) -> ServiceError:
    code = details["code"]
    if status == 401:
        both = "both keys" if keys_tried > 1 else "the key"
        return Refused(
            f"The service refused {both}.",
            advice="Check that the key belongs to this endpoint's resource and has not been regenerated.",
            **details,
        )
    if status == 403 and code == "Forbidden":
        return Filtered(
            "The whole resource is blocked. This prompt is not at fault.",
            report=FilterReport(FilterState.RESOURCE_BLOCKED, message=message),
            advice="An administrator of the resource must ask Microsoft support to lift the block.",
            **details,
        )
    known = {
        "DeploymentNotFound": (
            "The service knows no deployment of this name.",
            "Check the name under Deployments in the portal. A new one takes up to five minutes.",
        ),
        "OperationNotSupported": (
            "This deployment's model does not offer this operation.",
            "Choose another deployment.",
        ),
        "AuthenticationTypeDisabled": (
            "This resource does not accept keys.",
            "Key access is switched off on it; an administrator can switch it on.",
        ),
    }
    if code in known:
        sentence, advice = known[code]
        return Refused(sentence, advice=advice, **details)
    if status == 403:
        return Refused(
            "The resource does not admit this machine.",
            advice=message or "Ask its administrator about the network rules.",
            **details,
        )
    if status == 404:
        return Refused(
            "The service has nothing at this address.",
            advice="Check the endpoint and whether the resource serves this api-version.",
            **details,
        )
    return Refused(
        f"The service refused the request (status {status}).", advice=message or _NO_REASON, **details
    )
