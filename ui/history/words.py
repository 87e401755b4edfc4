"""The words and signs for what a run is and how it ended, and for sizes on the disk."""

from services import Entry, Outcome
from ui import when
from ui.parameters import ROUTE
from ui.plain import escape

KINDS = {"text": "Text", "image": "Images"}
ICONS = {"text": "notes", "image": "image"}
OUTCOMES = {
    Outcome.RUNNING: "Running",
    Outcome.SUCCEEDED: "Succeeded",
    Outcome.FILTERED: "Filtered",
    Outcome.FAILED: "Failed",
    Outcome.STOPPED: "Stopped",
    Outcome.INCOMPLETE: "Incomplete",
    Outcome.UNKNOWN: "Outcome unknown",
}
_SIGNS = {
    Outcome.RUNNING: "progress_activity",
    Outcome.SUCCEEDED: "check_circle",
    Outcome.FILTERED: "shield",
    Outcome.FAILED: "error",
    Outcome.STOPPED: "stop_circle",
    Outcome.INCOMPLETE: "broken_image",
    Outcome.UNKNOWN: "help",
}


def outcome(of: Outcome) -> str:
    """How a run ended, as Markdown: a sign and a word."""
    return f":material/{_SIGNS[of]}: {OUTCOMES[of]}"


def facts(entry: Entry) -> str:
    """One line of Markdown: the time of day, how it ended, and the deployment or the route it took."""
    where = escape(entry.deployment or ROUTE, 60)
    return f"{when.clock(entry.at)} · {outcome(entry.outcome)} · {where}"


def runs(count: int) -> str:
    """A number of runs in words."""
    return "1 run" if count == 1 else f"{count:,} runs"


def size(count: int) -> str:
    """Bytes as people say them, in powers of 1,024."""
    value, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.1f} {unit}" if value < 10 and unit != "bytes" else f"{value:.0f} {unit}"
