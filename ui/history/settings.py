"""Every setting that a run was made with."""

import json
from dataclasses import asdict

import streamlit as st

from ui.plain import escape
from ui.reuse import Request

_NAMES = {
    "api_version": "API version",
    "max_tokens": "Maximum length (tokens)",
    "top_p": "Top P",
    "n": "Number",
    "stop": "Stop sequences",
    "system": "System message",
    "logprobs": "Probabilities",
    "output_format": "Format",
    "output_compression": "Compression",
}


def table(request: Request) -> None:
    """Name and value of all that was said; the prompt stands elsewhere."""
    lines = ["| Setting | Value |", "|---|---|"]
    for name, value in asdict(request).items():
        if name != "prompt" and value is not None and value is not False and value != ():
            label = _NAMES.get(name) or name.replace("_", " ").capitalize()
            lines.append(f"| {label} | {escape(_written(value), 2_000)} |")
    st.markdown("\n".join(lines))


def _written(value: object) -> str:
    if value is True:
        return "yes"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
