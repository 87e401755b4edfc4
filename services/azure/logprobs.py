"""Log probabilities of both shapes, four parallel arrays and a list of objects, as one type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.azure.body import clean, mapping, number, sequence, whole


@dataclass(frozen=True, slots=True)
class TokenScore:
    """A token with its log probability, its alternatives, and where it starts (characters from the start
    of the prompt, as the service counts)."""

    token: str
    logprob: float | None
    alternatives: tuple[tuple[str, float], ...]
    offset: int


def scores(logprobs: Mapping[str, Any], text_before: int) -> list[TokenScore]:
    """The scores of one chunk. text_before: characters of the answer up to its end, for chat, which gives no
    offsets: there they count from the start of the answer."""
    listed = sequence(logprobs.get("content")) or sequence(logprobs.get("refusal"))
    return _of_chat(listed, text_before) if listed else _of_completion(logprobs)


def _of_chat(listed: list[Any], text_before: int) -> list[TokenScore]:
    tokens = [mapping(item) for item in listed]
    offset = text_before - sum(len(clean(token.get("token"))) for token in tokens)
    found = []
    for token in tokens:
        text = clean(token.get("token"))
        options = map(mapping, sequence(token.get("top_logprobs")))
        found.append(
            TokenScore(
                text,
                number(token.get("logprob")),
                tuple(
                    (clean(option.get("token")), value)
                    for option in options
                    if (value := number(option.get("logprob"))) is not None
                ),
                max(0, offset),
            )
        )
        offset += len(text)
    return found


def _of_completion(logprobs: Mapping[str, Any]) -> list[TokenScore]:
    tokens, chosen = sequence(logprobs.get("tokens")), sequence(logprobs.get("token_logprobs"))
    top, offsets = sequence(logprobs.get("top_logprobs")), sequence(logprobs.get("text_offset"))
    found = []
    for position, token in enumerate(tokens):
        options = mapping(top[position]) if position < len(top) else {}
        found.append(
            TokenScore(
                clean(token),
                number(chosen[position]) if position < len(chosen) else None,
                tuple(
                    (clean(text), value)
                    for text, raw in options.items()
                    if (value := number(raw)) is not None
                ),
                (whole(offsets[position]) or 0) if position < len(offsets) else 0,
            )
        )
    return found
