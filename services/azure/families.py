"""Which call a text deployment serves and which knobs it takes, told from its model's name.

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
