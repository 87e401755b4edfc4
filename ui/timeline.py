"""The life of an image operation: where it stands, and every answer the service gave about it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

import streamlit as st

from services import OperationView, Poll
from ui import phases, session, when
from ui.copy import copy_button
from ui.frames import Frames
from ui.parameters import ROUTE
from ui.plain import escape

READ_S = 0.25
UNWATCHED_S = 3.0
LATEST = 8  # answers that stand there while more come in

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


def follow(
    read: Callable[[], OperationView], await_step: Callable[[float], None], frames: Frames
) -> OperationView:
    """Shows an operation as it goes, and gives it back when it has ended.

    It is read when one has moved on, and every 250 ms: another process may be working on it.
    """
    parts = [(st.empty(), told, draw) for told, draw in _LIVE]
    said: list[object] = [None] * len(parts)
    while not (view := read()).ended:
        for position, (place, told, draw) in enumerate(parts):
            if said[position] != (now := told(view)):
                said[position] = now
                with place.container():
                    draw(view)
        frames.show(view)
        session.may_interrupt()
        await_step(READ_S)
    frames.show(view)
    return view


def show(view: OperationView) -> None:
    """The phase in words and as a bar; the answers a click away."""
    st.markdown(f":material/timeline: **{headline(view)}**")
    phases.draw(view)
    answers(view)


def answers(view: OperationView) -> None:
    """Every answer so far, and what to copy for support, in an expander."""
    count = "1 answer" if len(view.polls) == 1 else f"{len(view.polls)} answers"
    with st.expander(f"Timeline: {count}", icon=":material/schedule:"):
        with st.container(key="image-polls"):
            st.markdown(_table(view.polls))
        copy_button(support(view), key="image-support", label="Copy for support")


@st.fragment(run_every=UNWATCHED_S)
def await_end(read: Callable[[], OperationView]) -> None:
    """Draws the page again when an operation that nobody watches has ended."""
    if read().ended:
        st.rerun()


def headline(view: OperationView) -> str:
    """One line on where an operation stands, the service's own status word included."""
    words = _WORDS[view.state]
    if view.state == "queued" and view.waiting:
        return when.countdown(view.waiting)
    if view.state == "submitting" and view.request.deployment:
        words = "The service is making the pictures"
    if view.state == "queued" and view.queue_position:
        return f"{words} ({view.queue_position} before it)"
    if view.polls and view.polls[-1].status and view.state in ("polling", "saving", "succeeded", "failed"):
        words += f" · status “{escape(view.polls[-1].status, 60)}”"
    seconds = _countdown(view)
    return f"{words} · next look in {seconds} s" if seconds else words


def support(view: OperationView) -> str:
    """What a support ticket needs: ids, route, outcome and every answer, in UTC. Never the prompt."""
    asked, error = view.request, view.error
    route = f"deployment {asked.deployment}" if asked.deployment else ROUTE
    lines = [
        f"Operation: {view.id}",
        f"Route: {route}, api-version {asked.api_version or 'as configured'}",
        f"Asked: {asked.n} × {asked.size}",
        f"At: {datetime.fromtimestamp(view.created_at, UTC):%Y-%m-%d %H:%M:%S} UTC",
        f"State: {view.state}",
    ]
    if error is not None:
        lines.append(f"Error: {error} Code: {error.code or '–'}. Status: {error.status or '–'}.")
    return "\n".join([*lines, "", *(" · ".join(_cells(poll, UTC)) for poll in view.polls)])


def _headline(view: OperationView) -> None:
    st.markdown(f":material/progress_activity: **{headline(view)}**")


def _latest(view: OperationView) -> None:
    if view.polls:
        st.markdown(_table(view.polls[-LATEST:]))
    if earlier := len(view.polls[:-LATEST]):
        st.caption(f"{earlier} earlier {'answer is' if earlier == 1 else 'answers are'} kept, too.")


_LIVE: tuple[tuple[Callable[[OperationView], object], Callable[[OperationView], None]], ...] = (
    (headline, _headline),
    (phases.standing, phases.draw),
    (lambda view: len(view.polls), _latest),
)


def _countdown(view: OperationView) -> int:
    """Whole seconds to the next poll; 0 when it is due."""
    return max(0, round((view.next_poll_at or 0) - time.time())) if view.state == "polling" else 0


def _table(polls: tuple[Poll, ...]) -> str:
    zone = when.zone()
    lines = ["| Time | After | HTTP | Status | Retry after | Request id |", "|---|---|---|---|---|---|"]
    lines += [f"| {' | '.join(escape(cell, 80) for cell in _cells(poll, zone))} |" for poll in polls]
    return "\n".join(lines)


def _cells(poll: Poll, zone: tzinfo) -> tuple[str, ...]:
    """One answer: the clock, seconds since it was sent, HTTP status, status word, Retry-After, request id."""
    return (
        f"{datetime.fromtimestamp(poll.at, UTC).astimezone(zone):%H:%M:%S}",
        f"{poll.elapsed_s:.1f} s",
        str(poll.http_status or "no answer"),
        poll.status or "–",
        f"{poll.retry_after_s:g} s" if poll.retry_after_s is not None else "–",
        poll.request_id or "–",
    )
