"""Tokens as text and as parts of characters, and the text that goes on from another token."""

import pytest

from services.azure.logprobs import TokenScore, branch, positions, scores, token_bytes
from tests.azure_bodies import chat_logprobs

SNOWMAN = [226, 152, 131]  # U+2603, which no vocabulary has to know as one token


def said(token: str, *others: str) -> TokenScore:
    return TokenScore(token, -0.1, tuple((other, -1.0) for other in others), 0)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (" the", b" the"),
        ("\u2603", bytes(SNOWMAN)),
        (r"bytes:\xe2\x98", b"\xe2\x98"),
        (r"bytes: \xe2\x98", b" \xe2\x98"),
        ("bytes: and bits", b"bytes: and bits"),
        ("", b""),
    ],
)
def test_a_token_adds_its_bytes_to_the_text(token: str, expected: bytes) -> None:
    assert token_bytes(token) == expected


def test_a_chat_token_that_is_part_of_a_character_is_written_as_bytes() -> None:
    part = {"token": "\ufffd", "logprob": -0.5, "bytes": SNOWMAN[:2]}
    rest = {"token": r"\x83", "logprob": -0.5, "bytes": SNOWMAN[2:], "top_logprobs": [part]}
    found = scores({"content": [part, rest, {"token": "!", "logprob": -1, "bytes": [33]}]}, 10)
    assert [score.token for score in found] == [r"bytes:\xe2\x98", r"bytes:\x83", "!"]
    assert found[1].alternatives == ((r"bytes:\xe2\x98", -0.5),)
    assert [score.offset for score in found] == [8, 8, 9]


@pytest.mark.parametrize("listed", [None, "text", [300], [-1], ["a"], [True, None]])
def test_odd_bytes_leave_the_token_as_it_is(listed: object) -> None:
    (found,) = scores({"content": [{"token": "a", "bytes": listed}]}, 1)
    assert found.token == "a"


def test_chat_tokens_count_from_the_start_of_the_answer() -> None:
    assert [score.offset for score in scores(chat_logprobs([" the", " fake"]), 14)] == [5, 9]


def test_positions_are_characters_of_the_text() -> None:
    assert positions(["a", r"bytes:\xe2\x98", r"bytes:\x83", "bc"]) == [0, 1, 1, 2, 4]


def test_a_branch_is_the_text_so_far_with_the_other_token() -> None:
    tokens = [said(" one"), said(" two", " two", " three"), said(" end")]
    assert branch(tokens, 1, 1) == " one three"
    assert branch(tokens, 1, 0) == " one two"


@pytest.mark.parametrize("place", [(-1, 0), (3, 0), (1, -1), (1, 2), (0, 0)])
def test_a_branch_needs_an_alternative_that_is_there(place: tuple[int, int]) -> None:
    assert branch([said(" one"), said(" two", " two", " three"), said(" end")], *place) is None


def test_no_text_branches_inside_a_character_or_at_the_end() -> None:
    parts = [said(r"bytes:\xe2\x98", r"bytes:\xe2\x99"), said(r"bytes:\x83", r"bytes:\x82", " a", "<|end|>")]
    assert branch(parts, 0, 0) is None
    assert branch(parts, 1, 0) == "\u2602"
    assert branch(parts, 1, 1) is None
    assert branch([said("a", "", "<|endoftext|>")], 0, 0) is None
    assert branch([said("a", "", "<|endoftext|>")], 0, 1) is None
