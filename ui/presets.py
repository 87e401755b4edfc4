"""Named settings, ready-made and one's own, and a link to those the page has now."""

from typing import Any

import streamlit as st

from services import Services
from ui import settings
from ui.attempt import attempt, show_problem
from ui.copy import copy_button

LONGEST_NAME = 60
READY: dict[str, dict[str, dict[str, Any]]] = {
    "completion": {
        "Defaults": {},
        "Facts and code": {"temperature": 0.2},
        "Ideas": {"temperature": 1.3, "presence-penalty": 0.6},
        "Three to compare": {"n": 3},
        "Where the model hesitates": {"logprobs": 5, "max-tokens": 100},
    },
    "image": {"Defaults": {}, "Several to choose from": {"n": 3}},
}


def menu(page: str, services: Services, owner: str) -> None:
    """A popover, drawn when opened: choose a preset, keep the settings as one, copy a link to them."""
    box = st.popover(
        "Presets and link",
        icon=":material/bookmark:",
        key=f"{page}-presets",
        width="stretch",
        on_change="rerun",
    )
    if box.open:
        with box:
            _choices(page, services, owner)


def _choices(page: str, services: Services, owner: str) -> None:
    own = services.presets(owner, page)
    offered = READY[page] | own
    chosen = st.selectbox("Preset", list(offered), key=f"{page}-preset")
    with st.container(horizontal=True):
        st.button(
            "Use preset",
            key=f"{page}-preset-use",
            on_click=settings.apply_preset,
            args=(page, offered.get(chosen, {})),
        )
        if chosen in own:
            st.button(
                "Delete preset",
                key=f"{page}-preset-delete",
                on_click=attempt,
                args=(f"{page}-presets", services.delete_preset, owner, page, chosen),
            )
    st.text_input(
        "Keep these settings as", key=f"{page}-preset-name", max_chars=LONGEST_NAME, placeholder="Name"
    )
    st.button(
        "Keep preset",
        key=f"{page}-preset-keep",
        on_click=attempt,
        args=(f"{page}-presets", _keep, page, services, owner),
    )
    show_problem(f"{page}-presets")
    st.divider()
    copy_button(settings.link(page), key=f"{page}-link", label="Copy link to these settings")
    st.caption("A preset keeps no prompt; a link carries neither prompt nor system message.")


def _keep(page: str, services: Services, owner: str) -> None:
    name = str(st.session_state[f"{page}-preset-name"]).strip()
    if not name:
        st.toast("Give the preset a name first.")
        return
    services.save_preset(owner, page, name, settings.preset(page))
    st.session_state[f"{page}-preset"] = name
