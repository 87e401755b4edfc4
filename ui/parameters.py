"""The parameters of both pages: how each is called, where its widget starts, what it may be, and the request
they make."""

import re
from typing import Any

import streamlit as st

from services import (
    EFFORTS,
    MAX_ALTERNATIVES,
    MAX_STOPS,
    CompletionRequest,
    ImageFamily,
    ImageRequest,
    Invalid,
)

COMPLETION: dict[str, Any] = {
    "completion-prompt": "",
    "completion-deployment": None,
    "completion-call": "Completion",
    "completion-system": "",
    "completion-effort": "",
    "completion-temperature": 1.0,
    "completion-max-tokens": 256,
    "completion-top-p": 1.0,
    "completion-frequency-penalty": 0.0,
    "completion-presence-penalty": 0.0,
    "completion-stop-sequences": "",
    "completion-n": 1,
    "completion-logprobs": 0,
    "completion-best-of": 1,
    "completion-echo": False,
    "completion-suffix": "",
    "completion-logit-bias": "",
    "completion-seed": "",
    "completion-user": "",
    "completion-api-version": None,
}
IMAGE: dict[str, Any] = {
    "image-prompt": "",
    "image-deployment": None,
    "image-size": "1024x1024",
    "image-n": 1,
    "image-quality": None,
    "image-style": None,
    "image-background": None,
    "image-format": None,
    "image-compression": 100,
    "image-moderation": None,
    "image-previews": 2,
    "image-api-version": None,
}
LABELS = {
    "completion-prompt": "Prompt",
    "completion-deployment": "Deployment",
    "completion-call": "Call",
    "completion-system": "System message",
    "completion-effort": "Reasoning effort",
    "completion-temperature": "Temperature",
    "completion-max-tokens": "Maximum length (tokens)",
    "completion-top-p": "Top P",
    "completion-frequency-penalty": "Frequency penalty",
    "completion-presence-penalty": "Presence penalty",
    "completion-stop-sequences": f"Stop sequences (up to {MAX_STOPS})",
    "completion-n": "Number of completions",
    "completion-logprobs": "Show probabilities",
    "completion-best-of": "Best of",
    "completion-echo": "Echo the prompt",
    "completion-suffix": "Suffix",
    "completion-logit-bias": "Logit bias",
    "completion-seed": "Seed",
    "completion-user": "End user",
    "completion-api-version": "API version",
    "completion-keep": "Keep in history",
    "image-prompt": "Prompt",
    "image-deployment": "Deployment",
    "image-size": "Size",
    "image-n": "Number of images",
    "image-quality": "Quality",
    "image-style": "Style",
    "image-background": "Background",
    "image-format": "Format",
    "image-compression": "Compression",
    "image-moderation": "Moderation",
    "image-previews": "Previews",
    "image-api-version": "API version",
    "image-keep": "Keep in history",
}
_KEYS = {  # of the fields whose widget is called otherwise
    "reasoning_effort": "completion-effort",
    "stop": "completion-stop-sequences",
    "output_format": "image-format",
    "output_compression": "image-compression",
    "partial_images": "image-previews",
}
BESIDE: dict[str, Any] = {"known": "", "past": (), "future": (), "keep": True}  # see prompts and keeping
PAGES = {
    page: widgets | {f"{page}-{name}": start for name, start in BESIDE.items()}
    for page, widgets in (("completion", COMPLETION), ("image", IMAGE))
}
OF_THE_SERVICE = (
    "completion-deployment",
    "completion-call",
    "completion-api-version",
    "image-deployment",
    "image-api-version",
)
ROUTE = "submit and poll"  # how pictures are asked for where no deployment is named
CHOICES = {
    "completion-call": ("Completion", "Chat"),
    "completion-effort": ("", *EFFORTS),
    "completion-logprobs": tuple(range(MAX_ALTERNATIVES + 1)),
}
RANGES = {
    "completion-temperature": (0.0, 2.0),
    "completion-top-p": (0.0, 1.0),
    "completion-frequency-penalty": (-2.0, 2.0),
    "completion-presence-penalty": (-2.0, 2.0),
}

_BIAS = re.compile(r"\s*([0-9]{1,7})\s*[:=,\s]\s*(-?[0-9]{1,3}(?:\.[0-9]{1,6})?)\s*")
_WHOLE = re.compile(r"-?[0-9]{1,19}")


def widget(page: str, field: str) -> str:
    """The key of the widget that holds a field of a page's request."""
    return _KEYS.get(field) or f"{page}-{field.replace('_', '-')}"


def label(page: str, field: str) -> str:
    """What the page calls a field of its request, without what its widget says in brackets; a field that has
    no widget, or no longer, by its own name."""
    known = LABELS.get(widget(page, field), "").partition(" (")[0]
    return known or field.replace("_", " ").capitalize()


def valid(key: str, value: Any) -> bool:
    """Whether a widget can hold a kept value: another version of the playground may have kept it."""
    default = (PAGES["completion"] | PAGES["image"])[key]
    if key in RANGES:
        low, high = RANGES[key]
        return isinstance(value, float) and low <= value <= high
    if key in CHOICES:
        return value in CHOICES[key]
    if isinstance(default, tuple):
        return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    return type(value) is (str if default is None else type(default))


