"""Doing what a button says; what goes wrong stands on the page until the next attempt."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from services import ServiceError
from ui import errors


def attempt(action: Callable[..., Any], *args: Any) -> None:
    """Carries out an action of a button's `on_click`."""
    st.session_state["history-problem"] = None
    try:
        action(*args)
    except ServiceError as error:
        st.session_state["history-problem"] = error


def show_problem() -> None:
    """Why the last attempt failed, if it did."""
    if problem := st.session_state.get("history-problem"):
        errors.show(problem, "history")
