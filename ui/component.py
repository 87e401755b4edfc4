"""Components of our own: a module with its looks and its script beside it."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


def component(module: str, html: str) -> Callable[..., Any]:
    """The component of a module (its `__file__`), whose `.css` and `.js` have the module's name."""
    path = Path(module)
    css, js = (_read(path.with_suffix(suffix)) for suffix in (".css", ".js"))
    return st.components.v2.component(path.stem, html=html, css=css, js=js)


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
