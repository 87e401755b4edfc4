"""Where the pictures of an operation will stand: an empty frame for each, of its shape, until it is there.

By then the browser has what Streamlit needs to show a picture, and the picture itself is on the page before
all that is said about it.
"""

import base64

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from services import OperationView, Services, Slot
from ui import gallery

LARGE_PX = 1024  # the page makes a frame smaller, never larger


class Frames:
    """The frames of one operation, in the rows its pictures will have."""

    def __init__(self, count: int, services: Services, owner: str) -> None:
        self._services, self._owner = services, owner
        self._shown: dict[int, tuple[str, str, str | None]] = {}
        with st.container(key="image-frames"):
            self._places = [_place(column, at) for at, column in enumerate(gallery.columns(count))]

    def show(self, view: OperationView) -> None:
        """Puts into each frame what there is: its picture, or the preview of the first."""
        for position, place in enumerate(self._places):
            content = address, alt, caption = self._content(view, position)
            if content != self._shown.get(position):
                self._shown[position] = content
                place.image(address, caption=caption, alt=alt, width="stretch")

    def _content(self, view: OperationView, position: int) -> tuple[str, str, str | None]:
        """The address of what a frame shows, words for those who do not see it, and a caption."""
        slot = view.slots[position] if position < len(view.slots) else Slot()
        if slot.key is not None:
            return gallery.link(self._services, self._owner, slot.key), gallery.described(slot, view), None
        if view.preview and position == 0:
            return _inline("jpeg", view.preview), view.request.prompt, "Still being drawn"
        width, height = gallery.shape(view)
        scale = max(1, LARGE_PX // max(width, height))  # no size was asked for: the shape alone is known
        width, height = width * scale, height * scale
        nothing = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"/>'
        return _inline("svg+xml", nothing.encode()), f"The place of picture {position + 1}", None


def _place(column: DeltaGenerator, position: int) -> DeltaGenerator:
    return column.container(key=f"image-frame-{position}", border=True, width=560).empty()


def _inline(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
