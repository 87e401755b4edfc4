"""The star of a run."""

import streamlit as st

from services import Entry, Services
from ui.attempt import attempt


def star(entry: Entry, services: Services, owner: str) -> None:
    """A button that shows a star alone; its words are for those who do not see it."""
    words = "Remove from favourites" if entry.favourite else "Add to favourites"
    st.button(
        words,
        key=f"history-star-{'on' if entry.favourite else 'off'}-{entry.id}",
        type="tertiary",
        icon=":material/star:",
        help=words,
        on_click=attempt,
        args=("history", services.mark_favourite, owner, entry.id, not entry.favourite),
    )
