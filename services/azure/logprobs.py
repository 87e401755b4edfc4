"""Log probabilities of both shapes, four parallel arrays and a list of objects, as one type.

Shapes: Azure OpenAI inference specification 2024-10-21. Where a token is only part of a character, chat gives
its bytes and completions writes `bytes:\\xe2\\x80`; here it is always written the second way.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.azure.body import clean, mapping, number, sequence, whole

_BYTES = "bytes:"
_BYTE = re.compile(rb"\\x([0-9a-fA-F]{2})")
_CONTROL = re.compile(r"<\|[^|]*\|>")  # a token that ends a text or a message and adds nothing to it


@dataclass(frozen=True, slots=True)
class TokenScore:
    """A token with its log probability, its alternatives, and where it starts (characters from the start
    of the prompt, as the service counts)."""

    token: str
    logprob: float | None
    alternatives: tuple[tuple[str, float], ...]
    offset: int


def token_bytes(token: str) -> bytes:
    """What a token adds to the text, in UTF-8."""
    if token.startswith(_BYTES) and "\\x" in token:
        written = token.removeprefix(_BYTES).encode()
        return _BYTE.sub(lambda found: bytes.fromhex(found[1].decode()), written)
    return token.encode()


def positions(tokens: Sequence[str]) -> list[int]:
    """Where each token starts, in characters of the text they make, and at last where that text ends.

    A token inside a character starts where that character does.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(decoder.decode(token_bytes(token))))
    return starts


def branches(tokens: Sequence[TokenScore]) -> Iterator[tuple[bool, ...]]:
    """For each token, from which of its alternatives a text could go on: not from one that ends inside a
    character, nor from one that says the end."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for score in tokens:
        unfinished = decoder.getstate()[0]
        yield tuple(_goes_on(unfinished, other) for other, _ in score.alternatives)
        decoder.decode(token_bytes(score.token))


def branch(tokens: Sequence[TokenScore], position: int, alternative: int) -> str | None:
    """The text up to a token, with one of its alternatives in its place; None where `branches` has none."""
    if not 0 <= position < len(tokens) or not 0 <= alternative < len(tokens[position].alternatives):
        return None
    *_, allowed = branches(tokens[: position + 1])
    if not allowed[alternative]:
        return None
    before = (score.token for score in tokens[:position])
    written = map(token_bytes, (*before, tokens[position].alternatives[alternative][0]))
    return b"".join(written).decode("utf-8", errors="replace")


def _goes_on(unfinished: bytes, token: str) -> bool:
    if not token or _CONTROL.fullmatch(token):
        return False
    try:
        (unfinished + token_bytes(token)).decode()
    except UnicodeDecodeError:
        return False
    return True


def scores(logprobs: Mapping[str, Any], text_before: int) -> list[TokenScore]:
    """The scores of one chunk. text_before: characters of the answer up to its end, for chat, which gives no
    offsets: there they count from the start of the answer."""
    listed = sequence(logprobs.get("content")) or sequence(logprobs.get("refusal"))
    return _of_chat(listed, text_before) if listed else _of_completion(logprobs)


def _of_chat(listed: list[Any], text_before: int) -> list[TokenScore]:
    tokens = [mapping(item) for item in listed]
    *starts, end = positions([_chat_token(token) for token in tokens])
    found = []
    for token, start in zip(tokens, starts, strict=True):
        options = map(mapping, sequence(token.get("top_logprobs")))
        found.append(
            TokenScore(
                _chat_token(token),
                number(token.get("logprob")),
                tuple(
                    (_chat_token(option), value)
                    for option in options
                    if (value := number(option.get("logprob"))) is not None
                ),
                max(0, text_before - end + start),
            )
        )
    return found


def _chat_token(said: Mapping[str, Any]) -> str:
    token, listed = clean(said.get("token")), sequence(said.get("bytes"))
    if not all(isinstance(byte, int) and 0 <= byte < 256 for byte in listed):
        return token
    try:
        bytes(listed).decode()
    except UnicodeDecodeError:
        return _BYTES + "".join(f"\\x{byte:02x}" for byte in listed)
    return token


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
