"""From chunks to what a page shows: it only grows, and odd chunks change nothing."""

from typing import Any

import pytest

from services.azure.filters import FilterState
from services.azure.snapshots import SnapshotBuilder, TextSnapshot, Timing, TokenScore, Usage
from services.azure.text_request import CompletionRequest
from services.azure.text_stream import Block
from services.errors import Busy, Filtered
from tests.azure_bodies import (
    choice,
    chunk,
    completion,
    error_chunk,
    logprobs,
    prompt_chunk,
    safety,
    usage_chunk,
)

MATERIAL = {"protected_material_text": {"filtered": True, "detected": True}}
NOT_RUN = {"error": {"code": "content_filter_error", "message": "The contents are not filtered"}}


def build(*chunks: Any, done: bool = False, headers: dict[str, str] | None = None) -> TextSnapshot:
    """All chunks in one block; one by one they must give the same."""
    whole = SnapshotBuilder(clock=lambda: 0.0)
    found = whole.add(Block(headers or {}, chunks, done))
    single, last = SnapshotBuilder(clock=lambda: 0.0), TextSnapshot()
    for at, each in enumerate(chunks, start=1):
        last = single.add(Block(headers or {}, (each,), done and at == len(chunks)))
    assert last == found or not chunks
    return found


@pytest.mark.parametrize("order", ["012012012", "000111222", "210210210", "021102210", "2"])
def test_text_is_joined_by_choice_however_the_choices_interleave(order: str) -> None:
    seen: list[str] = []
    chunks = []
    for index in order:
        chunks.append(chunk(f"{index}{'abc'[seen.count(index)]}", int(index)))
        seen.append(index)
    found = build(*chunks)
    texts = {index: "".join(f"{index}{letter}" for letter in "abc"[: order.count(index)]) for index in order}
    assert [(choice.index, choice.text) for choice in found.choices] == [
        (int(index), texts[index]) for index in sorted(texts)
    ]
    assert found.chunks == len(order)


def test_one_chunk_may_carry_several_choices() -> None:
    found = build(completion(choice("b", 1), choice("a", 0, "stop"), usage=(3, 2)))
    assert [(c.text, c.finish_reason) for c in found.choices] == [("a", "stop"), ("b", None)]
    assert found.usage == Usage(3, 2)


@pytest.mark.parametrize(
    ("chunks", "done", "complete"),
    [
        ([chunk("a")], False, False),
        ([chunk("a")], True, True),
        ([chunk("a", finish="stop")], False, True),
        ([chunk("a", 0, "stop"), chunk("b", 1)], False, False),
        ([chunk("a", 0, "stop"), chunk("b", 1, "length")], False, True),
        ([], False, False),
    ],
)
def test_complete_means_that_the_service_said_so(chunks: list[Any], done: bool, complete: bool) -> None:
    assert build(*chunks, done=done).complete is complete


def test_an_answer_that_never_came_is_missing() -> None:
    two = SnapshotBuilder(CompletionRequest(deployment="text", prompt="Hi", n=2))
    assert not two.add(Block({}, (chunk("a", 0, "stop"),), done=False)).complete
    assert two.add(Block({}, (chunk("b", 1, "stop"),), done=False)).complete


def test_a_finish_reason_stays() -> None:
    (found,) = build(chunk("a", finish="length"), chunk(None), chunk("")).choices
    assert (found.text, found.finish_reason) == ("a", "length")


def test_the_prompt_is_annotated_by_the_first_chunk() -> None:
    for spelling in ("prompt_filter_results", "prompt_annotations"):
        found = build(prompt_chunk(spelling, hate="low"), chunk("a"), completion()).prompt_filter
        assert {f.category: f.severity for f in found.findings}["hate"] == "low"


def test_usage_may_come_last_or_never() -> None:
    assert build(chunk("a"), usage_chunk(4, 16), chunk("", finish="stop")).usage == Usage(4, 16)
    assert build(chunk("a")).usage == Usage(None, None)
    assert build(completion() | {"usage": {"prompt_tokens": "4", "completion_tokens": -1}}).usage == Usage(
        None, -1
    )


# -- filters


def test_an_answer_that_was_cut_keeps_its_text() -> None:
    (found,) = build(chunk(" Hello"), chunk("", finish="content_filter")).choices
    assert (found.text, found.filter.state) == (" Hello", FilterState.ANSWER_CUT)


