"""Finding runs: words of the prompt, and what kind of run is wanted."""

from typing import Literal

import streamlit as st

from services import HistoryQuery, Outcome, Services
from ui.history import words
from ui.plain import line

ANY = "Any"
Kind = Literal["text", "image"]
_KINDS: dict[str, Kind | None] = {ANY: None, words.KINDS["text"]: "text", words.KINDS["image"]: "image"}
_OUTCOMES: dict[str, Outcome | None] = {ANY: None} | {words.OUTCOMES[outcome]: outcome for outcome in Outcome}
_EVERYTHING = {
    "history-text": "",
    "history-kind": ANY,
    "history-outcome": ANY,
    "history-deployment": "",
    "history-favourites": False,
}


def draw(services: Services, owner: str, *, only: Kind | None = None) -> HistoryQuery:
    """The search box and the filters. only: the one kind that is looked for, instead of a choice."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="history-search"):
        text = st.text_input(
            "Search in prompts",
            key="history-text",
            placeholder="Words of a prompt",
            icon=":material/search:",
            persist_state="session",
            on_change=first_page,
        )
        kind = only or _KINDS[_choice("Kind", list(_KINDS), 130)]
        outcome = _OUTCOMES[_choice("Outcome", list(_OUTCOMES), 180)]
        deployment = _choice("Deployment", ["", *services.deployments_used(owner)], 180)
        favourites = st.toggle(
            "Favourites only", key="history-favourites", persist_state="session", on_change=first_page
        )
    return HistoryQuery(
        text=text.strip(), kind=kind, outcome=outcome, deployment=deployment or None, favourites=favourites
    )


def first_page() -> None:
    """Another search begins at its newest runs."""
    st.session_state.pop("history-wanted", None)


def no_match() -> None:
    """That nothing was found, and the way back to everything."""
    st.info("Nothing matches. Search for other words, or loosen the filters.", icon=":material/search_off:")
    st.button("Show everything", key="history-reset", icon=":material/filter_alt_off:", on_click=_reset)


def _choice(label: str, options: list[str], width: int) -> str:
    return st.selectbox(
        label,
        options,
        key=f"history-{label.lower()}",
        format_func=lambda option: line(option, 60) or ANY,
        persist_state="session",
        on_change=first_page,
        width=width,
    )


def _reset() -> None:
    first_page()
    st.session_state.update(_EVERYTHING)
