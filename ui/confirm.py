"""Asks before something is thrown away."""

from collections.abc import Callable

import streamlit as st


def start_over(page: str, clear: Callable[[], None]) -> None:
    """*Start over*: a popover that asks, and clears the page when told so."""
    with st.popover("Start over", icon=":material/restart_alt:", key=f"{page}-start-over"):
        st.text("Clear the prompt and the result?")
        st.button("Clear", key=f"{page}-clear", on_click=clear, type="primary")
