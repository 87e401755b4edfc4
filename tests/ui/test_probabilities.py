"""What the view of tokens is given: looks, probabilities, alternatives; nothing in it is markup."""

import math
from types import SimpleNamespace
from typing import Any

import pytest

from services import Choice, CompletionRequest, TokenScore
from ui.probabilities import BANDS, OUTSIDE, UNKNOWN, branched, looks, rows


def said(token: str, share: float | None = 0.5, **others: float) -> TokenScore:
    """A token with its probability; the names of the others are theirs."""
    options = {token: share, **others} if share is not None else others
    listed = tuple((name, math.log(value)) for name, value in options.items() if value is not None)
    return TokenScore(token, None if share is None else math.log(share), listed, 0)


def row(score: TokenScore, asked: int = 5) -> Any:
    return next(rows([score], asked))


@pytest.mark.parametrize(
    ("share", "band"),
    [(1.0, 0), (0.8, 0), (0.79, 1), (0.6, 1), (0.59, 2), (0.4, 2), (0.39, 3), (0.2, 3), (0.19, 4)]
    + [(0.05, 4), (0.049, 5), (1e-9, 5)],
)
def test_the_band_is_that_of_the_probability_alone(share: float, band: int) -> None:
    assert row(said("a", share))[2] == band
    assert row(said("a", share, b=1e-12))[2] == band


def test_every_look_has_words() -> None:
    assert looks(3) == (
        *("80 % or more", "60–80 %", "40–60 %", "20–40 %", "5–20 %", "under 5 %"),
        *("not in the top 3", "not reported"),
    )
    assert len(looks(5)) == UNKNOWN + 1 == len(BANDS) + 2


def test_a_token_beyond_the_likeliest_has_its_own_look_in_both_shapes() -> None:
    """Completions add the chosen token to the list, chat leaves it out."""
    added = said("a", 0.01, b=0.5, c=0.4)
    left_out = TokenScore("a", -9999.0, (("b", -0.7), ("c", -0.9)), 0)
    assert [row(added, 2)[2], row(left_out, 2)[2]] == [OUTSIDE, OUTSIDE]
    assert [row(added, 2)[5], row(left_out, 2)[5]] == [2, -1]
    assert row(added, 3)[2] == 5


def test_a_token_without_a_probability_is_not_painted_as_unlikely() -> None:
    assert row(TokenScore("a", None, (), 0)) == ("a", "", UNKNOWN, None, (), -1)


def test_alternatives_come_likeliest_first_and_keep_their_place() -> None:
    found = row(said("a", 0.2, b=0.5, c=0.1))[4]
    assert found == (("b", 0.5, 1), ("a", 0.2, 0), ("c", 0.1, 2))


def test_parts_of_a_character_are_shown_as_bytes_and_the_last_with_the_character() -> None:
    parts = [said(r"bytes:\xe2\x98"), said(r"bytes:\x83", 0.5, other=0.1), said("!")]
    found = list(rows(parts, 5))
    assert [(shown, raw) for shown, raw, *_ in found] == [("", "E2 98"), ("\u2603", "83"), ("!", "")]
    assert found[0][4] == (("bytes E2 98", 0.5, -1),)
    assert [name for name, *_ in found[1][4]] == ["bytes 83", "other"]
    assert [place for *_, place in found[1][4]] == [0, -1]


def test_what_cannot_be_seen_is_shown_as_what_it_is() -> None:
    found = row(said("\u202ea\x00\u200b", 0.5, **{"\u2066b": 0.1}))
    assert found[0] == "[U+202E]a[U+0000][U+200B]"
    assert found[4][1][0] == "[U+2066]b"
    assert row(said("<b>"))[0] == "<b>"


def run(**request: Any) -> Any:
    return SimpleNamespace(request=CompletionRequest(deployment="d", prompt="Once", **request))


def test_a_branch_is_the_prompt_and_the_text_up_to_the_other_token() -> None:
    choice = Choice(0, " upon a", (said(" upon", 0.5, **{" more": 0.3}), said(" a")))
    assert branched(run(), choice, [0, 1]) == "Once more"
    assert branched(run(echo=True), choice, [1, 0]) == " upon a"
    assert branched(run(chat=True), choice, [0, 1]) == "Once\n\n more"


@pytest.mark.parametrize(
    "place",
    [None, [], [0], [0, 9], [9, 0], [-1, 0], [0, -1], ["0", "1"], [0, 1, 2], {"0": 1}, "01", [0.0, 1.0]],
)
def test_whatever_else_the_browser_sends_changes_nothing(place: Any) -> None:
    assert branched(run(), Choice(0, "a", (said("a", 0.5, b=0.2),)), place) is None
