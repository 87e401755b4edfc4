"""Offers the way out of a refusal that one changed setting mends, and remembers what it taught."""

from collections.abc import Callable

import streamlit as st

from services import Operation, Run, Services, TextSnapshot
from ui.attempt import attempt
from ui.parameters import COMPLETION, label, widget

_PARAMETERS = {"max_completion_tokens": "max_tokens", "top_logprobs": "logprobs"}  # of chat


def show(run: Run[TextSnapshot], services: Services, generate: Callable[[], None]) -> None:
    """A button under a refusal: the other call, or the page's content with the refused parameter left out, or
    back at its default where only the value was refused.

    None once another deployment is chosen: it would be sent there, and remembered of this one.
    """
    error, deployment = run.error, run.request.deployment
    if error is None or deployment != st.session_state["completion-deployment"]:
        return

    def offer(label: str, change: Callable[[], None]) -> None:
        def accept() -> None:
            change()
            generate()

        st.button(
            label,
            key=f"completion-offer-{run.id}",
            icon=":material/redo:",
            on_click=attempt,
            args=("completion", accept),
        )

    knob = _PARAMETERS.get(error.param or "", error.param or "")
    if error.code == "OperationNotSupported" or _knows_only_chat(run, services):
        call = "Completion" if run.request.chat else "Chat"
        offer(f"Send as {call.lower()}", lambda: _change_call(services, deployment, call))
    elif knob in services.deployments.text_family(deployment).knobs:
        key, words = widget("completion", knob), f"“{label('completion', knob)}”"
        if error.code == "unsupported_value" and st.session_state[key] != COMPLETION[key]:
            offer(f"Send with the default {words}", lambda: _reset(key))
        else:
            offer(f"Send without {words}", lambda: services.deployments.learn(deployment, without=knob))


def _knows_only_chat(run: Run[TextSnapshot], services: Services) -> bool:
    """Whether a server other than Azure's was asked for a completion and has nothing at that address."""
    error = run.error
    missing = error is not None and error.status in (404, 405, 501) and error.code != "DeploymentNotFound"
    return missing and services.settings.v1_path is not None and not run.request.chat


def _change_call(services: Services, deployment: str, call: str) -> None:
    operation = Operation.CHAT if call == "Chat" else Operation.COMPLETION
    services.deployments.learn(deployment, operation=operation)
    st.session_state["completion-call"] = call


def _reset(key: str) -> None:
    st.session_state[key] = COMPLETION[key]
