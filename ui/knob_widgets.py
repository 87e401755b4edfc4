"""One widget for every parameter of a completion: what it is called, and what it is good for."""

from services import EFFORTS, MAX_STOPS
from ui import widgets
from ui.parameters import CHOICES, RANGES


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


def _best_of() -> None:
    widgets.number_input(
        "Best of",
        step=1,
        key="completion-best-of",
        help="Writes this many answers and returns the likeliest; all of them are billed. "
        "Raise it for one good answer; it is not streamed, so it takes longer.",
    )


def _echo() -> None:
    widgets.toggle(
        "Echo the prompt",
        key="completion-echo",
        help="The answer begins with the prompt itself. "
        "Turn it on together with the probabilities to see how likely the prompt was.",
    )


def _suffix() -> None:
    widgets.text_area(
        "Suffix",
        key="completion-suffix",
        height=80,
        placeholder="What comes after the answer",
        help="The text that is to follow the answer, which then fits in between. "
        "Use it to fill a gap; few models take it.",
    )


def _logit_bias() -> None:
    widgets.text_area(
        "Logit bias",
        key="completion-logit-bias",
        height=80,
        placeholder="50256: -100",
        help="Makes single tokens likelier or rarer: the token's id and a number from −100 (never) to 100 "
        "(always), one pair per line. Use it to ban or to force a word; each model has its own ids.",
    )


def _seed() -> None:
    widgets.text_input(
        "Seed",
        key="completion-seed",
        placeholder="none",
        help="The same seed with the same parameters gives, as far as the service can, the same answer. "
        "Set a whole number to compare one changed parameter.",
    )


def _user() -> None:
    widgets.text_input(
        "End user",
        key="completion-user",
        placeholder="none",
        help="A name for whoever asks, which the service uses to find abuse. "
        "Use one that tells nobody who it is; it is never part of a link.",
    )


COMMON = {
    "system": _system,
    "reasoning_effort": _effort,
    "temperature": _temperature,
    "max_tokens": _max_tokens,
    "top_p": _top_p,
    "stop": _stop,
    "n": _n,
    "logprobs": _logprobs,
}
MORE = {
    "frequency_penalty": _frequency_penalty,
    "presence_penalty": _presence_penalty,
    "best_of": _best_of,
    "echo": _echo,
    "suffix": _suffix,
    "logit_bias": _logit_bias,
    "seed": _seed,
    "user": _user,
}
KEYS = {name: f"completion-{name.replace('_', '-')}" for name in COMMON | MORE} | {
    "reasoning_effort": "completion-effort",
    "stop": "completion-stop-sequences",
}
