"""Whether a run is kept in the history: one switch beside the parameters of both pages."""

import streamlit as st


def switch(page: str) -> None:
    """*Keep in history*; switched off, a run and its prompt are gone once nobody looks at them."""
    st.toggle(
        "Keep in history",
        value=wanted(page),
        key=_key(page),
        persist_state="session",
        help="Whether runs and the prompt you are writing are kept on this server. "
        "Switch it off for what should leave no trace: the result is gone once you leave it.",
    )


def wanted(page: str) -> bool:
    """Whether what the page holds and starts is to be kept."""
    return bool(st.session_state.get(_key(page), True))


def _key(page: str) -> str:
    return f"{page}-keep"
