"""What can be done with an image operation that has ended: used again, varied, taken along."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from services import NotFound, OperationView, Services
from ui import parameters, prompts
from ui.places import absolute


def draw(view: OperationView, services: Services, owner: str, vary: Callable[[], None]) -> None:
    """The buttons below a result of the image page; vary: starts the same request anew."""
    with st.container(horizontal=True, key="image-again"):
        for label, icon, values in (
            ("Use prompt", "edit_note", {"image-prompt": view.request.prompt}),
            ("Use all settings", "tune", parameters.image_widgets(view.request)),
        ):
            st.button(
                label,
                key=f"image-{label.lower().replace(' ', '-')}",
                icon=f":material/{icon}:",
                on_click=_take,
                args=(values,),
            )
        st.button(
            "Vary",
            key=f"image-vary-{view.id}",  # another button for each result: a second press varies nothing
            icon=":material/casino:",
            help="Makes another set from the same prompt with the same settings. It is billed anew.",
            on_click=vary,
        )
        _take_along(view, services, owner)


def _take(values: dict[str, Any]) -> None:
    prompts.note("image")  # what was typed can be had back
    st.session_state.update(values)


def _take_along(view: OperationView, services: Services, owner: str) -> None:
    """Downloads of the whole set and of its record; nothing for what is not in the history."""
    try:
        services.entry(owner, view.id)
    except NotFound:
        return
    if sum(slot.key is not None for slot in view.slots) > 1:
        st.link_button(
            "Download all",
            absolute(services.exports.link(owner, [view.id])),
            key="image-download-all",
            icon=":material/folder_zip:",
            help="A zip with the original pictures and their record.",
        )
    st.download_button(
        "Record (JSON)",
        lambda: services.exports.record(owner, view.id),
        file_name=f"pictures-{view.id}.json",
        mime="application/json",
        key="image-record",
        icon=":material/data_object:",
        help="Every setting, what the content filter said, and the timeline.",
        on_click="ignore",
    )
