"""An image operation as a page shows it."""

from dataclasses import dataclass

from services.azure.filters import CLEAN, FilterReport
from services.azure.image_request import ImageRequest
from services.azure.retry import Wait
from services.errors import BadReply, ServiceError, error_from_json
from services.store import FINISHED, Row


@dataclass(frozen=True, slots=True)
class Poll:
    """One answer about an operation. at: Unix seconds. elapsed_s: since it was sent. status: as received."""

    at: float
    elapsed_s: float
    http_status: int | None
    status: str
    retry_after_s: float | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a set: a picture (key, width, height in pixels), the filter's word, or an error."""

    key: str | None = None
    width: int = 0
    height: int = 0
    filter: FilterReport | None = None
    error: str | None = None
    revised_prompt: str | None = None


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation as a page shows it. Times are Unix seconds; queue_position counts those before it.

    checkable: whether asking the service once more may still bring its pictures. waiting: the pause before a
    submit that the service was too busy for is tried again. notice: a sentence about how it went. usage:
    tokens by name. preview: a JPEG of the picture that is being drawn, while this process sees it.
    """

    id: str
    state: str
    request: ImageRequest
    slots: tuple[Slot, ...]
    polls: tuple[Poll, ...]
    created_at: float
    next_poll_at: float | None
    queue_position: int
    expires_at: float | None
    filter: FilterReport
    error: ServiceError | None
    checkable: bool = False
    waiting: Wait | None = None
    notice: str | None = None
    usage: dict[str, int] | None = None
    preview: bytes | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in FINISHED


def view(row: Row, queue_position: int = 0, preview: bytes | None = None) -> OperationView:
    """What a row of the store says."""
    slots = (
        Slot(**(slot | {"filter": FilterReport.from_json(slot["filter"]) if slot.get("filter") else None}))
        for slot in row["slots"]
    )
    return OperationView(
        id=row["id"],
        state=row["state"],
        request=ImageRequest(**row["request"]),
        slots=tuple(slots),
        polls=tuple(Poll(**poll) for poll in row["polls"]),
        created_at=row["created_at"],
        next_poll_at=row["next_poll_at"],
        queue_position=queue_position,
        expires_at=row["expires_at"],
        filter=FilterReport.from_json(row["filter"]) if row["filter"] else CLEAN,
        error=error_from_json(row["error"]) if row["error"] else None,
        checkable=checkable(row),
        waiting=Wait(**row["waiting"]) if row["waiting"] else None,
        notice=row["notice"],
        usage=row["usage"],
        preview=None if row["state"] in FINISHED else preview,
    )


def checkable(row: Row) -> bool:
    """Whether the service may still have pictures that are not here; the synchronous route keeps none."""
    if row["request"].get("deployment") is not None:
        return False
    if row["state"] == "succeeded":
        return any(slot.get("error") for slot in row["slots"])
    without_picture = row["state"] == "failed" and row["error"]["kind"] == BadReply.__name__
    return row["state"] == "unknown" or (without_picture and row["service_id"] is not None)
