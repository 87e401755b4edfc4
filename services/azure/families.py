"""Which call a text deployment serves, which knobs it takes and how many tokens it holds, told from its
model's name.

Names and limits: learn.microsoft.com "Azure OpenAI models" and "Reasoning models". An unknown name gets every
knob: the service's own refusal then says what the model does not take.
"""

import re
from dataclasses import dataclass

from services.azure.versions import Operation

SHARED_KNOBS = frozenset(
    {"temperature", "top_p", "frequency_penalty", "presence_penalty", "stop", "n", "max_tokens", "logprobs"}
    | {"logit_bias", "seed", "user"}
)
COMPLETION_KNOBS = SHARED_KNOBS | {"best_of", "echo", "suffix"}
CHAT_KNOBS = SHARED_KNOBS | {"system"}
REASONING_KNOBS = frozenset({"system", "n", "max_tokens", "reasoning_effort", "seed", "user"})
ALL_KNOBS = COMPLETION_KNOBS | CHAT_KNOBS | REASONING_KNOBS
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")

_LEGACY = r"(gpt-?3\.?5-turbo-instruct|davinci|babbage|curie|ada\b|text-|code-)"
_REASONING = r"(o[134](-|$)|codex|gpt-?5(?!(\.\d)?-chat))"
_CHAT = r"(gpt-|chat|llama|mistral|phi|deepseek|grok|qwen|gemma|claude|command)"

# Prompt and answer together, of the latest version of each; the sandbox's model could hold more.
_WINDOWS = (
    (r"(text|chat)-smollm2-135m$", 2_048),
    (r"gpt-?3\.?5-turbo-instruct", 4_097),
    (r"gpt-?3\.?5-turbo", 16_385),
    (r"(davinci|babbage)-002", 16_384),
    (r"text-davinci-00[23]", 4_097),
    (r"(text-)?(davinci|curie|babbage|ada)(-001)?$", 2_049),
    (r"gpt-?4-32k", 32_768),
    (r"gpt-?4(-0314|-0613)?$", 8_192),
    (r"gpt-?4\.1", 1_047_576),
    (r"gpt-?4(o|-turbo|\.5)", 128_000),
    (r"gpt-?5(\.\d)?-chat", 128_000),
    (r"gpt-?5", 400_000),
    (r"o1-(mini|preview)", 128_000),
    (r"(o1|o3|o4-mini|codex-mini)", 200_000),
)


@dataclass(frozen=True, slots=True)
class Family:
    """operation: the call it serves, None where the name does not tell. knobs: what the page offers."""

    operation: Operation | None
    knobs: frozenset[str]


LEGACY = Family(Operation.COMPLETION, COMPLETION_KNOBS)
CHAT = Family(Operation.CHAT, CHAT_KNOBS)
REASONING = Family(Operation.CHAT, REASONING_KNOBS)
UNKNOWN = Family(None, ALL_KNOBS)


def family(name: str) -> Family:
    """The family of a model's name, or of a deployment that is named after its model."""
    known = ((_LEGACY, LEGACY), (_REASONING, REASONING), (_CHAT, CHAT))
    found = (family for pattern, family in known if re.match(pattern, name.strip().lower()))
    return next(found, UNKNOWN)


def context_window(model: str) -> int | None:
    """How many tokens a model holds, prompt and answer together; None where its name does not tell."""
    name = model.strip().lower()
    return next((size for pattern, size in _WINDOWS if re.match(pattern, name)), None)
