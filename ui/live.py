"""Following a run: text as it is written, and the finished result with everything known about it."""

import time
from collections.abc import Callable

import streamlit as st

from services import Choice, Filtered, Run, RunState, Services, TextSnapshot, Wait
from ui import errors, filters, probabilities
from ui.copy import copy_button
from ui.plain import body, escape

FASTEST = 25.0
SLOWEST = 2.5
BUDGET = 300.0

_FINISH = {
    "stop": "finished by itself",
    "length": "reached the maximum length",
    "content_filter": "cut by the content filter",
}
_STATES = {
    RunState.STOPPED: ("stop_circle", "Stopped. What came before is kept."),
    RunState.INCOMPLETE: (
        "broken_image",
        "Incomplete: the stream broke off. What came before is kept; the call may be billed.",
    ),
}


class SettledText:
    """A growing text of which only the tail is sent again: finished paragraphs are written once."""

    def __init__(self, key: str) -> None:
        with st.container(key=key, gap="small"):
            self._place = st.container(gap="small")
        self._tail = self._place.empty()
        self._settled = 0
        self._shown = -1

    def show(self, text: str) -> None:
        """Shows the text so far; it only ever grows."""
        if len(text) == self._shown:
            return
        cut = text.rfind("\n\n")
        if cut > self._settled:
            self._tail.text(body(text[self._settled : cut]))
            self._tail = self._place.empty()
            self._settled = cut
        self._tail.text(body(text[self._settled :]))
        self._shown = len(text)


def updates_interval(services: Services) -> Callable[[], float]:
    """Seconds between two updates: fewer a second the more runs are being written at once."""
    return lambda: 1 / min(FASTEST, max(SLOWEST, BUDGET / max(1, services.active_runs)))


def countdown(wait: Wait) -> str:
    """What a person reads while the playground waits before another try."""
    seconds = max(0, round(wait.until - time.time()))
    when = f"in {seconds} s" if seconds else "now"
    return (
        f":material/hourglass: {escape(wait.reason)} Trying again {when} (try {wait.attempt} of {wait.of})."
    )


def follow(run: Run[TextSnapshot], interval: Callable[[], float]) -> None:
    """Shows a run as it goes and draws the page once more when it has ended."""
    status = st.empty()
    said = ""
    texts: dict[int, SettledText] = {}
    for snapshot in run.changes(interval):
        for choice in snapshot.choices:
            if choice.index not in texts:
                texts[choice.index] = SettledText(f"completion-text-{choice.index}")
            texts[choice.index].show(choice.text)
        now = f"Writing · {snapshot.chunks // 20 * 20}+ tokens" if snapshot.chunks >= 20 else "Writing"
        now = f":material/edit: {now if snapshot.choices else 'Waiting for the first token'}…"
        if (wait := run.waiting) is not None:
            now = countdown(wait)
        if now != said:
            status.caption(now)
            said = now
        st.session_state.get("run")  # a point at which Streamlit may interrupt
    st.rerun()


def show(run: Run[TextSnapshot], go_on: Callable[[str], None]) -> None:
    """A run that has ended. go_on: generates from a text that an answer could have had."""
    snapshot, error = run.value, run.error
    if run.notice:
        st.caption(f":material/key: {escape(run.notice)}")
    if isinstance(error, Filtered):
        filters.show(error.report, "prompt", error)
    if run.state in _STATES:
        icon, words = _STATES[run.state]
        st.markdown(f":material/{icon}: {words}")
    for choice in snapshot.choices:
        _card(run, choice, go_on)
    if error is not None and not isinstance(error, Filtered):
        errors.show(error)
    if snapshot.prompt_filter.state.value != "clean":
        filters.show(snapshot.prompt_filter, "prompt-annotations")
    if snapshot.choices:
        _facts(run)
        filters.annotations([snapshot.prompt_filter, *(choice.filter for choice in snapshot.choices)])


def _card(run: Run[TextSnapshot], choice: Choice, go_on: Callable[[str], None]) -> None:
    """One answer: its text, where it was cut, how it ended, and what to do with it."""
    of = len(run.value.choices)
    with st.container(border=of > 1, key=f"completion-card-{choice.index}"):
        if of > 1:
            st.caption(f"Completion {choice.index + 1} of {of}")
        with st.container(key=f"completion-text-{choice.index}"):
            if choice.tokens:
                probabilities.show(run, choice, go_on)
            else:
                st.text(body(choice.text) or "(no text)")
            if choice.filter.state == "answer_cut":
                with st.container(key=f"completion-cut-{choice.index}"):
                    filters.cut_mark(choice.filter)
        filters.show(choice.filter, f"answer-{choice.index}")
        with st.container(horizontal=True, vertical_alignment="center"):
            copy_button(choice.text, key=f"completion-copy-{choice.index}")
            st.download_button(
                "Download",
                lambda: choice.text.encode(),
                file_name=f"completion-{choice.index + 1}.txt",
                mime="text/plain",
                key=f"completion-download-{choice.index}",
                on_click="ignore",
            )
            reason = choice.finish_reason
            if reason:
                st.caption(f"Finish reason: {_FINISH.get(reason) or escape(reason, 60)}")


def _facts(run: Run[TextSnapshot]) -> None:
    """The line under a result: tokens, times, request id, region and what the service said of its limits."""
    snapshot = run.value
    timing, headers = snapshot.timing, dict(snapshot.headers)
    counted = snapshot.usage.completion_tokens
    facts = [f"{counted} tokens out" if counted is not None else f"about {snapshot.chunks} tokens out"]
    if snapshot.usage.prompt_tokens is not None:
        facts.insert(0, f"{snapshot.usage.prompt_tokens} tokens in")
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
    if "x-ratelimit-remaining-requests" in headers:
        facts.append(f"{headers['x-ratelimit-remaining-requests']} requests left")
    with st.container(key="completion-facts"):
        st.caption(" · ".join(escape(fact, 120) for fact in facts))
