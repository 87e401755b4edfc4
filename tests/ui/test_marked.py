"""Where the filter's words stand in a text: nothing is lost, nothing covered comes through."""

from typing import Any

import pytest

from services import Choice, FilterReport, FilterState, Finding
from ui.marked import CHECKED, Mark, cut_up, is_marked, marks


def choice(text: str, *findings: Finding, checked: int | None = None, cut: bool = False) -> Choice:
    state = FilterState.ANSWER_CUT if cut else FilterState.CLEAN
    return Choice(0, text, filter=FilterReport(state, findings, checked))


def said(category: str, start: int, end: int, *, filtered: bool = False, severity: str = "low") -> Finding:
    return Finding("completion", category, severity, None, filtered, (start, end))


def pieces(of: Choice) -> list[Any]:
    return list(cut_up(of.text, marks(of), of.filter.checked_up_to))


def test_a_text_without_marks_is_one_piece() -> None:
    assert list(cut_up("Once upon", [])) == [("", "Once upon", "")]
    assert list(cut_up("", [])) == []
    assert not is_marked(choice("Once"))


def test_what_was_noted_is_highlighted_where_it_stands() -> None:
    assert pieces(choice("Once upon a time", said("violence", 5, 9))) == [
        ("", "Once ", ""),
        ("noted", "upon", "Violence"),
        ("", " a time", ""),
    ]


def test_two_findings_on_one_part_are_both_named() -> None:
    found = pieces(choice("Once upon", said("hate", 0, 6), said("violence", 4, 20)))
    assert [(text, words) for _, text, words in found] == [
        ("Once", "Hate"),
        (" u", "Hate, Violence"),
        ("pon", "Violence"),
    ]


@pytest.mark.parametrize(
    ("checked", "expected"),
    [
        (0, [CHECKED, ("", "Once", "")]),
        (2, [("", "On", ""), CHECKED, ("", "ce", "")]),
        (4, [("", "Once", ""), CHECKED]),
        (99, [("", "Once", ""), CHECKED]),
    ],
)
def test_a_mark_stands_where_the_check_has_come_to(checked: int, expected: list[Any]) -> None:
    of = choice("Once", checked=checked)
    assert is_marked(of)
    assert pieces(of) == expected


def test_what_is_covered_says_why_and_shows_nothing() -> None:
    of = choice("Good SECRET end", said("protected_material_text", 5, 11, filtered=True), cut=True)
    assert pieces(of) == [
        ("", "Good ", ""),
        ("covered", "", "Covered by the content filter: Protected text (6 characters)"),
        ("", " end", ""),
    ]


@pytest.mark.parametrize("checked", [5, 7])
def test_the_check_and_other_findings_do_not_open_what_is_covered(checked: int) -> None:
    findings = said("hate", 8, 15), said("sexual", 5, 9, filtered=True)
    of = choice("Good SECRET and more", *findings, checked=checked, cut=True)
    assert [look for look, *_ in pieces(of)].count("covered") == 1
    assert "".join(text for _, text, _ in pieces(of)) == "Good "


def test_nothing_is_lost_and_what_cannot_be_seen_is_shown() -> None:
    text = "a\u202eb\x00\n<b>c"
    found = list(cut_up(text, [Mark(1, 3, "noted", "x"), Mark(2, 5, "filtered", "y")], 4))
    assert "".join(text for _, text, _ in found) == "a[U+202E]b[U+0000]\n<b>c"
