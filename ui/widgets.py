"""Widgets of the parameters, which show what the page holds however late a browser has their code.

Streamlit tells a browser a value that a page has set once, in the drawing that follows. A widget whose code
comes after the next drawing misses it and starts from its default, which it then sends as the person's
choice: a whole page of lowest values. So the default of every widget here is what the page holds.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from ui.parameters import CHOICES, LABELS, RANGES


def slider(key: str, within: tuple[float, float] | None = None, **options: Any) -> None:
    """`st.slider` over a range, else the parameter's own."""
    st.slider(LABELS[key], *(within or RANGES[key]), st.session_state[key], key=key, **options)


def select_slider(key: str, **options: Any) -> None:
    """`st.select_slider` over the parameter's choices, in their order."""
    st.select_slider(LABELS[key], CHOICES[key], st.session_state[key], key=key, **options)


def number_input(key: str, **options: Any) -> None:
    """`st.number_input` of a whole number."""
    st.number_input(LABELS[key], value=st.session_state[key], step=1, key=key, **options)


def text_area(key: str, **options: Any) -> None:
    """`st.text_area`."""
    st.text_area(LABELS[key], st.session_state[key], key=key, **options)


def text_input(key: str, **options: Any) -> None:
    """`st.text_input`."""
    st.text_input(LABELS[key], st.session_state[key], key=key, **options)


def toggle(key: str, **options: Any) -> None:
    """`st.toggle`."""
    st.toggle(LABELS[key], st.session_state[key], key=key, **options)


def selectbox(key: str, choices: Sequence[Any] | None = None, **options: Any) -> None:
    """`st.selectbox` over some choices, else the parameter's own; what the page holds need not be among them
    yet."""
    choices, held = CHOICES[key] if choices is None else choices, st.session_state[key]
    st.selectbox(LABELS[key], choices, choices.index(held) if held in choices else None, key=key, **options)


def segmented_control(key: str, **options: Any) -> None:
    """`st.segmented_control` of which one of the parameter's choices is chosen."""
    st.segmented_control(LABELS[key], CHOICES[key], default=st.session_state[key], key=key, **options)


def api_version(key: str, versions: Sequence[str]) -> None:
    """The version a request names: one of these, what the page holds, or another that is typed."""
    selectbox(
        key,
        sorted({*versions, st.session_state[key]}),
        accept_new_options=True,
        help="The version of the REST API that the request names; v1 and preview need no date. "
        "Choose the one your resource serves, or type another.",
    )
