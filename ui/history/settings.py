"""Every setting that a run was made with."""

import json
from dataclasses import asdict

import streamlit as st

from services import CompletionRequest
from ui.parameters import ROUTE, label
from ui.plain import escape
from ui.reuse import Request


def table(request: Request) -> None:
    """Name and value of all that was said; the prompt stands elsewhere."""
    page = "completion" if isinstance(request, CompletionRequest) else "image"
    lines = ["| Setting | Value |", "|---|---|"]
    said = asdict(request) | {"deployment": request.deployment or f"none ({ROUTE})"}
    for name, value in said.items():
        if name != "prompt" and value is not None and value is not False and value != ():
            lines.append(f"| {label(page, name)} | {escape(_written(value), 2_000)} |")
    st.markdown("\n".join(lines))


def _written(value: object) -> str:
    if value is True:
        return "yes"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
