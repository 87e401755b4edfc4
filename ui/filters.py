"""The five ways in which the content filter steps in, each with its own words, icon and look."""

from dataclasses import dataclass

import streamlit as st

from services import FilterReport, FilterState, Finding, ServiceError, TextSnapshot
from ui import errors
from ui.plain import escape


@dataclass(frozen=True, slots=True)
class Look:
    """icon: a Material icon. label: what happened. words: what it means, and what to do next."""

    icon: str
    label: str
    words: str


LOOKS = {
    FilterState.PROMPT_BLOCKED: Look(
        "block",
        "Prompt blocked",
        "The content filter blocked the prompt, so nothing was generated. "
        "Reword it and try again. The call may still be billed.",
    ),
    FilterState.ANSWER_CUT: Look(
        "content_cut",
        "Answer cut",
        "The content filter stopped the answer here. What came before it is kept. "
        "Generate again, or reword the prompt. The call may still be billed.",
    ),
    FilterState.IMAGE_BLOCKED: Look(
        "hide_image",
        "Image blocked",
        "The content filter withheld this picture. It looks at each of a set by itself. "
        "Reword the prompt to try again. The call may still be billed.",
    ),
    FilterState.NOT_RUN: Look(
        "gpp_maybe",
        "Filter did not run",
        "The service's content filter failed, so this text was not checked. Read it with care.",
    ),
    FilterState.RESOURCE_BLOCKED: Look(
        "gpp_bad",
        "Resource blocked",
        "The service has blocked the whole resource; this prompt is not at fault. "
        "An administrator must ask Microsoft support to lift the block.",
    ),
}

_ABOUT_CONTENT = (FilterState.PROMPT_BLOCKED, FilterState.ANSWER_CUT, FilterState.IMAGE_BLOCKED)
_CATEGORIES = {
    "hate": "Hate",
    "sexual": "Sexual",
    "violence": "Violence",
    "self_harm": "Self-harm",
    "jailbreak": "Jailbreak",
    "indirect_attack": "Indirect attack",
    "profanity": "Profanity",
    "custom_blocklists": "Custom blocklist",
    "protected_material_text": "Protected text",
    "protected_material_code": "Protected code",
    "ungrounded_material": "Not grounded in its sources",
    "custom_topics": "Custom topic",
    "personally_identifiable_information": "Personal data",
}
_SIDES = {"prompt": "Prompt", "completion": "Answer", "image": "Image"}
NOT_REPORTED, NO_POSITION = "not reported", "the service gave no position"
Row = tuple[str, str, str, str]
UNREPORTED: Row = (NOT_REPORTED, NOT_REPORTED, NOT_REPORTED, "**filtered**")


def show(
    report: FilterReport,
    key: str,
    error: ServiceError | None = None,
    *,
    narrow: bool = False,
    request_id: str | None = None,
) -> None:
    """What the filter did, what it found, and the service's own answer; nothing for a clean report.

    narrow: lines instead of a table, for the place of a picture.
    """
    look = LOOKS.get(report.state)
    if look is None:
        return
    with st.container(key=f"filter-{report.state}-{key}"):
        st.markdown(f":material/{look.icon}: **{look.label}**")
        st.text(look.words)
        if report.findings or report.state in _ABOUT_CONTENT:
            (_lines if narrow else _table)(_rows(report.findings) or [UNREPORTED])
        if error is not None:
            errors.details(error, key)
        elif report.raw:
            errors.support({"Request id": request_id}, report.raw, key)


def annotations(snapshot: TextSnapshot) -> None:
    """What the filter said of the prompt and of each answer, let pass or not, in an expander."""
    answers = [choice.filter for choice in snapshot.choices]
    if any(report.findings for report in (snapshot.prompt_filter, *answers)):
        with st.expander("Content filter annotations", icon=":material/fact_check:"):
            several = len(answers) > 1
            rows = _rows(snapshot.prompt_filter.findings) or [("Prompt", *UNREPORTED[1:3], NOT_REPORTED)]
            for at, report in enumerate(answers):
                where = f"Answer {at + 1}" if several else "Answer"
                found = _rows(report.findings) or [("", *UNREPORTED[1:3], NOT_REPORTED)]
                rows += [(where, *row[1:]) for row in found]
            with st.container(key="annotations"):
                _table(rows)


def name(finding: Finding) -> str:
    """A category in words, with the list, topic or source that was hit."""
    if finding.category is None:
        return NOT_REPORTED
    words = _CATEGORIES.get(finding.category) or finding.category.replace("_", " ")
    return f"{words} ({finding.detail})" if finding.detail else words


def cut_mark(report: FilterReport) -> None:
    """Marks the end of a text that the filter cut."""
    filtered = [finding for finding in report.findings if finding.filtered]
    where = ", ".join(dict.fromkeys(filter(None, map(_position, filtered))))
    st.markdown(f":material/content_cut: Cut here by the content filter ({where or NO_POSITION})")


def _table(rows: list[Row]) -> None:
    """Where × category × severity × outcome; what the service did not say is "not reported"."""
    lines = ["| Where | Category | Severity | Outcome |", "|---|---|---|---|"]
    st.markdown("\n".join(lines + [f"| {' | '.join(row)} |" for row in rows]))


def _lines(rows: list[Row]) -> None:
    for _, category, severity, outcome in rows:
        st.caption(f"Category: {category} · Severity: {severity} · {outcome}")


def _rows(findings: tuple[Finding, ...]) -> list[Row]:
    """Where, category, severity and outcome of each finding, as Markdown, what was filtered first."""
    return [
        (_SIDES[finding.side], escape(name(finding), 200), _severity(finding), _outcome(finding))
        for finding in sorted(findings, key=lambda finding: not finding.filtered)
    ]


def _outcome(finding: Finding) -> str:
    outcome = "**filtered**" if finding.filtered else "annotated only"
    position = _position(finding)
    return f"{outcome}, {position}" if position else outcome


def _position(finding: Finding) -> str:
    """Where in the text, counted from 1; empty where the service gave no position."""
    places = ((finding.prompt_span, "prompt"), (finding.span, "answer"))
    return " and ".join(f"characters {span[0] + 1}–{span[1]} of the {side}" for span, side in places if span)


def _severity(finding: Finding) -> str:
    if finding.severity:
        return escape(finding.severity, 20)
    if finding.detected is not None:
        return "detected" if finding.detected else "not detected"
    return NOT_REPORTED
