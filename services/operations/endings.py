"""How an operation that leaves no picture ends: the words for the person, and the columns of its row."""

from typing import Any

from services.azure.images import OperationReply
from services.errors import BadReply, Filtered, OutcomeUnknown, Refused, ServiceError


def refused(reply: OperationReply) -> ServiceError:
    """The service ended it: the filter, or a reason of its own."""
    details: dict[str, Any] = {"code": reply.error_code, "request_id": reply.request_id}
    if reply.filter is not None:
        return Filtered(
            "The content filter blocked this prompt. No picture was made.",
            report=reply.filter,
            advice="Reword the prompt and try again. The call may still be billed.",
            **details,
        )
    word = "failed" if reply.status.lower() == "failed" else f"ended as “{reply.status}”"
    advice = reply.error or "The service gave no reason. Generate again for another try."
    return Refused(f"The image operation {word}.", advice=advice, **details)


def without_picture(reply: OperationReply, *, checkable: bool) -> BadReply:
    """It succeeded, and there is nothing."""
    advice = "Generate again for another try."
    if checkable:
        advice = "Check again, or generate again for another try."
    sentence = "The service finished without an image."
    return BadReply(sentence, advice=advice, request_id=reply.request_id)


def unanswered(error: ServiceError) -> OutcomeUnknown:
    """It was sent, and asked for under its own name without success. error: what came instead."""
    return OutcomeUnknown(
        "The request was sent, but no answer came back: it may have been accepted.",
        advice="It is never sent again by itself. Check again, or generate anew; it may be billed.",
        request_id=error.request_id,
        status=error.status,
    )


def never_arrived(error: ServiceError | None) -> OutcomeUnknown:
    """The answer that held the pictures was lost. error: what came instead, None after a restart."""
    return OutcomeUnknown(
        "The request was sent, but the pictures never arrived: they may have been made.",
        advice="The service does not keep them. Generate anew if you want; both may be billed.",
        request_id=error.request_id if error else None,
        status=error.status if error else None,
    )


def overdue(watch_s: float) -> OutcomeUnknown:
    """The service is still at work after all that time."""
    return OutcomeUnknown(
        f"The service has not finished this within {watch_s / 60:.0f} minutes.",
        advice="It may still finish. Check again later.",
    )


def columns(error: ServiceError, state: str = "failed") -> dict[str, Any]:
    """The columns of an operation that ends with an error."""
    report = getattr(error, "report", None)
    return {
        "state": "unknown" if isinstance(error, OutcomeUnknown) else state,
        "error": error.to_json(),
        "filter": report.to_json() if report is not None else None,
        "next_poll_at": None,
    }
