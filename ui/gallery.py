"""The pictures of a set, in order: each with its download, or the reason why its place is empty."""

import time
from urllib.parse import urljoin

import streamlit as st

from services import FilterState, OperationView, Services, Slot
from ui import errors, filters
from ui.plain import escape


def show(view: OperationView, services: Services, owner: str) -> None:
    """What an operation left: one cell a slot, or the reason why there is none."""
    if view.filter.state is not FilterState.CLEAN:
        filters.show(view.filter, "image-prompt", view.error)
    elif view.error is not None:
        errors.show(view.error)
    elif view.state == "canceled":
        st.info("Stopped in time. Nothing was sent.", icon=":material/cancel:")
    if not view.slots:
        return
    expiry(view)
    columns = st.columns(1 if len(view.slots) == 1 else 2 if len(view.slots) in (2, 4) else 3)
    for position, slot in enumerate(view.slots):
        with (
            columns[position % len(columns)],
            st.container(key=f"image-slot-{position}", border=True, width=560),
        ):
            _slot(slot, position, view, services, owner)


def expiry(view: OperationView) -> None:
    """How long the service itself still keeps the pictures; ours do not expire."""
    if view.expires_at is None:
        return
    hours = (view.expires_at - time.time()) / 3600
    words = (
        f"for about {hours:.0f} h more"
        if hours >= 1
        else "for less than an hour"
        if hours > 0
        else "no longer"
    )
    st.caption(f"The service keeps these {words}; the copies saved here stay.")


def _slot(slot: Slot, position: int, view: OperationView, services: Services, owner: str) -> None:
    if slot.key is not None:
        _picture(slot, position, view, services, owner)
    elif slot.filter is not None:
        filters.show(slot.filter, f"image-{position}", narrow=True)
    else:
        st.error(f"**No picture here.** {escape(slot.error or '')}", icon=":material/broken_image:")


def _picture(slot: Slot, position: int, view: OperationView, services: Services, owner: str) -> None:
    assert slot.key is not None  # noqa: S101 (the caller's condition)
    st.image(
        absolute(services.picture_link(owner, slot.key, "view")),
        alt=slot.revised_prompt or view.request.prompt,
        width="stretch",
    )
    if slot.revised_prompt:
        st.caption(f"Revised prompt: {escape(slot.revised_prompt)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.link_button(
            "Download",
            absolute(services.picture_link(owner, slot.key, "original")),
            key=f"image-download-{position}",
            icon=":material/download:",
            help="The original file, byte for byte as the service sent it.",
        )
        st.badge("saved locally", icon=":material/check_circle:", color="green")
        st.caption(f"{slot.width}×{slot.height}")


def absolute(path: str) -> str:
    """A link below the page's own address; Streamlit takes a bare path for a file of the server."""
    return urljoin(st.context.url or "http://localhost/", path)