def test_only_the_choice_that_was_hit_is_cut() -> None:
    found = build(chunk("a", 0, "stop"), chunk("", 1, "content_filter", filters=safety(hate="high")))
    assert [c.filter.state for c in found.choices] == [FilterState.CLEAN, FilterState.ANSWER_CUT]


def test_an_annotation_may_come_after_the_finish_reason() -> None:
    late = chunk(None, filters=safety() | MATERIAL, offsets=(198, 44, 198))
    (found,) = build(chunk("a"), chunk("", finish="stop"), late).choices
    assert (found.finish_reason, found.filter.state) == ("stop", FilterState.ANSWER_CUT)
    assert [f.span for f in found.filter.findings if f.filtered] == [(44, 198)]


def test_how_far_was_checked_never_goes_back() -> None:
    marks = [chunk(None, filters=safety(), offsets=(at, 0, at)) for at in (44, 120, 80)]
    assert build(chunk("a"), *marks).choices[0].filter.checked_up_to == 120


@pytest.mark.parametrize("later", [safety(), NOT_RUN, {}, safety(violence="low")])
def test_what_was_cut_stays_cut(later: Any) -> None:
    first = chunk("a", filters=MATERIAL, offsets=(9, 2, 9))
    (found,) = build(first, chunk("b", filters=later), chunk("", finish="stop")).choices
    assert found.filter.state is FilterState.ANSWER_CUT
    assert ("protected_material_text", (2, 9)) in [(f.category, f.span) for f in found.filter.findings]


def test_a_filter_that_failed_once_did_not_run() -> None:
    (found,) = build(chunk("a", filters=NOT_RUN), chunk("b", filters=safety())).choices
    assert (found.filter.state, found.filter.message) == (FilterState.NOT_RUN, NOT_RUN["error"]["message"])


def test_what_was_said_of_one_stretch_stays_when_the_next_is_safe() -> None:
    (found,) = build(chunk("a", filters=safety(hate="low")), chunk("b", filters=safety())).choices
    assert {f.category: f.severity for f in found.filter.findings}["hate"] == "low"


def test_text_that_was_shown_and_then_filtered_is_covered_in_its_place() -> None:
    late = chunk(None, finish="content_filter", filters=MATERIAL, offsets=(6, 6, 60))
    (found,) = build(
        chunk("First "), chunk("then the rest of it, which is much longer than its label."), late
    ).choices
    assert found.text.startswith("First [covered by the content filter]██")
    assert len(found.text) == len("First then the rest of it, which is much longer than its label.")
    assert (found.covered, found.usable) == (((6, len(found.text)),), "First ")
    assert found.filter.findings[0].span == (6, 60)


def test_a_stretch_that_is_longer_than_the_answer_ends_with_it() -> None:
    late = chunk(None, finish="content_filter", filters=MATERIAL, offsets=(2, 2, 999))
    (found,) = build(chunk("a song"), late).choices
    assert found.filter.findings[0].span == (2, 6)


def test_the_tokens_of_covered_text_are_not_given_out() -> None:
    said = [chunk(word, logprobs=logprobs([word])) for word in ("One", " two", " three", " four")]
    late = chunk(None, finish="content_filter", filters=MATERIAL, offsets=(9, 7, 13))
    (found,) = build(*said, late).choices
    assert [score.token for score in found.tokens] == ["One", " two"]
    assert "three" not in found.text


@pytest.mark.parametrize("offsets", [None, (4, 0, 4)])
def test_text_that_was_checked_before_it_came_stays_when_the_answer_is_cut(offsets: Any) -> None:
    cut = chunk(None, finish="content_filter", filters=safety(), offsets=offsets)
    (found,) = build(chunk("good"), cut).choices
    assert (found.text, found.filter.state, found.covered) == ("good", FilterState.ANSWER_CUT, ())


# -- errors


