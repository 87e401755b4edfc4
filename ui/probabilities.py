"""An answer token by token: how likely each was, what else could have stood there, and going on from that."""

import codecs
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import streamlit as st

from services import (
    Choice,
    CompletionRequest,
    Run,
    TextSnapshot,
    TokenScore,
    branch,
    branches,
    positions,
    token_bytes,
)
from ui.component import component
from ui.plain import visible

BANDS = (0.8, 0.6, 0.4, 0.2, 0.05, 0.0)  # the lowest probability of each
OUTSIDE, UNKNOWN = len(BANDS), len(BANDS) + 1


def legend(request: CompletionRequest) -> None:
    """What the looks of all tokens below mean."""
    asked = request.logprobs or 0
    component(__file__, "<section></section>")(
        key="completion-legend", data={"id": f"legend {asked}", "looks": looks(asked)}
    )


def show(run: Run[TextSnapshot], choice: Choice, said: str, go_on: Callable[[str], None]) -> None:
    """The tokens of an answer, coloured and underlined by how likely they were.

    said: what stood before the answer. go_on: gets the prompt with the text up to a token and the alternative
    chosen in its stead.
    """
    key, asked = f"completion-tokens-{choice.index}", run.request.logprobs or 0

    def chosen() -> None:
        prompt = branched(run, choice, st.session_state[key].branch)
        if prompt is not None:
            go_on(prompt)

    component(__file__, "<section></section>")(
        key=key,
        data={
            "id": f"{run.id} {choice.index}",
            "asked": asked,
            "said": visible(said),
            "tokens": tuple(rows(choice.tokens, asked)),
            "rest": visible(choice.text[positions([score.token for score in choice.tokens])[-1] :]),
        },
        on_branch_change=chosen,
    )


def branched(run: Run[TextSnapshot], choice: Choice, place: Any) -> str | None:
    """The prompt that goes on from another token; None where there is none in that place.

    place: token and alternative, as the browser sent them, which may be anything.
    """
    match place:
        case [int(position), int(alternative)]:
            text = branch(choice.tokens, position, alternative)
            return None if text is None else run.request.leading + text
    return None


def looks(asked: int) -> tuple[str, ...]:
    """What each look means, for the legend: the bands, then `OUTSIDE` and `UNKNOWN`."""
    lows = [round(low * 100) for low in BANDS]
    between = [f"{low}–{high} %" for low, high in zip(lows[1:-1], lows, strict=False)]
    most, least = f"{lows[0]} % or more", f"under {lows[-2]} %"
    return (most, *between, least, f"not in the top {asked}", "not reported")


def rows(tokens: Sequence[TokenScore], asked: int) -> Iterator[tuple[Any, ...]]:
    """For each token: its text, its bytes where it is part of a character (else empty), its look, its
    probability or None, its alternatives, the likeliest first, and which of them it is itself (-1: none).

    An alternative is its text, its probability, and its place among those reported, -1 where no text can go
    on from it. Of the parts of a character the last one has the character as its text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for score, allowed in zip(tokens, branches(tokens), strict=True):
        ranked = sorted(enumerate(score.alternatives), key=lambda item: -item[1][1])
        texts = [token for _, (token, _) in ranked]
        own = texts.index(score.token) if score.token in texts else -1
        share = None if score.logprob is None else _share(score.logprob)
        raw = token_bytes(score.token)
        yield (
            visible(decoder.decode(raw)),
            "" if score.token.encode() == raw else raw.hex(" ").upper(),
            _look(share, bool(texts) and not 0 <= own < asked),
            share,
            tuple(
                (_name(token), _share(logprob), place if allowed[place] else -1)
                for place, (token, logprob) in ranked
            ),
            own,
        )


def _look(share: float | None, outside: bool) -> int:
    if outside:
        return OUTSIDE
    if share is None:
        return UNKNOWN
    return next(band for band, low in enumerate(BANDS) if share >= low)


def _share(logprob: float) -> float:
    return round(math.exp(min(0.0, logprob)), 5)


def _name(token: str) -> str:
    raw = token_bytes(token)
    return visible(token) if token.encode() == raw else f"bytes {raw.hex(' ').upper()}"
