"""Where the pages are, for links and for going from one to another."""

from pathlib import Path
from urllib.parse import urljoin

import streamlit as st

_FOLDER = Path(__file__).parent.parent / "pages"
TEXT = _FOLDER / "completion.py"
IMAGES = _FOLDER / "images.py"
HISTORY = _FOLDER / "history.py"
CONNECTION = _FOLDER / "connection.py"


def absolute(path: str) -> str:
    """A link below the page's own address; Streamlit takes a bare path for a file of the server."""
    return urljoin(st.context.url or "http://localhost/", path)
