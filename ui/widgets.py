"""Widgets that show what the page holds, however late a browser has their code.

Streamlit tells a browser a value that a page has set once, in the drawing that follows. A widget whose code
comes after the next drawing misses it and starts from its default, which it then sends as the person's
choice: a whole page of lowest values. So the default of every widget here is what the page holds.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st


def slider(label: str, low: float, high: float, *, key: str, **options: Any) -> None:
    """`st.slider` from low to high."""
    st.slider(label, low, high, st.session_state[key], key=key, **options)


def select_slider(label: str, choices: Sequence[Any], *, key: str, **options: Any) -> None:
    """`st.select_slider` over the choices, in their order."""
    st.select_slider(label, choices, st.session_state[key], key=key, **options)


def number_input(label: str, *, key: str, **options: Any) -> None:
    """`st.number_input`."""
    st.number_input(label, value=st.session_state[key], key=key, **options)


def text_area(label: str, *, key: str, **options: Any) -> None:
    """`st.text_area`."""
    st.text_area(label, st.session_state[key], key=key, **options)


def text_input(label: str, *, key: str, **options: Any) -> None:
    """`st.text_input`."""
    st.text_input(label, st.session_state[key], key=key, **options)


def toggle(label: str, *, key: str, **options: Any) -> None:
    """`st.toggle`."""
    st.toggle(label, st.session_state[key], key=key, **options)


def selectbox(label: str, choices: Sequence[Any], *, key: str, **options: Any) -> None:
    """`st.selectbox`; what the page holds need not be among the choices yet."""
    held = st.session_state[key]
    st.selectbox(label, choices, choices.index(held) if held in choices else None, key=key, **options)


def segmented_control(label: str, choices: Sequence[Any], *, key: str, **options: Any) -> None:
    """`st.segmented_control` of which one is chosen."""
    st.segmented_control(label, choices, default=st.session_state[key], key=key, **options)
