"""What a person asks of a text deployment, checked before anything is sent."""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from services.azure.families import ALL_KNOBS
from services.config import is_version
from services.errors import Invalid

PROMPT_CAP = 200_000
MAX_STOPS = 4
MAX_CHOICES = 128
MAX_ALTERNATIVES = 5
_UNSAID: dict[str, Any] = {"stop": (), "logit_bias": (), "echo": False}  # everything else: None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRequest:
    """What to complete and how. None leaves a field to the settings or to the service's own default.

    max_tokens: longest answer, in tokens. temperature: 0–2. top_p: 0–1. n: number of choices, 1–128.
    penalties: −2 to 2. logprobs: how many alternatives to report per token, at most 5. best_of: write this
    many and return the likeliest n, which cannot be streamed. logit_bias: token id and bias, −100 to 100.
    chat: send the prompt as a user message, after the system message, to a model that knows no plain
    completions.
    """

    deployment: str
    prompt: str
    api_version: str | None = None
    chat: bool = False
    system: str | None = None
    reasoning_effort: str | None = None
    max_tokens: int | None = 256
    temperature: float | None = 1.0
    top_p: float | None = 1.0
    n: int | None = 1
    stop: tuple[str, ...] = ()
    presence_penalty: float | None = 0.0
    frequency_penalty: float | None = 0.0
    best_of: int | None = None
    logprobs: int | None = None
    echo: bool = False
    suffix: str | None = None
    logit_bias: tuple[tuple[str, float], ...] = ()
    seed: int | None = None
    user: str | None = None

    @property
    def streamed(self) -> bool:
        """Whether the answer comes as it is written; the best of several is known when all are."""
        return self.chat or (self.best_of or 0) <= (self.n or 1)

    @property
    def leading(self) -> str:
        """What comes before an answer in the text it makes with its prompt: an echo brings the prompt along,
        a chat begins anew."""
        if self.chat:
            return f"{self.prompt}\n\n"
        return "" if self.echo else self.prompt


def only(request: CompletionRequest, knobs: Collection[str]) -> CompletionRequest:
    """The same request, with every knob that is not among these left unsaid."""
    unsaid: dict[str, Any] = {name: _UNSAID.get(name) for name in ALL_KNOBS.difference(knobs)}
    return replace(request, **unsaid)


def check(request: CompletionRequest) -> None:
    """Raises Invalid, with the sentence for the person, where the service would refuse the request."""
    texts = (request.prompt, request.system, request.suffix, request.user, *request.stop)
    written = sum(len(text or "") for text in texts)
    rules = (
        (request.prompt != "", "Write a prompt first."),
        (bool(request.deployment), "Choose a deployment first."),
        (
            request.api_version is None or is_version(request.api_version),
            "The API version must be a date such as 2024-10-21 or 2023-06-01-preview, or v1.",
        ),
        (
            len(request.prompt) <= PROMPT_CAP,
            f"The prompt has {len(request.prompt):,} characters; at most {PROMPT_CAP:,} can be sent. "
            "Shorten it.",
        ),
        (
            written <= PROMPT_CAP,
            f"The prompt and the texts beside it have {written:,} characters together; "
            f"at most {PROMPT_CAP:,} can be sent. Shorten them.",
        ),
        (
            len(request.stop) <= MAX_STOPS,
            f"There are {len(request.stop)} stop sequences; the service takes at most {MAX_STOPS}. "
            "Remove some.",
        ),
        (_within(request.n, 1, MAX_CHOICES), f"The number of completions must be from 1 to {MAX_CHOICES}."),
        (_within(request.max_tokens, 1, 2**31), "The maximum length must be at least 1 token."),
        (_within(request.temperature, 0, 2), "The temperature must be a number from 0 to 2."),
        (_within(request.top_p, 0, 1), "Top P must be a number from 0 to 1."),
        (
            _within(request.logprobs, 0, MAX_ALTERNATIVES),
            f"Probabilities are shown for at most {MAX_ALTERNATIVES} alternatives per token.",
        ),
        (
            request.best_of is None or (request.n or 1) <= request.best_of <= MAX_CHOICES,
            f"Best of must be from the number of completions to {MAX_CHOICES}.",
        ),
        (
            all(_within(bias, -100, 100) for _, bias in request.logit_bias),
            "Each logit bias must be a number from −100 to 100.",
        ),
        (_within(request.seed, -(2**63), 2**63 - 1), "The seed must be a whole number of at most 64 bits."),
        (_within(request.presence_penalty, -2, 2), "The presence penalty must be a number from −2 to 2."),
        (_within(request.frequency_penalty, -2, 2), "The frequency penalty must be a number from −2 to 2."),
    )
    for holds, sentence in rules:
        if not holds:
            raise Invalid(f"{sentence} Nothing was sent.")


def _within(value: float | None, low: float, high: float) -> bool:
    return value is None or (math.isfinite(value) and low <= value <= high)
