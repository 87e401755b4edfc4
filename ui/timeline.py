"""The life of an image operation: where it stands, and every answer the service gave about it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from services import OperationView, Poll
from ui.plain import escape

READ_S = 0.25
PHASES = ("queued", "submitting", "polling", "saving", "succeeded")

_WORDS = {
    "queued": "Waiting for its turn",
    "submitting": "Sending the request",
    "polling": "In the service's hands",
    "saving": "Saving the pictures",
    "succeeded": "Done",
    "failed": "Failed",
    "canceled": "Canceled",
    "unknown": "Outcome unknown",
}


def follow(read: Callable[[], OperationView]) -> None:
    """Shows an operation as it goes, a read every 250 ms, and draws the page again when it has ended."""
    place = st.empty()
    said: tuple[object, ...] = ()
    while not (view := read()).ended:
        now = (view.state, view.queue_position, len(view.polls), _countdown(view))
        if now != said:
            with place.container():
                show(view, live=True)
            said = now
        st.session_state.get("run")  # a point at which Streamlit may interrupt
        time.sleep(READ_S)
    st.rerun()


def show(view: OperationView, *, live: bool = False) -> None:
    """The phase in words and as a bar, then the polls."""
    st.markdown(f":material/{'progress_activity' if live else 'timeline'}: **{headline(view)}**")
    if live:
        st.progress((PHASES.index(view.state) + 1) / len(PHASES))
    if view.polls:
        answers = "1 answer" if len(view.polls) == 1 else f"{len(view.polls)} answers"
        with st.expander(f"Timeline: {answers}", expanded=live, icon=":material/schedule:"):
            st.markdown(_table(view.polls))


def headline(view: OperationView) -> str:
    """One line on where an operation stands, the service's own status word included."""
    words = _WORDS[view.state]
    if view.state == "submitting" and view.request.deployment:
        words = "The service is making the pictures"
    if view.state == "queued" and view.queue_position:
        return f"{words} ({view.queue_position} before it)"
    if view.polls and view.polls[-1].status and view.state in ("polling", "saving", "succeeded", "failed"):
        words += f" · status “{escape(view.polls[-1].status, 60)}”"
    seconds = _countdown(view)
    return f"{words} · next look in {seconds} s" if seconds else words


def _countdown(view: OperationView) -> int:
    """Whole seconds to the next poll; 0 when it is due."""
    return max(0, round((view.next_poll_at or 0) - time.time())) if view.state == "polling" else 0


def _table(polls: tuple[Poll, ...]) -> str:
    zone = _zone()
    lines = ["| Time | After | HTTP | Status | Retry after | Request id |", "|---|---|---|---|---|---|"]
    for poll in polls:
        clock = datetime.fromtimestamp(poll.at, UTC).astimezone(zone)
        cells = (
            f"{clock:%H:%M:%S}",
            f"{poll.elapsed_s:.1f} s",
            str(poll.http_status or "no answer"),
            escape(poll.status, 60) or "–",
            f"{poll.retry_after_s:g} s" if poll.retry_after_s is not None else "–",
            escape(poll.request_id or "–", 80),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _zone() -> ZoneInfo:
    """The browser's time zone, or UTC where it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
