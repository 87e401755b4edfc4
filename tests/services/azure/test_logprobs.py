"""Two shapes of log probabilities, one type; where they are odd, what can be read is read."""

from typing import Any

import pytest

from services.azure.logprobs import TokenScore, scores
from tests.azure_bodies import chat_logprobs, logprobs

RIVAL = (" other", -3.0)


def score(token: str, offset: int) -> TokenScore:
    return TokenScore(token, -0.1, ((token, -0.1), RIVAL), offset)


def test_the_four_arrays_bring_their_offsets() -> None:
    assert scores(logprobs([" He", "llo"], 7), 100) == [score(" He", 7), score("llo", 10)]


@pytest.mark.parametrize("key", ["content", "refusal"])
def test_the_list_counts_from_the_start_of_the_answer(key: str) -> None:
    found = scores(chat_logprobs([" He", "llo"], key), text_before=6 + 20)
    assert found == [score(" He", 20), score("llo", 23)]


def test_alternatives_with_the_same_text_are_all_kept_in_order() -> None:
    item = {
        "token": "a",
        "logprob": -1,
        "top_logprobs": [{"token": t, "logprob": v} for t, v in (("�", -1), ("�", -2), ("b", -3))],
    }
    assert scores({"content": [item]}, 1)[0].alternatives == (("�", -1.0), ("�", -2.0), ("b", -3.0))


def test_a_token_longer_than_the_answer_starts_at_its_beginning() -> None:
    assert [found.offset for found in scores(chat_logprobs(["abc", "d"]), 2)] == [0, 1]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"token": "a"}, TokenScore("a", None, (), 0)),
        ({"token": "a", "logprob": -9999.0, "top_logprobs": []}, TokenScore("a", -9999.0, (), 0)),
        ({"token": "a", "logprob": "x", "top_logprobs": "y"}, TokenScore("a", None, (), 0)),
        ({"token": "a", "logprob": True, "top_logprobs": [5, None]}, TokenScore("a", None, (), 0)),
        ({"token": "a", "logprob": 10**400}, TokenScore("a", None, (), 0)),
        (
            {"token": "a", "logprob": 0, "top_logprobs": [{"token": "b"}, {"logprob": -1}]},
            TokenScore("a", 0.0, (("", -1.0),), 0),
        ),
    ],
)
def test_an_odd_token_gives_what_can_be_read(item: Any, expected: TokenScore) -> None:
    assert scores({"content": [item]}, 1) == [expected]


@pytest.mark.parametrize("odd", [5, None, "a", []])
def test_a_token_that_is_no_object_is_an_empty_one(odd: Any) -> None:
    assert scores({"content": [odd]}, 0) == [TokenScore("", None, (), 0)]


@pytest.mark.parametrize(
    "none",
    [{}, {"content": None, "refusal": None}, {"content": []}, {"content": {}}, {"tokens": None}, {"a": 1}],
)
def test_without_tokens_there_are_no_scores(none: Any) -> None:
    assert scores(none, 5) == []
