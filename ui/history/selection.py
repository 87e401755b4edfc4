"""Several runs at once: picking them, and what can be done with those picked."""

from collections.abc import Sequence

import streamlit as st

from services import Entry, Services
from ui import when
from ui.attempt import attempt
from ui.history import exports, words
from ui.history.deletion import delete


def box(entry: Entry) -> None:
    """The checkbox that picks a run."""
    label = f"Select the run of {when.clock(entry.at)}"
    st.checkbox(label, key=_key(entry), label_visibility="collapsed")


def bar(entries: Sequence[Entry], services: Services, owner: str) -> None:
    """How many of the runs shown are picked, and the buttons for them."""
    picked = [entry for entry in entries if st.session_state.get(_key(entry))]
    ids = [entry.id for entry in picked]
    with st.container(horizontal=True, vertical_alignment="center", key="history-selection"):
        if not picked:
            st.button(
                "Select all shown",
                key="history-pick-all",
                icon=":material/select_all:",
                on_click=_pick,
                args=(entries, True),
            )
            return
        st.markdown(f"**{words.runs(len(picked))} selected**", width="content")
        exports.zip_button(services, owner, ids)
        st.button(
            "Delete",
            key="history-delete",
            icon=":material/delete:",
            on_click=attempt,
            args=("history", delete, services, owner, ids),
        )
        st.button(
            "Clear selection", key="history-pick-none", type="tertiary", on_click=_pick, args=(picked, False)
        )


def _key(entry: Entry) -> str:
    return f"history-pick-{entry.id}"


def _pick(entries: Sequence[Entry], on: bool) -> None:
    st.session_state.update({_key(entry): on for entry in entries})
