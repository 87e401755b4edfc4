"""Following a run: text as it is written, and the finished result with everything known about it."""

import time
from collections.abc import Callable

import streamlit as st

from services import CompletionRequest, Filtered, Run, RunState, TextSnapshot, headroom
from ui import cards, errors, filters, session, tokens, when
from ui.cards import OnText
from ui.plain import escape
from ui.turns import turns

PAINT_S = 0.05
_STATES = {
    RunState.STOPPED: ("stop_circle", "Stopped. What came before is kept."),
    RunState.INCOMPLETE: (
        "broken_image",
        "Incomplete: the stream broke off. What came before is kept; the call may be billed.",
    ),
}


def follow(run: Run[TextSnapshot], interval: Callable[[], float]) -> None:
    """Shows a run as it goes, until it has ended; what was put off is drawn by then."""
    written, status = st.container(), st.empty()
    said = ""
    growing: cards.Growing | None = None
    for snapshot in run.changes(interval):
        for choice in snapshot.choices:
            with written:
                growing = growing or cards.Growing(run.request)
            growing.show(choice)
        now = f"Writing · {snapshot.chunks // 100 * 100}+ tokens" if snapshot.chunks >= 100 else "Writing"
        now = f":material/edit: {now if snapshot.choices else _waiting(run.request)}…"
        if (wait := run.waiting) is not None:
            now = when.countdown(wait)
        if now != said:
            status.caption(now)
            said = now
        session.may_interrupt()
    time.sleep(PAINT_S)  # of the last text, before the browser has a result to draw
    turns.take()  # for the result; the last text of others comes first
    turns.finish()


def _waiting(request: CompletionRequest) -> str:
    if request.streamed:
        return "Waiting for the first token"
    return f"Waiting for the best of {request.best_of}, which is known when all are written"


def show(
    run: Run[TextSnapshot],
    go_on: OnText,
    use: OnText,
    *,
    again: OnText | None = None,
    score: OnText | None = None,
) -> None:
    """A run that has ended. go_on: makes a text the prompt and generates from there. use: makes a text the
    prompt. again: as go_on, with the parameters as they are now; None where there are none. score: as go_on,
    with probabilities; None where the deployment reports none."""
    snapshot, error = run.value, run.error
    if run.notice:
        st.caption(f":material/key: {escape(run.notice)}")
    if isinstance(error, Filtered):
        filters.show(error.report, "prompt", error)
    if run.state in _STATES:
        icon, words = _STATES[run.state]
        st.markdown(f":material/{icon}: {words}")
    cards.show(run, go_on, use)
    if error is not None and not isinstance(error, Filtered):
        errors.show(error)
    filters.show(snapshot.prompt_filter, "prompt-annotations")
    if snapshot.choices:
        with st.container(horizontal=True, key="completion-again"):
            if again is not None:
                st.button(
                    "Regenerate",
                    key=f"completion-regenerate-{run.id}",
                    icon=":material/refresh:",
                    help="The same prompt once more, with the parameters as they are now.",
                    on_click=again,
                    args=(run.request.prompt,),
                )
            if score is not None and not any(choice.tokens for choice in snapshot.choices):
                st.button(
                    "Regenerate with probabilities",
                    key=f"completion-score-{run.id}",
                    icon=":material/format_color_text:",
                    help="The same prompt once more, with every token coloured by how likely it was.",
                    on_click=score,
                    args=(run.request.prompt,),
                )
        _facts(run)
        filters.annotations(snapshot)


def _facts(run: Run[TextSnapshot]) -> None:
    """The line under a result: tokens, times, request id, region and what the service said of its limits."""
    snapshot = run.value
    timing, headers = snapshot.timing, dict(snapshot.headers)
    counted = snapshot.usage.completion_tokens
    written = tokens.told(snapshot.chunks if counted is None else counted)
    facts = [f"{written} out" if counted is not None else f"about {written} out"]
    if snapshot.usage.prompt_tokens is not None:
        facts.insert(0, f"{tokens.told(snapshot.usage.prompt_tokens)} in")
    if timing.first_text_s is not None:
        facts.append(f"first token {timing.first_text_s:.2f} s")
        writing = timing.total_s - timing.first_text_s
        if writing > 0.05 and snapshot.chunks > 1:
            facts.append(f"{(counted or snapshot.chunks) / writing:.0f} tokens/s")
    facts.append(f"total {timing.total_s if run.seconds is None else run.seconds:.2f} s")
    if snapshot.request_id:
        facts.append(f"request id {snapshot.request_id}")
    if "x-ms-region" in headers:
        facts.append(f"region {headers['x-ms-region']}")
    if left := headroom(headers, at=0):
        facts.append(f"{left.words} left")
    with st.container(key="completion-facts"):
        st.caption(" · ".join(escape(fact, 120) for fact in facts))
