"""How long the prompt is in tokens, and how much room is left, before anything is sent."""

import math

import streamlit as st

from services import Services

CHARACTERS = 4  # per token, in English


def show(services: Services, *, running: bool) -> None:
    """A line under the prompt. running: a model that writes is not asked to count at the same time."""
    prompt = st.session_state["completion-prompt"]
    deployment = st.session_state["completion-deployment"] or ""
    if not prompt:
        return
    exact = _known(deployment, prompt) if running else _count(services, deployment, prompt)
    count = math.ceil(len(prompt) / CHARACTERS) if exact is None else exact
    words = told(count) if exact is not None else f"About {told(count)}, an estimate"
    if window := services.deployments.context_window(deployment):
        left = window - count - (st.session_state["completion-max-tokens"] or 0)
        words += f" · the model holds {window:,}, answer included" + (
            f" · {left:,} left beside the maximum length" if left >= 0 else ""
        )
        if left < 0:
            words = f":material/warning: {words} · {-left:,} too many with the maximum length"
    st.caption(words)


def told(count: int) -> str:
    """So many tokens, in words."""
    return f"{count:,} token" if count == 1 else f"{count:,} tokens"


def _count(services: Services, deployment: str, prompt: str) -> int | None:
    """The service's own count, asked once for each text."""
    counted = st.session_state.get("completion-counted")
    if counted is None or counted[:2] != (deployment, prompt):
        count = services.deployments.count_tokens(deployment, prompt)
        st.session_state["completion-counted"] = (deployment, prompt, count)
    return _known(deployment, prompt)


def _known(deployment: str, prompt: str) -> int | None:
    *text, count = st.session_state.get("completion-counted") or (None, None, None)
    return count if text == [deployment, prompt] else None