def completion_request() -> CompletionRequest:
    """What the completion page's widgets hold. Raises Invalid where a text is not what it should be."""
    value = {key.removeprefix("completion-"): st.session_state.get(key) for key in COMPLETION}
    chat = value["call"] == "Chat"
    return CompletionRequest(
        deployment=value["deployment"] or "",
        prompt=value["prompt"] or "",
        api_version=value["api-version"] or None,
        chat=chat,
        system=(chat and value["system"]) or None,
        reasoning_effort=(chat and value["effort"]) or None,
        max_tokens=value["max-tokens"] or 0,
        temperature=value["temperature"] or 0.0,
        top_p=value["top-p"] or 0.0,
        n=value["n"] or 0,
        stop=stop_sequences(value["stop-sequences"] or ""),
        presence_penalty=value["presence-penalty"] or 0.0,
        frequency_penalty=value["frequency-penalty"] or 0.0,
        logprobs=value["logprobs"] or None,
        best_of=None if chat or value["best-of"] == 1 else value["best-of"] or 0,
        echo=not chat and bool(value["echo"]),
        suffix=(not chat and value["suffix"]) or None,
        logit_bias=logit_bias(value["logit-bias"] or ""),
        seed=seed(value["seed"] or ""),
        user=value["user"] or None,
    )


def image_request(family: ImageFamily) -> ImageRequest:
    """What the image page's widgets hold; knobs that the family does not have are left unsaid."""
    value = {key.removeprefix("image-"): st.session_state.get(key) for key in IMAGE}
    image_format = value["format"] if family.formats else None
    return ImageRequest(
        prompt=value["prompt"] or "",
        deployment=value["deployment"] or None,
        api_version=value["api-version"] if value["deployment"] else None,
        n=value["n"] or 0,
        size=plain_size(value["size"] or ""),
        quality=value["quality"] if family.qualities else None,
        style=value["style"] if family.styles else None,
        background=value["background"] if family.backgrounds else None,
        output_format=image_format,
        output_compression=value["compression"] if image_format == "jpeg" else None,
        moderation=value["moderation"] if family.moderations else None,
        partial_images=value["previews"] if family.previews else None,
    )


def plain_size(typed: str) -> str:
    """A size as the service spells it, however a person wrote it."""
    return typed.replace(" ", "").replace("×", "x").lower()


def completion_widgets(request: CompletionRequest) -> dict[str, Any]:
    """What the completion page's widgets hold for a request: the way back from `completion_request`."""
    return _held(
        COMPLETION,
        {
            "completion-prompt": request.prompt,
            "completion-deployment": request.deployment,
            "completion-call": "Chat" if request.chat else "Completion",
            "completion-system": request.system,
            "completion-effort": request.reasoning_effort,
            "completion-temperature": request.temperature,
            "completion-max-tokens": request.max_tokens,
            "completion-top-p": request.top_p,
            "completion-frequency-penalty": request.frequency_penalty,
            "completion-presence-penalty": request.presence_penalty,
            "completion-stop-sequences": stop_lines(request.stop),
            "completion-n": request.n,
            "completion-logprobs": request.logprobs,
            "completion-best-of": request.best_of,
            "completion-echo": request.echo,
            "completion-suffix": request.suffix,
            "completion-logit-bias": "\n".join(f"{token}: {bias:g}" for token, bias in request.logit_bias),
            "completion-seed": "" if request.seed is None else str(request.seed),
            "completion-user": request.user,
            "completion-api-version": request.api_version,
        },
    )


def image_widgets(request: ImageRequest) -> dict[str, Any]:
    """What the image page's widgets hold for a request: the way back from `image_request`."""
    return _held(
        IMAGE,
        {
            "image-prompt": request.prompt,
            "image-deployment": request.deployment or "",
            "image-size": request.size,
            "image-n": request.n,
            "image-quality": request.quality,
            "image-style": request.style,
            "image-background": request.background,
            "image-format": request.output_format,
            "image-compression": request.output_compression,
            "image-moderation": request.moderation,
            "image-previews": request.partial_images,
            "image-api-version": request.api_version,
        },
    )


def _held(defaults: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Every widget's value: what is said where the widget can hold it, else its default."""
    return {key: said[key] if valid(key, said.get(key)) else start for key, start in defaults.items()}


def stop_lines(stops: tuple[str, ...]) -> str:
    """Stop sequences as their text box holds them: the way back from `stop_sequences`."""
    return "\n".join(stop.replace("\n", "\\n").replace("\t", "\\t") for stop in stops)


def stop_sequences(text: str) -> tuple[str, ...]:
    r"""One sequence a line, spaces kept; `\n` and `\t` stand for a line break and a tab."""
    return tuple(line.replace("\\n", "\n").replace("\\t", "\t") for line in text.split("\n") if line)


def logit_bias(text: str) -> tuple[tuple[str, float], ...]:
    """One pair a line, a token's id and its bias. Raises Invalid, which names the line."""
    found: dict[str, float] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        pair = _BIAS.fullmatch(line)
        if pair is None or abs(float(pair[2])) > 100:
            raise Invalid(
                f"Line {number} of the logit bias, “{line[:40]}”, is not a token id and a number "
                "from −100 to 100, such as 50256: -100. Nothing was sent."
            )
        if pair[1] in found:
            raise Invalid(f"The logit bias names token {pair[1]} twice. Nothing was sent.")
        found[pair[1]] = float(pair[2])
    return tuple(found.items())


def seed(text: str) -> int | None:
    """A whole number, None for an empty text. Raises Invalid."""
    if not text.strip():
        return None
    if not _WHOLE.fullmatch(text.strip()):
        raise Invalid(f"The seed must be a whole number, and “{text[:40]}” is none. Nothing was sent.")
    return int(text)
