"""Deleting runs, and the bar that takes it back."""

from collections.abc import Collection

import streamlit as st

from services import Services
from ui.history import words
from ui.history.attempt import attempt


def delete(services: Services, owner: str, ids: Collection[str]) -> None:
    """Deletes runs and leaves the page of one; they can be had back for ten minutes."""
    services.delete(owner, tuple(ids))
    st.session_state["history-deleted"] = tuple(ids)
    st.query_params.pop("run", None)


def undo_bar(services: Services, owner: str) -> None:
    """What was deleted last, with *Undo*."""
    ids = st.session_state.get("history-deleted")
    if not ids:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="history-undo-bar"):
        st.markdown(f":material/delete: **{words.runs(len(ids))} deleted.** For good in ten minutes.")
        st.button(
            "Undo",
            key="history-undo",
            icon=":material/undo:",
            on_click=attempt,
            args=(_undo, services, owner, ids),
        )
        st.button("Dismiss", key="history-dismiss", type="tertiary", on_click=_forget)


def _undo(services: Services, owner: str, ids: Collection[str]) -> None:
    services.restore(owner, ids)
    _forget()


def _forget() -> None:
    st.session_state["history-deleted"] = ()
