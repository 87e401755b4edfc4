"""The knobs of both pages: what each is called, where it starts, what it is good for."""

from typing import Any

import streamlit as st

from services import MAX_STOPS, SIZES, CompletionRequest, Deployment, ImageRequest, Settings

COMPLETION: dict[str, Any] = {
    "completion-prompt": "",
    "completion-deployment": None,
    "completion-temperature": 1.0,
    "completion-max-tokens": 256,
    "completion-top-p": 1.0,
    "completion-frequency-penalty": 0.0,
    "completion-presence-penalty": 0.0,
    "completion-stop-sequences": "",
    "completion-n": 1,
    "completion-api-version": None,
}
IMAGE: dict[str, Any] = {"image-prompt": "", "image-size": "1024x1024", "image-n": 1}
PAGES = {"completion": COMPLETION, "image": IMAGE}
RANGES = {
    "completion-temperature": (0.0, 2.0),
    "completion-top-p": (0.0, 1.0),
    "completion-frequency-penalty": (-2.0, 2.0),
    "completion-presence-penalty": (-2.0, 2.0),
}

VERSIONS = ("2022-06-01-preview", "2023-06-01-preview", "2024-02-01", "2024-10-21")


def valid(key: str, value: Any) -> bool:
    """Whether a widget can hold a kept value: another version of the playground may have kept it."""
    default = (COMPLETION | IMAGE)[key]
    if key in RANGES:
        low, high = RANGES[key]
        return isinstance(value, float) and low <= value <= high
    if key == "image-size":
        return value in SIZES
    return type(value) is (str if default is None else type(default))


def completion(settings: Settings) -> None:
    """The parameters of a completion, the deployment first."""
    st.subheader("Parameters", anchor=False)
    _deployment(settings.text_deployments)
    st.slider(
        "Temperature",
        *RANGES["completion-temperature"],
        step=0.05,
        key="completion-temperature",
        help="How freely the next token is chosen: 0 takes the likeliest, higher values vary more. "
        "Lower it for facts and code, raise it for ideas; change this or Top P, not both.",
    )
    st.number_input(
        "Maximum length (tokens)",
        step=1,
        key="completion-max-tokens",
        help="The answer ends here at the latest; a token is about four characters of English. "
        "Raise it when answers break off. (Left unsaid, the service would stop at 16.)",
    )
    st.slider(
        "Top P",
        *RANGES["completion-top-p"],
        step=0.05,
        key="completion-top-p",
        help="Only the likeliest tokens that together reach this share are considered. "
        "Lower it to rule out odd words; change this or Temperature, not both.",
    )
    for name in ("Frequency", "Presence"):
        st.slider(
            f"{name} penalty",
            *RANGES[key := f"completion-{name.lower()}-penalty"],
            step=0.1,
            key=key,
            help=_PENALTIES[name],
        )
    st.text_area(
        f"Stop sequences (up to {MAX_STOPS})",
        key="completion-stop-sequences",
        height=80,
        placeholder="one per line",
        help="The answer ends before any of these, one per line; write \\n for a line break. "
        "Use one to end a list, a line of dialogue or an answer in a fixed form.",
    )
    st.number_input(
        "Number of completions",
        step=1,
        key="completion-n",
        help="How many answers to write to the same prompt, from 1 to 128. "
        "Ask for a few to compare; each one counts towards tokens and cost.",
    )
    st.selectbox(
        "API version",
        sorted({*VERSIONS, settings.api_version}),
        key="completion-api-version",
        accept_new_options=True,
        help="The dated version of the REST API that the request names. "
        "Choose the one your resource serves; type another if it is not listed.",
    )


def image() -> None:
    """The parameters of an image request."""
    st.subheader("Parameters", anchor=False)
    st.selectbox(
        "Size",
        SIZES,
        key="image-size",
        help="Width by height, in pixels. Smaller pictures come sooner; larger ones show more detail.",
    )
    st.number_input(
        "Number of images",
        step=1,
        key="image-n",
        help="How many pictures to make from the same prompt, from 1 to 5. "
        "Ask for several to choose from; each one is billed.",
    )


def completion_request() -> CompletionRequest:
    """What the completion page's widgets hold."""
    value = {key.removeprefix("completion-"): st.session_state.get(key) for key in COMPLETION}
    return CompletionRequest(
        deployment=value["deployment"] or "",
        prompt=value["prompt"] or "",
        api_version=value["api-version"] or None,
        max_tokens=value["max-tokens"] or 0,
        temperature=value["temperature"] or 0.0,
        top_p=value["top-p"] or 0.0,
        n=value["n"] or 0,
        stop=stop_sequences(value["stop-sequences"] or ""),
        presence_penalty=value["presence-penalty"] or 0.0,
        frequency_penalty=value["frequency-penalty"] or 0.0,
    )


def image_request() -> ImageRequest:
    """What the image page's widgets hold."""
    return ImageRequest(
        prompt=st.session_state.get("image-prompt") or "",
        n=st.session_state.get("image-n") or 0,
        size=st.session_state.get("image-size") or "",
    )


def stop_sequences(text: str) -> tuple[str, ...]:
    r"""One sequence a line, spaces kept; `\n` and `\t` stand for a line break and a tab."""
    return tuple(line.replace("\\n", "\n").replace("\\t", "\t") for line in text.split("\n") if line)


def _deployment(deployments: tuple[Deployment, ...]) -> None:
    names = [deployment.name for deployment in deployments]
    chosen = st.session_state.get("completion-deployment")
    if chosen is None and names:
        st.session_state["completion-deployment"] = names[0]
    st.selectbox(
        "Deployment",
        sorted({*names, chosen} - {None}) if chosen else names,
        key="completion-deployment",
        index=None,
        accept_new_options=True,
        placeholder="Type a deployment name",
        help="The name under which a model was deployed, as the portal lists it. "
        "Choose one, or type another name of the same resource.",
    )


_PENALTIES = {
    "Frequency": "Makes a token less likely each time it has already been used. "
    "Raise it a little when an answer repeats itself word for word.",
    "Presence": "Makes a token less likely once it has been used at all. "
    "Raise it to move on to new subjects, lower it to stay with the same ones.",
}
