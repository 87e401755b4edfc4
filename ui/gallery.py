"""What an image operation left: its pictures in order, or in each place the reason why it is empty."""

import time
from collections.abc import Iterator

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from services import FilterState, NotFound, OperationView, Services, Slot
from ui import errors, filters
from ui.parameters import ROUTE
from ui.places import absolute
from ui.plain import escape


def show(view: OperationView, services: Services, owner: str) -> None:
    """An operation that has ended: one cell a slot, or the reason why there is none."""
    if view.filter.state is not FilterState.CLEAN:
        filters.show(view.filter, "image-prompt", view.error)
    elif view.error is not None:
        errors.show(view.error)
    elif view.state == "canceled":
        done = "The service had accepted nothing." if view.polls else "Nothing was sent."
        st.info(f"Stopped in time. {done}", icon=":material/cancel:")
    if view.notice:
        st.caption(f":material/key: {escape(view.notice)}")
    if view.slots:
        with st.container(key="image-set"):
            _set(view, services, owner)
        facts(view)
        if any(slot.key for slot in view.slots):
            expiry(view)


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


def facts(view: OperationView) -> None:
    """The line under a set: how many came, how long it took, what answered."""
    made, asked = sum(slot.key is not None for slot in view.slots), len(view.slots)
    said = [f"{made} of {asked} pictures" if asked > 1 else "1 picture" if made else "no picture"]
    said.append(f"deployment {view.request.deployment}" if view.request.deployment else ROUTE)
    for name, words in (("input_tokens", "tokens in"), ("output_tokens", "tokens out")):
        if view.usage and name in view.usage:
            said.append(f"{view.usage[name]:,} {words}")
    if view.polls:
        said.append(f"{view.polls[-1].elapsed_s:.1f} s")
    if view.polls and view.polls[-1].request_id:
        said.append(f"request id {view.polls[-1].request_id}")
    with st.container(key="image-facts"):
        st.caption(" · ".join(escape(fact, 120) for fact in said))


def _set(view: OperationView, services: Services, owner: str) -> None:
    width, height = shape(view)
    st.html(f"<style>.st-key-image-set {{ --picture: {width} / {height} }}</style>")
    for position, column in enumerate(columns(len(view.slots))):
        with column, st.container(key=f"image-slot-{position}", border=True, width=560):
            _slot(view.slots[position], position, view, services, owner)


def columns(count: int) -> Iterator[DeltaGenerator]:
    """A column for each picture, in rows of one to three, so that the order stays where a phone puts the
    columns below each other."""
    beside = 1 if count == 1 else 2 if count in (2, 4) else 3
    for first in range(0, count, beside):
        yield from st.columns(beside)[: count - first]


def _slot(slot: Slot, position: int, view: OperationView, services: Services, owner: str) -> None:
    if slot.filter is not None:
        filters.show(slot.filter, f"image-{position}", narrow=True)
    elif slot.key is None:
        _empty(position, slot.error or "")
    else:
        try:
            services.pictures.path(slot.key, "view")
        except NotFound as error:
            _empty(position, f"{error} Its prompt and settings are kept: make it again with them.")
        else:
            _picture(slot.key, slot, position, view, services, owner)


def _empty(position: int, why: str) -> None:
    with st.container(key=f"image-empty-{position}"):
        st.error(f"**No picture here.** {escape(why)}", icon=":material/broken_image:")


def _picture(
    key: str, slot: Slot, position: int, view: OperationView, services: Services, owner: str
) -> None:
    st.image(link(services, owner, key), alt=described(slot, view), width="stretch")
    if slot.revised_prompt:
        st.caption(f"Revised prompt: {escape(slot.revised_prompt)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.link_button(
            "Download",
            absolute(services.picture_link(owner, key, "original")),
            key=f"image-download-{position}",
            icon=":material/download:",
            help="The original file, byte for byte as the service sent it.",
        )
        st.badge("saved locally", icon=":material/check_circle:", color="green")
        st.caption(f"{slot.width}×{slot.height}")


def link(services: Services, owner: str, key: str) -> str:
    """Where a browser has a picture as a page shows it."""
    return absolute(services.picture_link(owner, key, "view"))


def described(slot: Slot, view: OperationView) -> str:
    """The text in place of a picture: what was asked for, and what the service made of that."""
    prompt = view.request.prompt
    return f"{prompt} (revised by the service: {slot.revised_prompt})" if slot.revised_prompt else prompt


def shape(view: OperationView) -> tuple[int, int]:
    """Width and height of the set's pictures: as they came, else as they were asked for."""
    for slot in view.slots:
        if slot.key is not None:
            return slot.width, slot.height
    width, _, height = view.request.size.partition("x")
    return (int(width), int(height)) if width.isdigit() and height.isdigit() else (1, 1)
