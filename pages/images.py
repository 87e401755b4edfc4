"""Image generation: a prompt, the operation as it goes, and the pictures it leaves."""

import secrets
from collections.abc import Callable
from functools import partial

import streamlit as st

from services import ImageRequest, NotFound
from ui import (
    actions,
    early,
    errors,
    examples,
    gallery,
    image_actions,
    image_knobs,
    keeping,
    parameters,
    presets,
    prompts,
    session,
    settings,
    timeline,
    view_code,
    widgets,
)
from ui.attempt import attempt
from ui.confirm import start_over
from ui.frames import Frames

early.load(early.FIRST_PICTURE)
services, owner = session.services(), session.owner()
session.restore("image")
settings.follow_link("image")

showing = session.shown_run("image")
shown = showing.id
view = missing = None
if shown:
    try:
        view = services.operation(owner, shown)
    except NotFound as error:
        missing = error
running = view is not None and not view.ended
if st.session_state["arrived"]:
    st.session_state["image-unwatched"] = None  # who comes back wants to see it
watching = running and st.session_state.get("image-unwatched") != shown


def generate() -> None:
    """Queues what the page holds."""
    family = services.deployments.image_family(st.session_state["image-deployment"] or None)
    attempt("image", start, lambda: parameters.image_request(family))


def vary() -> None:
    """Queues the request of the result that is shown once more, whatever the page holds by now."""
    attempt("image", start, lambda: services.operation(owner, shown).request)


def start(request: Callable[[], ImageRequest]) -> None:
    """Queues an operation; the second press of a double click, which still belongs to what was shown before
    the first, starts nothing."""
    intent, kept, asked = st.session_state["image-intent"], st.session_state["image-keep"], request()
    if showing.id == shown:
        showing.show(services.generate(owner, intent, asked, keep=kept))


def stop() -> None:
    """Cancels what was not sent; what was sent goes on unwatched."""

    def cancel() -> None:
        if not services.cancel_operation(owner, shown):
            st.session_state["image-unwatched"] = shown

    attempt("image", cancel)


def resume() -> None:
    """Watches the operation again."""
    st.session_state["image-unwatched"] = None


def choose(example: examples.Example) -> None:
    """Puts an example into the widgets, no more pictures than the deployment makes."""
    settings.apply_preset("image", example.settings)
    prompts.replace("image", example.prompt)
    most = services.deployments.image_family(st.session_state["image-deployment"] or None).most
    st.session_state["image-n"] = min(st.session_state["image-n"], most)


def clear() -> None:
    """Empties the prompt and the result; the operation and its pictures are kept."""
    prompts.replace("image", "")
    showing.show("")


st.title("Image generation", anchor=False)
making, beside = st.columns([3, 1], gap="large")

with beside:
    settings.notice("image")
    image_knobs.draw(services)
    presets.menu("image", services, owner)
    keeping.switch("image")

with making:
    widgets.text_area(
        "image-prompt",
        persist_state="session",
        height=120,
        placeholder="Describe a picture: what is in it, where, in which light and style.",
    )
    with st.container(horizontal=True, key="image-actions"):
        primary = st.empty()
        examples.menu(examples.IMAGES, services.sandbox is not None, "image", choose)
        start_over("image", clear)
        prompts.buttons("image")

    with st.container(key="image-output"):
        if problem := showing.problem or missing:
            with st.container(key="image-problem"):
                errors.show(problem, "problem")
        results = st.container(key="image-results")
        status = st.container(key="image-status")
        following = status.empty()

    if view and watching:
        with primary:
            actions.primary("image", shown, running=True, generate=generate, stop=stop)
        with following.container(key="image-live"):
            frames = Frames(view.request.n, services, owner)
            view = timeline.follow(partial(services.operation, owner, shown), services.await_step, frames)
    st.session_state["image-intent"] = secrets.token_urlsafe(12)  # the next press is a new operation
    with primary:
        actions.primary("image", shown, running=False, generate=generate, stop=stop)
    if view is None and not problem:
        status.caption("The pictures appear here.")
        if latest := services.latest_operation(owner):
            status.button(
                "Show the last result",
                key="image-latest",
                icon=":material/history:",
                on_click=showing.show,
                args=(latest,),
            )
    elif view is not None and view.ended:
        with results, st.container(key="image-finished"):
            if view.checkable:
                st.button(
                    "Check again",
                    key="image-check",
                    icon=":material/refresh:",
                    on_click=attempt,
                    args=("image", services.check_operation, owner, shown),
                )
            gallery.show(view, services, owner)
            image_actions.draw(view, services, owner, vary)
        with status:
            timeline.show(view)
            view_code.show(services.image_code(view.request), "image", sandbox=services.sandbox is not None)
        following.empty()  # until here it stands in the finished one's place
    elif view is not None:
        with status:
            st.info(
                "Stopped watching. The service has no cancel; it goes on, may be billed, "
                "and the result will be kept.",
                icon=":material/visibility_off:",
            )
            st.button("Resume watching", key="image-resume", icon=":material/visibility:", on_click=resume)
            timeline.answers(view)
            timeline.await_end(partial(services.operation, owner, shown))
