"""One run with everything that is kept of it, and what can be done with it."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from services import (
    MAX_ALTERNATIVES,
    CompletionRequest,
    Entry,
    NotFound,
    OperationView,
    Run,
    Services,
    TextSnapshot,
)
from ui import errors, gallery, live, places, reuse, timeline, when
from ui.attempt import attempt, show_problem
from ui.copy import copy_button
from ui.history import exports, favourite, settings, words
from ui.history.deletion import delete
from ui.plain import body
from ui.reuse import Request

Start = Callable[[Request], None]


def draw(id: str, services: Services, owner: str) -> None:
    """The run of that id; somebody else's is answered like one that never was."""
    st.page_link(str(places.HISTORY), label="All runs", icon=":material/arrow_back:", help="")
    try:
        entry = services.entry(owner, id)
        kept = _kept(entry, services, owner)
    except NotFound as error:
        errors.show(error, "history-missing")
        return
    request: Request = kept.request
    start = _starter(services, owner)
    with st.container(horizontal=True, vertical_alignment="center", key="history-heading"):
        st.subheader(f"{words.KINDS[entry.kind]} · {when.day(entry.at)}", anchor=False, width="content")
        favourite.star(entry, services, owner)
        st.caption(words.facts(entry), width="content")
    _actions(entry, request, start, services, owner)
    show_problem("history")
    made, beside = st.columns([3, 1], gap="large")
    with beside:
        st.subheader("Settings", anchor=False)
        settings.table(request)
    with made:
        with st.container(key="history-prompt"):
            st.text(body(request.prompt) or "(no prompt)")
            copy_button(request.prompt, key="history-copy-prompt", label="Copy prompt")
        if not kept.ended:
            st.page_link(
                str(places.TEXT if entry.kind == "text" else places.IMAGES),
                label="Watch it on its page",
                icon=":material/visibility:",
                help="",
                query_params={"run": id},
            )
        elif isinstance(kept, Run):
            _text(kept, start, services)
        else:
            _pictures(kept, services, owner)


def _kept(entry: Entry, services: Services, owner: str) -> Run[TextSnapshot] | OperationView:
    if entry.kind == "image":
        return services.operation(owner, entry.id)
    run = services.run(owner, entry.id)
    if run is None:
        raise NotFound("There is no such run here.", advice="It may belong to another browser.")
    return run


def _starter(services: Services, owner: str) -> Start:
    """Starts a run once: the second press of a double click belongs to what was drawn before the first, and
    goes where that went."""
    used = reuse.use()
    drawn = used.started

    def start(request: Request) -> None:
        if used.started == drawn:
            used.started, used.request = drawn + 1, None
            attempt("history", reuse.run_again, request, services, owner)
        else:
            used.due = True

    return start


def _actions(entry: Entry, request: Request, start: Start, services: Services, owner: str) -> None:
    with st.container(horizontal=True, key="history-actions"):
        st.button(
            "Use prompt",
            key="history-use-prompt",
            icon=":material/edit_note:",
            on_click=reuse.use_prompt,
            args=(request,),
        )
        st.button(
            "Use all settings",
            key="history-use-all",
            icon=":material/tune:",
            on_click=reuse.use_all,
            args=(request, entry.id),
        )
        st.button("Run again", key="history-again", icon=":material/replay:", on_click=start, args=(request,))
        exports.zip_button(services, owner, (entry.id,))
        st.button(
            "Delete",
            key="history-delete",
            icon=":material/delete:",
            on_click=attempt,
            args=("history", delete, services, owner, (entry.id,)),
        )


def _text(run: Run[TextSnapshot], start: Start, services: Services) -> None:
    request: CompletionRequest = run.request
    knows = services.deployments.text_family(request.deployment).knobs

    def score(text: str) -> None:
        start(replace(request, prompt=text, logprobs=MAX_ALTERNATIVES))

    live.show(
        run,
        lambda text: start(replace(request, prompt=text)),
        lambda text: reuse.use_prompt(replace(request, prompt=text)),
        score=score if "logprobs" in knows else None,
    )


def _pictures(view: OperationView, services: Services, owner: str) -> None:
    gallery.show(view, services, owner)
    timeline.show(view)
