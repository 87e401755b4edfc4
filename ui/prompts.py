"""The past of a page's prompt: whatever stood in the box can be had back, many steps deep.

It is kept with the owner's draft, so that it survives a refresh. It holds committed texts: what Streamlit has
sent, which is whatever was typed before a press or a change of focus.
"""

from itertools import accumulate

import streamlit as st

STEPS = 100
CHARACTERS = 400_000


def note(page: str) -> None:
    """Notes that the prompt has changed since the last look; does nothing for a page that is not open."""
    prompt, known = (st.session_state.get(f"{page}-{name}") for name in ("prompt", "known"))
    if prompt is None or known is None or prompt == known:
        return
    st.session_state[f"{page}-past"] = _newest((*st.session_state[f"{page}-past"], known))
    st.session_state[f"{page}-future"] = ()
    st.session_state[f"{page}-known"] = prompt


def replace(page: str, text: str) -> None:
    """Puts a text into the box; what stood there can be had back."""
    note(page)
    st.session_state[f"{page}-prompt"] = text
    note(page)


def undo(page: str) -> None:
    """One step back."""
    note(page)
    _step(page, "past", "future", "There is nothing to undo.")


def redo(page: str) -> None:
    """One step forward again."""
    note(page)
    _step(page, "future", "past", "There is nothing to redo.")


def buttons(page: str) -> None:
    """*Undo* and *Redo* once there is a past: both, so that neither slips under a press of the other, and
    never disabled, since a text that was just typed may not have been sent yet."""
    note(page)
    if st.session_state[f"{page}-past"] or st.session_state[f"{page}-future"]:
        st.button("Undo", key=f"{page}-undo", icon=":material/undo:", on_click=undo, args=(page,))
        st.button("Redo", key=f"{page}-redo", icon=":material/redo:", on_click=redo, args=(page,))


def _step(page: str, source: str, target: str, otherwise: str) -> None:
    source, target, prompt = (f"{page}-{name}" for name in (source, target, "prompt"))
    if not st.session_state[source]:
        st.toast(otherwise)
        return
    *rest, text = st.session_state[source]
    st.session_state[target] = (*st.session_state[target], st.session_state[prompt])
    st.session_state[source] = tuple(rest)
    st.session_state[prompt] = st.session_state[f"{page}-known"] = text


def _newest(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The latest of them, as many as may be kept."""
    sizes = accumulate(map(len, reversed(texts[-STEPS:])))
    return texts[len(texts) - sum(size <= CHARACTERS for size in sizes) :]