@pytest.mark.parametrize("together", [True, False])
def test_an_error_object_ends_the_stream_and_keeps_the_text(together: bool) -> None:
    builder = SnapshotBuilder()
    chunks = (chunk(" Hello"), error_chunk(), chunk(" lost"))
    blocks = [chunks] if together else [chunks[:1], chunks[1:]]
    with pytest.raises(Busy) as caught:
        for each in blocks:
            builder.add(Block({"apim-request-id": "r-1"}, each, done=False))
    assert builder.snapshot(complete=False).choices[0].text == " Hello"
    assert (caught.value.request_id, caught.value.code) == ("r-1", "429")
    assert caught.value.advice == "The service is over its request limit. Try again in 26 s."


def test_an_error_object_may_come_from_the_filter() -> None:
    with pytest.raises(Filtered):
        build(error_chunk("No.", "content_filter"))


def test_an_error_that_is_no_object_is_still_one() -> None:
    with pytest.raises(Busy) as caught:
        build({"error": "out of order"})
    assert caught.value.advice


def test_no_error_is_no_error() -> None:
    assert build(chunk("a") | {"error": None}).choices[0].text == "a"


# -- probabilities


def test_four_arrays_become_one_list() -> None:
    found = build(
        chunk(" Hello", logprobs=logprobs([" He", "llo"])),
        chunk(" you", logprobs=logprobs([" you"], 6)),
    )
    assert found.choices[0].tokens == (
        TokenScore(" He", -0.1, ((" He", -0.1), (" other", -3.0)), 0),
        TokenScore("llo", -0.1, (("llo", -0.1), (" other", -3.0)), 3),
        TokenScore(" you", -0.1, ((" you", -0.1), (" other", -3.0)), 6),
    )


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"tokens": ["a"]}, TokenScore("a", None, (), 0)),
        ({"tokens": ["a"], "token_logprobs": [None], "top_logprobs": [None]}, TokenScore("a", None, (), 0)),
        ({"tokens": [5], "token_logprobs": ["x"], "text_offset": ["y"]}, TokenScore("", None, (), 0)),
        ({"tokens": ["a"], "top_logprobs": [{"a": None, "b": -1}]}, TokenScore("a", None, (("b", -1.0),), 0)),
        ({"tokens": ["a"], "token_logprobs": [10**400]}, TokenScore("a", None, (), 0)),
    ],
)
def test_scores_may_be_missing_or_of_unequal_length(scores: Any, expected: TokenScore) -> None:
    assert build(chunk("a", logprobs=scores)).choices[0].tokens == (expected,)


# -- oddities


ODD: tuple[Any, ...] = (None, 5, -1.5, True, "text", [], [1], {}, {"a": 1})


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "name", ["choices", "usage", "prompt_filter_results", "id", "model", "object", "created"]
)
def test_an_odd_field_of_a_chunk_is_passed_over(name: str, odd: Any) -> None:
    found = build(chunk("a"), chunk("") | {name: odd}, chunk("b"))
    assert found.choices[0].text == "ab"


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "name", ["finish_reason", "logprobs", "content_filter_results", "content_filter_offsets", "message"]
)
def test_an_odd_field_of_a_choice_is_passed_over(name: str, odd: Any) -> None:
    found = build(chunk("a"), completion({"index": 0, "text": "b", name: odd}))
    assert found.choices[0].text == "ab"


@pytest.mark.parametrize("odd", [None, "1", 1.5, [], {}])
def test_an_odd_index_is_the_first(odd: Any) -> None:
    assert build(chunk("a"), completion({"index": odd, "text": "b"})).choices[0].text == "ab"


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert build(chunk("a\ud800")).choices[0].text == "a\ufffd"


# -- headers and time


def test_only_headers_worth_showing_are_kept() -> None:
    found = build(chunk("a"), headers={"x-ms-region": "East", "apim-request-id": "r", "set-cookie": "c"})
    assert dict(found.headers) == {"x-ms-region": "East", "apim-request-id": "r"}
    assert found.request_id == "r"


def test_time_runs_to_the_first_text_and_to_now() -> None:
    ticks = iter([100.0, 101.0, 102.5, 104.0, 109.0])
    builder = SnapshotBuilder(clock=lambda: next(ticks))
    assert builder.add(Block({}, (prompt_chunk(),), done=False)).timing == Timing(None, 1.0)
    assert builder.add(Block({}, (chunk("a"),), done=False)).timing == Timing(2.5, 4.0)
    assert builder.add(Block({}, (chunk("b"),), done=True)).timing == Timing(2.5, 9.0)
