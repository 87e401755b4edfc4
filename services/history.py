"""What a history lists: one entry a run, text or pictures, with how it came out in one word."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from services.azure.filters import FilterState
from services.azure.snapshots import TextSnapshot
from services.errors import Filtered, ServiceError

EXCERPT = 200
Kind = Literal["text", "image"]


class Outcome(StrEnum):
    """How a run came out. INCOMPLETE: broken off, by the service or by a crash; what came is kept."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FILTERED = "filtered"
    FAILED = "failed"
    STOPPED = "stopped"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """One run. at: Unix seconds. keys: its pictures that are kept. excerpt: the start of the first answer."""

    id: str
    kind: Kind
    at: float
    prompt: str
    deployment: str | None
    outcome: Outcome
    favourite: bool
    keys: tuple[str, ...] = ()
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """Which entries to list; None takes all. text: looked for in prompts, whatever its case."""

    text: str = ""
    kind: Kind | None = None
    outcome: Outcome | None = None
    deployment: str | None = None
    favourites: bool = False


def outcome(state: str, error: ServiceError | None, value: TextSnapshot) -> Outcome:
    """The word for a text run, from the state it ended in and what the content filter did to it."""
    filtered = any(choice.filter.state is FilterState.ANSWER_CUT for choice in value.choices)
    if isinstance(error, Filtered) or (filtered and state == "done"):
        return Outcome.FILTERED
    return Outcome.SUCCEEDED if state == "done" else Outcome(state)
