"""Deleting runs, and the bar that takes it back."""

import time
from collections.abc import Collection

import streamlit as st

from services import UNDO_S, ServiceError, Services
from ui import parameters, session, when
from ui.attempt import attempt
from ui.history import words

Deleted = tuple[Collection[str], float]  # ids, and until when they can be had back (Unix s)


def delete(services: Services, owner: str, ids: Collection[str]) -> None:
    """Deletes runs and leaves every page that shows one; they can be had back for ten minutes."""
    services.delete(owner, ids)
    st.session_state["history-deleted"] = ids, time.time() + UNDO_S
    for page in parameters.PAGES:
        if (showing := session.showing(page)).id in ids:
            showing.id = ""
    st.query_params.pop("run", None)


def undo_bar(services: Services, owner: str) -> None:
    """What was deleted last, with *Undo*."""
    deleted: Deleted | None = st.session_state.get("history-deleted")
    if deleted is None:
        return
    ids, until = deleted
    with st.container(horizontal=True, vertical_alignment="center", key="history-undo-bar"):
        st.markdown(f":material/delete: **{words.runs(len(ids))} deleted.** For good at {when.clock(until)}.")
        st.button(
            "Undo",
            key="history-undo",
            icon=":material/undo:",
            on_click=attempt,
            args=("history", _undo, services, owner),
        )
        st.button("Dismiss", key="history-dismiss", type="tertiary", on_click=_dismiss)


def _undo(services: Services, owner: str) -> None:
    """Takes the deletion back; for the second press of a double click there is none any more."""
    deleted: Deleted | None = st.session_state.pop("history-deleted", None)
    if deleted is None:
        return
    try:
        services.restore(owner, deleted[0])
    except ServiceError:
        st.session_state["history-deleted"] = deleted
        raise


def _dismiss() -> None:
    st.session_state.pop("history-deleted", None)
