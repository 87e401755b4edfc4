"""The past of the prompt: whatever stood in the box can be had back, many steps deep.

It is kept with the owner's draft, so that it survives a refresh. It holds committed texts: what Streamlit has
sent, which is whatever was typed before a press or a change of focus.
"""

from itertools import accumulate

import streamlit as st

STEPS = 100
CHARACTERS = 400_000


def note() -> None:
    """Notes that the prompt has changed since the last look; does nothing on a page without one."""
    prompt, known = st.session_state.get("completion-prompt"), st.session_state.get("completion-known")
    if prompt is None or known is None or prompt == known:
        return
    st.session_state["completion-past"] = _newest((*st.session_state["completion-past"], known))
    st.session_state["completion-future"] = ()
    st.session_state["completion-known"] = prompt


def replace(text: str) -> None:
    """Puts a text into the box; what stood there can be had back."""
    note()
    st.session_state["completion-prompt"] = text
    note()


def undo() -> None:
    """One step back."""
    note()
    _step("completion-past", "completion-future", "There is nothing to undo.")


def redo() -> None:
    """One step forward again."""
    note()
    _step("completion-future", "completion-past", "There is nothing to redo.")


def buttons() -> None:
    """*Undo* and *Redo*; never disabled, since a text that was just typed may not have been sent yet."""
    st.button("Undo", key="completion-undo", icon=":material/undo:", on_click=undo)
    st.button("Redo", key="completion-redo", icon=":material/redo:", on_click=redo)


def _step(source: str, target: str, otherwise: str) -> None:
    if not st.session_state[source]:
        st.toast(otherwise)
        return
    *rest, text = st.session_state[source]
    st.session_state[target] = (*st.session_state[target], st.session_state["completion-prompt"])
    st.session_state[source] = tuple(rest)
    st.session_state["completion-prompt"] = st.session_state["completion-known"] = text


def _newest(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The latest of them, as many as may be kept."""
    sizes = accumulate(map(len, reversed(texts[-STEPS:])))
    return texts[len(texts) - sum(size <= CHARACTERS for size in sizes) :]
