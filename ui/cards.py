"""Answers, while they are written and when they stand: one as a text with its prompt, several as cards."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from services import Choice, CompletionRequest, Run, TextSnapshot
from ui import filters, marked, probabilities
from ui.copy import copy_button
from ui.plain import body, escape, whole

PROMPT_SHOWN = 1_200
LIVE = "-live"  # ends the keys of what is being written: what has ended is drawn before that goes
_FINISH = {
    "stop": "finished by itself",
    "length": "reached the maximum length",
    "content_filter": "cut by the content filter",
}
OnText = Callable[[str], None]


class SettledText:
    """A growing text of which only the tail is sent again: finished paragraphs are written once.

    Where the filter runs beside the stream, what it has not checked yet stands below a mark that moves on.
    """

    def __init__(self, key: str) -> None:
        with st.container(key=key, gap="small"):
            self._place = st.container(gap="small")
            with st.container(key=f"unchecked-{key}", gap="small"):
                self._mark, self._unchecked = st.empty(), st.empty()
        self._parts = [self._place.empty()]
        self._settled = 0
        self._shown: tuple[str, int | None] = ("", -1)

    def show(self, text: str, checked: int | None = None) -> None:
        """Shows the text so far, which only ever grows, save where something was covered since.

        checked: characters the filter has looked at; None where nothing comes unchecked.
        """
        if (text, checked) == self._shown:
            return
        known = len(text)
        if checked is not None and checked < len(text):  # the mark stands between two words
            known = max(0, *(text.rfind(space, 0, checked + 1) for space in " \n"))
        if known < self._settled or not text.startswith(self._shown[0][: self._settled]):
            for part in self._parts:
                part.empty()
            self._parts, self._settled = [self._place.empty()], 0
        cut = text.rfind("\n\n", 0, known)
        if cut > self._settled:
            self._parts[-1].text(body(text[self._settled : cut]))
            self._parts.append(self._place.empty())
            self._settled = cut
        self._parts[-1].text(body(text[self._settled : known]))
        if checked is not None:
            self._mark.caption(":material/done: Checked up to here")
            self._unchecked.text(body(text[known:]))
        self._shown = (text, checked)


class Growing:
    """The answers of a run that is under way, each in its place from the start."""

    def __init__(self, request: CompletionRequest) -> None:
        self._request = request
        self._of = request.n or 1
        self._row = _row(self._of, LIVE)
        self._places = [_place(self._row, index, self._of, LIVE) for index in range(self._of)]
        self._texts: dict[int, SettledText] = {}
        self._ended: set[int] = set()

    def show(self, choice: Choice) -> None:
        """Shows an answer so far, and how it ended once it has."""
        while choice.index >= len(self._places):  # more than were asked for
            self._places.append(_place(self._row, len(self._places), self._of, LIVE))
        with self._places[choice.index]:
            if choice.index not in self._texts:
                with _flow(self._request, choice, LIVE):
                    self._texts[choice.index] = SettledText(f"completion-text-{choice.index}{LIVE}")
            self._texts[choice.index].show(choice.text, choice.filter.checked_up_to)
            if self._of > 1 and choice.finish_reason and choice.index not in self._ended:
                self._ended.add(choice.index)
                _finish(choice)


def show(run: Run[TextSnapshot], go_on: OnText, use: OnText) -> None:
    """The answers of a run that has ended. go_on: makes a text the prompt and generates from there.
    use: makes a text the prompt."""
    choices = run.value.choices
    if any(choice.tokens for choice in choices):
        probabilities.legend(run.request)
    row = _row(len(choices))
    for choice in choices:
        with _place(row, choice.index, len(choices)):
            _card(run, choice, go_on, use)


def _card(run: Run[TextSnapshot], choice: Choice, go_on: OnText, use: OnText) -> None:
    """One answer: its text, where it was cut, how it ended, and what to do with it."""
    is_marked, said = marked.is_marked(choice), _said(run.request, choice)
    drawn = is_marked or bool(choice.tokens)
    with _flow(run.request, choice, drawn=drawn), st.container(key=f"completion-text-{choice.index}"):
        if is_marked:
            marked.show(choice, said)
        if choice.tokens:
            probabilities.show(run, choice, "" if is_marked else said, go_on)
        if not drawn:
            st.text(body(choice.text) or "(no text)")
        if choice.filter.state == "answer_cut":
            with st.container(key=f"completion-cut-{choice.index}"):
                filters.cut_mark(choice.filter)
    marked.show_prompt(run.request.prompt, choice.filter, f"completion-marked-prompt-{choice.index}")
    several = len(run.value.choices) > 1
    key = f"answer-{choice.index}"
    filters.show(choice.filter, key, request_id=run.value.request_id, narrow=several)
    with st.container(horizontal=True, vertical_alignment="center", key=f"completion-uses-{choice.index}"):
        name = f"{choice.index}-{run.id}"
        if choice.text:
            st.button(
                "Continue",
                key=f"completion-continue-{name}",
                icon=":material/east:",
                help="The answer joins the prompt, and the model goes on from there.",
                on_click=go_on,
                args=(joined(run.request, choice),),
            )
            st.button(
                "Use as prompt",
                key=f"completion-use-{name}",
                icon=":material/north_west:",
                help="Puts the answer into the prompt; nothing is sent.",
                on_click=use,
                args=(choice.usable.strip(),),
            )
        copy_button(choice.text, key=f"completion-copy-{choice.index}")
        st.download_button(
            "Download",
            lambda: choice.text.encode(),
            file_name=f"completion-{choice.index + 1}.txt",
            mime="text/plain",
            key=f"completion-download-{choice.index}",
            on_click="ignore",
        )
        _finish(choice)


def joined(request: CompletionRequest, choice: Choice) -> str:
    """The prompt with its answer, to go on from."""
    return request.leading + choice.usable + ("\n\n" if request.chat else "")


def _row(of: int, stage: str = "") -> DeltaGenerator:
    """Where the answers stand: several side by side, on a phone below each other."""
    return st.container(
        horizontal=of > 1, key=("completion-cards" if of > 1 else "completion-single") + stage
    )


def _place(row: DeltaGenerator, index: int, of: int, stage: str = "") -> DeltaGenerator:
    place = row.container(border=of > 1, key=f"completion-card-{index}{stage}")
    if of > 1:
        place.caption(f"Completion {index + 1} of {max(of, index + 1)}")
    return place


def _said(request: CompletionRequest, choice: Choice) -> str:
    """The end of the prompt, if the answer is the only one that goes on from it; empty for any other."""
    alone = not (request.chat or request.echo) and (request.n or 1) == 1 and choice.index == 0
    if not alone or not request.prompt.strip():
        return ""
    return ("…" if len(request.prompt) > PROMPT_SHOWN else "") + request.prompt[-PROMPT_SHOWN:]


def _flow(
    request: CompletionRequest, choice: Choice, stage: str = "", *, drawn: bool = False
) -> DeltaGenerator:
    """Where an answer is written: behind what was said before it, so that both read as one text. drawn: by a
    component, which writes both."""
    said = _said(request, choice)
    flow = st.container(key=f"completion-flow-{'one-' if said else ''}{choice.index}{stage}")
    if said and not drawn:
        between = choice.text[: len(choice.text) - len(choice.text.lstrip())]
        with flow, st.container(key=f"completion-said{stage}"):
            st.text(whole(said + between))
    return flow


def _finish(choice: Choice) -> None:
    if choice.finish_reason:
        reason = _FINISH.get(choice.finish_reason) or escape(choice.finish_reason, 60)
        tokens = f" · {len(choice.tokens)} tokens" if choice.tokens else ""
        st.caption(f"Finish reason: {reason}{tokens}")
