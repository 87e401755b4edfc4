"""Text completion: a prompt, its parameters, and the text as it is written."""

from functools import partial

import streamlit as st

from services import MAX_ALTERNATIVES
from ui import (
    actions,
    examples,
    keeping,
    knobs,
    live,
    offers,
    parameters,
    presets,
    prompts,
    session,
    settings,
    tokens,
    view_code,
    widgets,
)
from ui.attempt import attempt, show_problem
from ui.confirm import start_over
from ui.turns import turns

services, owner = session.services(), session.owner()
session.restore("completion")
settings.follow_link("completion")
if st.session_state["completion-api-version"] is None:
    st.session_state["completion-api-version"] = services.settings.api_version

showing = session.shown_run("completion")
shown = showing.id
run = services.run(owner, shown)


def generate() -> None:
    """Starts a run with what the page holds; the second press of a double click, which still belongs to what
    was shown before the first, starts nothing."""

    def start() -> None:
        request, kept = parameters.completion_request(), st.session_state["completion-keep"]
        if showing.id == shown:
            showing.show(services.complete(owner, request, keep=kept).id)

    attempt("completion", start)


def go_on(text: str) -> None:
    """Makes a text the prompt and generates from there."""
    if showing.id == shown:
        prompts.replace("completion", text)
        generate()


def score(text: str) -> None:
    """The same with probabilities."""
    st.session_state["completion-logprobs"] = MAX_ALTERNATIVES
    go_on(text)


def stop() -> None:
    """Ends the run and keeps what it has written."""
    if run is not None:
        run.stop()


def choose(example: examples.Example) -> None:
    """Puts an example into the widgets."""
    settings.apply_preset("completion", example.settings)
    prompts.replace("completion", example.prompt)


def clear() -> None:
    """Empties the prompt and the result; parameters stay."""
    stop()
    prompts.replace("completion", "")
    showing.show("")


st.title("Text completion", anchor=False)
writing, beside = st.columns([3, 1], gap="large")


def parameters_beside() -> None:
    """Draws the column beside the prompt."""
    with beside:
        settings.notice("completion")
        knobs.completion(services)
        presets.menu("completion", services, owner)
        keeping.switch("completion")


with writing:
    widgets.text_area(
        "completion-prompt",
        persist_state="session",
        height=180,
        placeholder="Write the beginning of a text. The model goes on from there.",
    )
    counted = st.container(key="completion-tokens-in-prompt").empty()
    with st.container(horizontal=True, key="completion-actions"):
        primary = st.empty()
        examples.menu(examples.TEXT, services.sandbox is not None, "completion", choose)
        start_over("completion", clear)
        prompts.buttons("completion")

    def standing(*, running: bool) -> None:
        """Draws what looks otherwise while a run is under way."""
        with counted:
            tokens.show(services, running=running)
        with primary:
            actions.primary("completion", shown, running=running, generate=generate, stop=stop)

    with st.container(key="completion-output"):
        with st.container(key="completion-problem"):
            show_problem("completion")
        following = st.empty()
        if run is not None and not run.ended:
            standing(running=True)
            turns.later(parameters_beside)
            with following.container(key="completion-live"):
                live.follow(run, services.frame_s)
        else:
            parameters_beside()
        standing(running=False)
        if run is not None:
            with st.container(key="completion-finished"):
                deployment = st.session_state["completion-deployment"] or ""
                knows = services.deployments.text_family(deployment).knobs
                use = partial(prompts.replace, "completion")
                live.show(run, go_on, use, again=go_on, score=score if "logprobs" in knows else None)
                offers.show(run, services, generate)
                code = services.text_code(run.request)
                view_code.show(code, "completion", sandbox=services.sandbox is not None)
            following.empty()  # until here it stands in the finished one's place
        elif shown:
            st.info(
                "This result is no longer here: it was deleted, was not kept in the history, or belongs to "
                "another browser. Generate again to make a new one.",
                icon=":material/history:",
            )
        elif not showing.problem:
            st.caption("The completion appears here.")
