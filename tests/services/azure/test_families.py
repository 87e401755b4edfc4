"""A model's name tells what it serves and takes; an unknown one is offered everything."""

import pytest

from services.azure.families import (
    ALL_KNOBS,
    CHAT,
    EFFORTS,
    LEGACY,
    REASONING,
    UNKNOWN,
    Family,
    context_window,
    family,
)
from services.azure.versions import Operation

NAMES = {
    "chat": (
        CHAT,
        "gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-4o gpt-4o-mini gpt-4 gpt-4-32k gpt-35-turbo gpt-35-turbo-16k "
        "gpt-3.5-turbo chatgpt-4o-latest llama3.2 mistral-large phi4 deepseek-r1 qwen3:8b gemma3 gpt-oss:20b",
    ),
    "reasoning": (
        REASONING,
        "gpt-5 gpt-5-mini gpt-5-nano gpt-5.1 gpt-5.4 gpt5-mine o1 o1-preview o3 o3-mini o4-mini codex-mini",
    ),
    "legacy": (
        LEGACY,
        "gpt-35-turbo-instruct gpt-3.5-turbo-instruct gpt-35-turbo-instruct-0914 davinci-002 babbage-002 "
        "text-davinci-003 text-curie-001 code-davinci-002 davinci curie babbage ada",
    ),
    "unknown": (
        UNKNOWN,
        "text my-model prod o30 o1x model-gpt-4.1 openai/gpt-4.1 adapter deployment1 instruct smollm2 🏖️",
    ),
}
EACH = [(name, expected) for expected, names in NAMES.values() for name in names.split()]


@pytest.mark.parametrize(("name", "expected"), EACH)
def test_a_name_tells_its_family(name: str, expected: Family) -> None:
    assert family(name) == expected


def test_spelling_does_not_matter() -> None:
    assert family(" GPT-5-Mini\n") == family("gpt-5-mini")
    assert family("Davinci-002") == LEGACY


@pytest.mark.parametrize("name", ["", "   ", "\0", "x" * 100_000])
def test_an_odd_name_is_unknown(name: str) -> None:
    assert family(name) == UNKNOWN


def test_what_each_family_serves_and_takes() -> None:
    assert [f.operation for f in (LEGACY, CHAT, REASONING, UNKNOWN)] == [
        Operation.COMPLETION,
        Operation.CHAT,
        Operation.CHAT,
        None,
    ]
    assert LEGACY.knobs == {
        "temperature",
        "top_p",
        "frequency_penalty",
        "presence_penalty",
        "stop",
        "n",
        "max_tokens",
        "logprobs",
        "logit_bias",
        "seed",
        "user",
        "best_of",
        "echo",
        "suffix",
    }
    assert CHAT.knobs - LEGACY.knobs == {"system"}
    assert LEGACY.knobs - CHAT.knobs == {"best_of", "echo", "suffix"}
    assert REASONING.knobs == {"system", "n", "max_tokens", "reasoning_effort", "seed", "user"}
    assert UNKNOWN.knobs == ALL_KNOBS == LEGACY.knobs | CHAT.knobs | REASONING.knobs


def test_the_efforts_go_from_none_to_most() -> None:
    assert EFFORTS == ("none", "minimal", "low", "medium", "high", "xhigh")


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("text-smollm2-135m", 2_048),
        ("gpt-35-turbo-instruct", 4_097),
        ("gpt-3.5-turbo", 16_385),
        ("davinci-002", 16_384),
        ("text-davinci-003", 4_097),
        ("curie", 2_049),
        ("gpt-4", 8_192),
        ("gpt-4-32k", 32_768),
        ("gpt-4o-mini", 128_000),
        ("GPT-4.1-nano", 1_047_576),
        ("gpt-5-mini", 400_000),
        ("gpt-5-chat", 128_000),
        ("gpt-5.1-chat", 128_000),
        ("o1-mini", 128_000),
        ("o3", 200_000),
        ("my-model", None),
        ("", None),
    ],
)
def test_the_name_tells_how_much_a_model_holds(name: str, tokens: int | None) -> None:
    assert context_window(name) == tokens
