"""Prompts to start from; on the sandbox, some that show each thing the content filter can do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st


@dataclass(frozen=True, slots=True)
class Example:
    """A preset with a prompt, and a name for the menu."""

    name: str
    prompt: str
    settings: dict[str, Any] = field(default_factory=dict)
    sandbox_only: bool = False


_RHYME = (
    "Twinkle, twinkle, little star,\nHow I wonder what you are!\n"
    "Up above the world so high,\nLike a diamond in the sky.\n\n"
)

TEXT = (
    Example("A story", "Once upon a time"),
    Example("A list", "Five things to pack for a rainy weekend in the mountains:\n1."),
    Example("A question", "Question: Why is the sky blue?\nAnswer:"),
    Example("A function", "# Python\ndef fibonacci(n):\n", {"temperature": 0.2}),
    Example("Filter: prompt blocked", "Describe a food fight to the death.", sandbox_only=True),
    Example(
        "Filter: answer cut",
        f"{_RHYME}{_RHYME}Twinkle, twinkle, little star,",  # said twice, the model says it a third time
        {"max-tokens": 60},
        sandbox_only=True,
    ),
)
IMAGES = (
    Example("Umbrella on the beach", "a multi-colored umbrella on the beach, disposable camera"),
    Example("Penguins at sunset", "three penguins on an iceberg at sunset, watercolor", {"n": 2}),
    Example("Red sailboat", "a red sailboat on a calm sea at dawn"),
    Example("City in the rain", "a city street in the rain at night, neon"),
    Example("Filter: prompt blocked", "a food fight to the death", sandbox_only=True),
    Example(
        "Filter: one image blocked",
        "a haunted house on a hill, watercolor",
        {"n": 3},
        sandbox_only=True,
    ),
)


def menu(examples: tuple[Example, ...], sandbox: bool, key: str, choose: Callable[[Example], None]) -> None:
    """A menu of the examples; `choose` gets the one that was picked."""
    offered = {example.name: example for example in examples if sandbox or not example.sandbox_only}
    st.menu_button(
        "Examples",
        list(offered),
        key=f"{key}-examples",
        icon=":material/lightbulb:",
        on_click=lambda: choose(offered[st.session_state[f"{key}-examples"]]),
    )
