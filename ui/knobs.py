"""The parameters of a completion beside its prompt: which are offered, and in what order."""

from collections.abc import Callable, Collection, Mapping

import streamlit as st

from services import Operation, Services
from ui import widgets
from ui.knob_widgets import COMMON, MORE
from ui.parameters import widget

CALLS = {"Completion": Operation.COMPLETION, "Chat": Operation.CHAT}
CHAT_ONLY = ("system", "reasoning_effort")
COMPLETION_ONLY = ("best_of", "echo", "suffix")
VERSIONS = (
    "2022-06-01-preview",
    "2023-06-01-preview",
    "2024-02-01",
    "2024-10-21",
    "2025-04-01-preview",
    "v1",
    "preview",
)


def completion(services: Services) -> None:
    """The parameters of a completion, the deployment first; only what the deployment's family takes."""
    st.subheader("Parameters", anchor=False)
    _deployment(services)
    widgets.segmented_control(
        "completion-call",
        required=True,
        help="Whether the model goes on with the prompt, or answers it as a message. "
        "Most models of today only chat; the choice follows the deployment where its name tells.",
    )
    knobs = services.deployments.text_family(st.session_state["completion-deployment"] or "").knobs
    wrong = COMPLETION_ONLY if st.session_state["completion-call"] == "Chat" else CHAT_ONLY
    drawn = offered = knobs.difference(wrong)
    _draw(COMMON, offered)
    if not offered.isdisjoint(MORE):
        box = st.expander("More parameters", icon=":material/tune:", key="completion-more", on_change="rerun")
        if box.open:
            with box:
                _draw(MORE, offered)
        else:
            drawn = offered - MORE.keys()
    for name in (COMMON | MORE).keys() - drawn:  # Streamlit would forget what it holds
        key = widget("completion", name)
        st.session_state[key] = st.session_state[key]
    widgets.api_version("completion-api-version", (*VERSIONS, services.settings.api_version))


def _deployment(services: Services) -> None:
    names = [deployment.name for deployment in services.settings.text_deployments]
    chosen = st.session_state.get("completion-deployment")
    if chosen is None and names:
        st.session_state["completion-deployment"] = chosen = names[0]
        _follow_deployment(services)
    widgets.selectbox(
        "completion-deployment",
        list(dict.fromkeys([*names, *([chosen] if chosen else [])])),
        accept_new_options=True,
        placeholder="Type a deployment name",
        on_change=_follow_deployment,
        args=(services,),
        help="The name under which a model was deployed, as the portal lists it. "
        "Choose one, or type another name of the same resource.",
    )


def _follow_deployment(services: Services) -> None:
    """Chooses the call that the deployment is known to serve."""
    operation = services.deployments.text_family(st.session_state["completion-deployment"] or "").operation
    for name, value in CALLS.items():
        if value is operation:
            st.session_state["completion-call"] = name


def _draw(knobs: Mapping[str, Callable[[str], None]], offered: Collection[str]) -> None:
    for name, draw in knobs.items():
        if name in offered:
            draw(widget("completion", name))
