"""What the content filter said, in every spelling and shape it has been seen in."""

import json
from typing import Any

import pytest

from services.azure.filters import (
    CLEAN,
    FilterReport,
    FilterState,
    Finding,
    answer_report,
    blocked_prompt,
    is_filter_error,
    prompt_report,
    report,
)
from tests.azure_bodies import choice, prompt_blocked, prompt_chunk, safety

FAILED = {"error": {"code": "content_filter_error", "message": "The contents are not filtered"}}


@pytest.mark.parametrize(
    ("category", "value", "expected"),
    [
        ("hate", {"filtered": True, "severity": "high"}, Finding("prompt", "hate", "high", None, True)),
        ("self-harm", {"filtered": False, "severity": "safe"}, Finding("prompt", "self_harm", "safe")),
        ("jailbreak", {"filtered": True, "detected": True}, Finding("prompt", "jailbreak", None, True, True)),
        ("profanity", {"filtered": False, "detected": False}, Finding("prompt", "profanity", None, False)),
        (
            "custom_blocklists",
            [{"filtered": True, "id": "b"}],
            Finding("prompt", "custom_blocklists", filtered=True),
        ),
        ("custom_blocklists", [{"filtered": False, "id": "b"}], Finding("prompt", "custom_blocklists")),
        ("custom_blocklists", [], Finding("prompt", "custom_blocklists")),
        ("custom_blocklists", {"filtered": True, "details": [{"id": "b"}]})
        + (Finding("prompt", "custom_blocklists", filtered=True),),
        (
            "of_the_future",
            {"filtered": "yes", "severity": 3, "detected": 1},
            Finding("prompt", "of_the_future"),
        ),
    ],
)
def test_a_category_becomes_a_finding(category: str, value: Any, expected: Finding) -> None:
    found = report("prompt", {category: value}, FilterState.PROMPT_BLOCKED)
    assert found.findings == (expected,)
    assert found.state is (FilterState.PROMPT_BLOCKED if expected.filtered else FilterState.CLEAN)


@pytest.mark.parametrize("value", [None, True, "safe", 5])
def test_a_category_of_another_type_is_passed_over(value: Any) -> None:
    assert report("prompt", {"hate": value}, FilterState.PROMPT_BLOCKED) == CLEAN


def test_a_filter_that_failed_did_not_run() -> None:
    found = report("completion", FAILED, FilterState.ANSWER_CUT)
    assert (found.state, found.findings) == (FilterState.NOT_RUN, ())
    assert found.message == "The contents are not filtered"
    both = report("completion", FAILED | safety(hate="high"), FilterState.ANSWER_CUT)
    assert both.state is FilterState.ANSWER_CUT


@pytest.mark.parametrize("spelling", ["prompt_filter_results", "prompt_annotations"])
def test_a_prompt_is_annotated_in_two_spellings(spelling: str) -> None:
    found = prompt_report(prompt_chunk(spelling, violence="low"))
    assert found.state is FilterState.CLEAN
    assert {finding.category: finding.severity for finding in found.findings}["violence"] == "low"
    assert {finding.side for finding in found.findings} == {"prompt"}


def test_the_worst_of_several_prompts_counts() -> None:
    items = [{"content_filter_results": safety()}, {"content_filter_results": safety(sexual="high")}, None]
    assert prompt_report({"prompt_filter_results": items}).state is FilterState.PROMPT_BLOCKED
    assert prompt_report({"prompt_filter_results": "odd"}) == CLEAN


@pytest.mark.parametrize("key", ["content_filter_results", "content_filter_result"])
def test_an_answer_is_annotated_in_two_spellings(key: str) -> None:
    found = answer_report({key: safety(hate="medium")}, None)
    assert found.state is FilterState.ANSWER_CUT
    assert [finding.category for finding in found.findings if finding.filtered] == ["hate"]


@pytest.mark.parametrize(
    ("finish", "results", "state"),
    [
        ("content_filter", {}, FilterState.ANSWER_CUT),
        ("content_filter", FAILED, FilterState.ANSWER_CUT),
        ("stop", safety(), FilterState.CLEAN),
        ("stop", FAILED, FilterState.NOT_RUN),
        (None, {}, FilterState.CLEAN),
    ],
)
def test_a_finish_reason_says_that_an_answer_was_cut(finish: str, results: Any, state: FilterState) -> None:
    assert answer_report({"content_filter_results": results}, finish).state is state


def test_offsets_give_a_span_and_how_far_was_checked() -> None:
    hit = {"protected_material_text": {"filtered": True, "detected": True}, **safety()}
    found = answer_report(choice(None, filters=hit, offsets=(198, 44, 198)), None)
    spans = {finding.category: finding.span for finding in found.findings}
    assert (spans["protected_material_text"], spans["hate"]) == ((44, 198), None)
    assert found.checked_up_to == 198


@pytest.mark.parametrize("offsets", [{}, {"start_offset": 1}, {"start_offset": "1", "end_offset": None}, []])
def test_without_both_offsets_there_is_no_span(offsets: Any) -> None:
    hit = {"content_filter_results": safety(hate="high"), "content_filter_offsets": offsets}
    assert {finding.span for finding in answer_report(hit, None).findings} == {None}


@pytest.mark.parametrize("spelling", ["innererror", "inner_error"])
def test_a_refusal_holds_its_findings_in_two_spellings(spelling: str) -> None:
    found = blocked_prompt(prompt_blocked(spelling).body["error"])
    assert [finding.category for finding in found.findings if finding.filtered] == ["jailbreak"]
    assert (found.state, found.message[:12]) == (FilterState.PROMPT_BLOCKED, "The response")


def test_a_refusal_without_findings_names_none() -> None:
    assert blocked_prompt({"code": "content_filter", "innererror": 5}).findings == ()


@pytest.mark.parametrize(
    ("code", "expected"),
    [("contentFilter", True), ("content_filter", True), ("content_policy_violation", True)]
    + [
        ("moderation_blocked", True),
        ("blockedImages", True),
        ("BadRequest", False),
        (None, False),
        (400, False),
    ],
)
def test_filter_errors_are_known_by_their_code(code: Any, expected: bool) -> None:
    assert is_filter_error({"code": code}) is expected


def test_a_report_survives_the_store() -> None:
    finding = Finding("completion", "hate", "high", True, True, (3, 9))
    for found in (CLEAN, FilterReport(FilterState.ANSWER_CUT, (finding, Finding("image")), 12, "Why.")):
        assert FilterReport.from_json(json.loads(json.dumps(found.to_json()))) == found
