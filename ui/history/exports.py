"""Downloads of what is kept: some runs as a zip, all of them as JSON Lines.

Links for the owner's browser alone, at which the server sends a file as it makes it.
"""

from collections.abc import Sequence

import streamlit as st

from services import Services
from ui.places import absolute


def zip_button(services: Services, owner: str, ids: Sequence[str]) -> None:
    """Downloads runs: every setting, report and timeline, the texts, and the original pictures."""
    st.link_button(
        "Export as zip",
        absolute(services.exports.link(owner, ids)),
        key="history-export",
        icon=":material/folder_zip:",
    )


def lines_button(services: Services, owner: str) -> None:
    """Downloads the whole history, one line of JSON for each run; pictures are not in it."""
    st.link_button(
        "Export all as JSON Lines",
        absolute(services.exports.link(owner)),
        key="history-export-all",
        icon=":material/download:",
    )
