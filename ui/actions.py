"""The primary button of a page: *Generate*, or *Stop* in its place while something is under way."""

from collections.abc import Callable

import streamlit as st


def primary(page: str, *, running: bool, generate: Callable[[], None], stop: Callable[[], None]) -> None:
    """Ctrl+Enter generates, Esc stops; never disabled, whatever stands in a text box."""
    if running:
        st.button(
            "Stop",
            key=f"{page}-stop",
            type="primary",
            icon=":material/stop:",
            shortcut="Esc",
            on_click=stop,
        )
    else:
        st.button(
            "Generate",
            key=f"{page}-generate",
            type="primary",
            icon=":material/play_arrow:",
            shortcut="Mod+Enter",
            on_click=generate,
        )
