"""The knobs of a completion: what each is called, and what it is good for."""

import streamlit as st

from services import EFFORTS, MAX_STOPS, Operation, Services
from ui import widgets
from ui.parameters import CHOICES, RANGES

CALLS = {"Completion": Operation.COMPLETION, "Chat": Operation.CHAT}
CHAT_ONLY = ("system", "reasoning_effort")
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
        "Call",
        list(CALLS),
        key="completion-call",
        required=True,
        help="Whether the model goes on with the prompt, or answers it as a message. "
        "Most models of today only chat; the choice follows the deployment where its name tells.",
    )
    knobs = services.text_family(st.session_state["completion-deployment"] or "").knobs
    chat = st.session_state["completion-call"] == "Chat"
    for name, draw in _KNOBS.items():
        if name in knobs and (chat or name not in CHAT_ONLY):
            draw()
        else:  # Streamlit would forget what it holds
            st.session_state[_KEYS[name]] = st.session_state[_KEYS[name]]
    widgets.selectbox(
        "API version",
        sorted({*VERSIONS, services.settings.api_version}),
        key="completion-api-version",
        accept_new_options=True,
        help="The version of the REST API that the request names; v1 and preview need no date. "
        "Choose the one your resource serves, or type another.",
    )


def _deployment(services: Services) -> None:
    names = [deployment.name for deployment in services.settings.text_deployments]
    chosen = st.session_state.get("completion-deployment")
    if chosen is None and names:
        st.session_state["completion-deployment"] = chosen = names[0]
        _follow_deployment(services)
    widgets.selectbox(
        "Deployment",
        list(dict.fromkeys([*names, *([chosen] if chosen else [])])),
        key="completion-deployment",
        accept_new_options=True,
        placeholder="Type a deployment name",
        on_change=_follow_deployment,
        args=(services,),
        help="The name under which a model was deployed, as the portal lists it. "
        "Choose one, or type another name of the same resource.",
    )


def _follow_deployment(services: Services) -> None:
    """Chooses the call that the deployment is known to serve."""
    operation = services.text_family(st.session_state["completion-deployment"] or "").operation
    for name, value in CALLS.items():
        if value is operation:
            st.session_state["completion-call"] = name


def _system() -> None:
    widgets.text_area(
        "System message",
        key="completion-system",
        height=80,
        placeholder="You are…",
        help="What the model is told before the prompt: who it is, how to answer. "
        "Leave it empty for the model's own manner.",
    )


def _effort() -> None:
    widgets.selectbox(
        "Reasoning effort",
        ["", *EFFORTS],
        key="completion-effort",
        format_func=lambda effort: effort or "the model's own",
        help="How long the model thinks before it answers; thinking counts as tokens. "
        "Lower it for speed, raise it for hard questions. (Not every model takes every value.)",
    )


def _temperature() -> None:
    widgets.slider(
        "Temperature",
        *RANGES["completion-temperature"],
        step=0.05,
        key="completion-temperature",
        help="How freely the next token is chosen: 0 takes the likeliest, higher values vary more. "
        "Lower it for facts and code, raise it for ideas; change this or Top P, not both.",
    )


def _max_tokens() -> None:
    widgets.number_input(
        "Maximum length (tokens)",
        step=1,
        key="completion-max-tokens",
        help="The answer ends here at the latest; a token is about four characters of English. "
        "Raise it when answers break off. (Left unsaid, the service would stop at 16.)",
    )


def _top_p() -> None:
    widgets.slider(
        "Top P",
        *RANGES["completion-top-p"],
        step=0.05,
        key="completion-top-p",
        help="Only the likeliest tokens that together reach this share are considered. "
        "Lower it to rule out odd words; change this or Temperature, not both.",
    )


def _penalty(name: str, help: str) -> None:
    key = f"completion-{name.lower()}-penalty"
    widgets.slider(f"{name} penalty", *RANGES[key], step=0.1, key=key, help=help)


def _frequency_penalty() -> None:
    _penalty(
        "Frequency",
        "Makes a token less likely each time it has already been used. "
        "Raise it a little when an answer repeats itself word for word.",
    )


def _presence_penalty() -> None:
    _penalty(
        "Presence",
        "Makes a token less likely once it has been used at all. "
        "Raise it to move on to new subjects, lower it to stay with the same ones.",
    )


def _stop() -> None:
    widgets.text_area(
        f"Stop sequences (up to {MAX_STOPS})",
        key="completion-stop-sequences",
        height=80,
        placeholder="one per line",
        help="The answer ends before any of these, one per line; write \\n for a line break. "
        "Use one to end a list, a line of dialogue or an answer in a fixed form.",
    )


def _n() -> None:
    widgets.number_input(
        "Number of completions",
        step=1,
        key="completion-n",
        help="How many answers to write to the same prompt, from 1 to 128. "
        "Ask for a few to compare; each one counts towards tokens and cost.",
    )


def _logprobs() -> None:
    widgets.select_slider(
        "Show probabilities",
        CHOICES["completion-logprobs"],
        key="completion-logprobs",
        format_func=lambda count: str(count or "Off"),
        help="Colours every token by how likely it was, and lists up to five that could have stood there. "
        "Turn it on to see where the model hesitated, and to go on from another token.",
    )


_KNOBS = {
    "system": _system,
    "reasoning_effort": _effort,
    "temperature": _temperature,
    "max_tokens": _max_tokens,
    "top_p": _top_p,
    "frequency_penalty": _frequency_penalty,
    "presence_penalty": _presence_penalty,
    "stop": _stop,
    "n": _n,
    "logprobs": _logprobs,
}
_KEYS = {name: f"completion-{name.replace('_', '-')}" for name in _KNOBS} | {
    "reasoning_effort": "completion-effort",
    "stop": "completion-stop-sequences",
}
