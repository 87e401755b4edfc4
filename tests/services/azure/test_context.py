"""How much a model holds, told from its name."""

import pytest

from services.azure.context import context_window


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
