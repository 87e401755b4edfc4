"""The primary button of a page: *Generate*, or *Stop* in its place while something is under way."""

from collections.abc import Callable

import streamlit as st


def primary(
    page: str, shown: str, *, running: bool, generate: Callable[[], None], stop: Callable[[], None]
) -> None:
    """Ctrl+Enter generates, Esc stops; never disabled, whatever stands in a text box.

    shown: the run that is drawn beside it. Generate is another button for each, so that the second press of a
    double click is known for what it is, also when a short run has already ended.
    """
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
            key=f"{page}-generate-{shown}" if shown else f"{page}-generate",
            type="primary",
            icon=":material/play_arrow:",
            shortcut="Mod+Enter",
            on_click=generate,
        )
