"""What the content filter said, in every spelling and shape it has been seen in."""

import json
from typing import Any

import pytest

from services.azure.filters import (
    CLEAN,
    MOST_LISTED,
    FilterReport,
    FilterState,
    Finding,
    answer_report,
    blocked_prompt,
    is_filter_error,
    merged,
    prompt_report,
    report,
)
from services.azure.spans import Ruler
from services.azure.text_request import CompletionRequest
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
            [{"filtered": True, "id": "b"}, {"filtered": False, "id": "c"}],
            Finding("prompt", "custom_blocklists", filtered=True, detail="b"),
        ),
        ("custom_blocklists", [{"filtered": False, "id": "b"}], Finding("prompt", "custom_blocklists")),
        ("custom_blocklists", [], Finding("prompt", "custom_blocklists")),
        ("custom_blocklists", {"filtered": True, "details": [{"id": "b"}]})
        + (Finding("prompt", "custom_blocklists", filtered=True),),
        ("custom_topics", {"filtered": True, "details": [{"detected": True, "id": "t"}, {"id": "u"}]})
        + (Finding("prompt", "custom_topics", filtered=True, detail="t"),),
        (
            "protected_material_code",
            {"filtered": False, "detected": True, "citation": {"URL": "https://a.example", "license": "MIT"}},
            Finding("prompt", "protected_material_code", None, True, detail="https://a.example, MIT"),
        ),
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
    assert '"check_offset": 198' in found.raw


def test_a_stretch_that_was_only_noted_has_its_place_too() -> None:
    low = choice(None, filters=safety(hate="low"), offsets=(20, 10, 20))
    found = answer_report(low, None, Ruler(CompletionRequest(deployment="d", prompt="12 characters"[:12])))
    (noted,) = (finding for finding in found.findings if finding.notable)
    assert (found.state, noted.span, noted.prompt_span) == (FilterState.CLEAN, (0, 8), (10, 12))
    assert (found.checked_up_to, found.raw) == (8, "")


def test_what_is_not_grounded_is_said_in_the_answers_own_characters() -> None:
    details = [
        {"completion_start_offset": start, "completion_end_offset": end}
        for start, end in ((3, 9), (20, 31), (5, 5), (None, 2))
    ]
    hit = {"ungrounded_material": {"filtered": False, "detected": True, "details": details}}
    found = answer_report(choice(None, filters=hit, offsets=(99, 0, 99)), None)
    assert [finding.span for finding in found.findings] == [(3, 9), (20, 31)]


def test_the_stretches_of_one_category_are_kept_apart_unless_they_touch() -> None:
    whole = CLEAN
    for start, end, severity in ((0, 10, "low"), (10, 20, "low"), (20, 30, "safe"), (30, 40, "low")):
        noted = choice(None, filters={"hate": safety(hate=severity)["hate"]}, offsets=(end, start, end))
        whole = merged(whole, answer_report(noted, None))
    assert [(finding.severity, finding.span) for finding in whole.findings] == [
        ("low", (0, 20)),
        ("low", (30, 40)),
    ]
    assert whole.checked_up_to == 40


def test_text_before_the_first_check_is_covered_whatever_comes_later() -> None:
    none_yet = FilterReport(FilterState.CLEAN, (), checked_up_to=0)
    cut = FilterReport(FilterState.ANSWER_CUT)
    assert merged(none_yet, cut).covered(10) == merged(cut, none_yet).covered(10) == ((0, 10),)
    assert merged(cut, cut).covered(10) == ()


def test_lists_without_end_are_not_all_read() -> None:
    many = {f"category_{number}": {"filtered": True} for number in range(100_000)}
    assert len(report("completion", many, FilterState.ANSWER_CUT).findings) == MOST_LISTED
    stretches = [
        {"completion_start_offset": at, "completion_end_offset": at + 1} for at in range(0, 9_999, 2)
    ]
    ungrounded = {"ungrounded_material": {"detected": True, "details": stretches}}
    assert len(report("completion", ungrounded, FilterState.ANSWER_CUT).findings) == MOST_LISTED


@pytest.mark.parametrize(
    ("spans", "checked", "expected"),
    [
        ([(2, 5)], None, ((2, 5),)),
        ([(2, 5)], 8, ((2, 5), (8, 10))),
        ([(2, 9), (6, 30)], 8, ((2, 10),)),
        ([], 4, ((4, 10),)),
        ([], None, ()),
        ([(12, 15)], 30, ()),
    ],
)
def test_what_was_filtered_or_never_checked_of_a_cut_answer_is_covered(
    spans: list[Any], checked: int | None, expected: tuple[Any, ...]
) -> None:
    findings = tuple(Finding("completion", "hate", "high", None, True, span) for span in spans)
    assert FilterReport(FilterState.ANSWER_CUT, findings, checked).covered(10) == expected
    assert FilterReport(FilterState.CLEAN, findings, checked).covered(10) == ()


@pytest.mark.parametrize("offsets", [{}, {"start_offset": 1}, {"start_offset": "1", "end_offset": None}, []])
def test_without_both_offsets_there_is_no_span(offsets: Any) -> None:
    hit = {"content_filter_results": safety(hate="high"), "content_filter_offsets": offsets}
    assert {finding.span for finding in answer_report(hit, None).findings} == {None}


@pytest.mark.parametrize("spelling", ["innererror", "inner_error"])
def test_a_refusal_holds_its_findings_in_two_spellings(spelling: str) -> None:
    found = blocked_prompt(prompt_blocked(spelling).body["error"])
    assert [finding.category for finding in found.findings if finding.filtered] == ["jailbreak"]
    assert (found.state, found.message[:12]) == (FilterState.PROMPT_BLOCKED, "The response")


@pytest.mark.parametrize(
    ("details", "state", "findings"),
    [
        (
            {"moderation_stage": "input", "categories": ["violence", "sexual", "violence"]},
            FilterState.PROMPT_BLOCKED,
            (Finding("prompt", "violence", filtered=True), Finding("prompt", "sexual", filtered=True)),
        ),
        (
            {"moderation_stage": "output", "categories": []},
            FilterState.IMAGE_BLOCKED,
            (Finding("image", filtered=True),),
        ),
        ({"categories": "violence"}, FilterState.PROMPT_BLOCKED, (Finding("prompt", filtered=True),)),
        ("violence", FilterState.PROMPT_BLOCKED, ()),
    ],
)
def test_moderation_details_name_stage_and_categories(
    details: Any, state: FilterState, findings: tuple[Finding, ...]
) -> None:
    found = blocked_prompt({"code": "moderation_blocked", "moderation_details": details})
    assert (found.state, found.findings) == (state, findings)


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
    finding = Finding("completion", "hate", "high", True, True, (3, 9), (0, 4), "list")
    cut = FilterReport(FilterState.ANSWER_CUT, (finding, Finding("image")), 12, "Why.", "{}")
    for found in (CLEAN, cut):
        assert FilterReport.from_json(json.loads(json.dumps(found.to_json()))) == found
