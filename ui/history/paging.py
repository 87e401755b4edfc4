"""Long lists, a page more at each press."""

import streamlit as st


def wanted(page: int) -> int:
    """How many items are to be shown; a page at first."""
    return int(st.session_state.setdefault("history-wanted", page))


def show_more(page: int) -> None:
    """The button that shows a page more."""
    st.button("Show more", key="history-more", icon=":material/expand_more:", on_click=_more, args=(page,))


def _more(page: int) -> None:
    st.session_state["history-wanted"] = wanted(page) + page
