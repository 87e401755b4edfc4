"""The five ways in which the content filter steps in, each with its own words, icon and look."""

from dataclasses import dataclass

import streamlit as st

from services import FilterReport, FilterState, Finding, ServiceError
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
        "The content filter withheld this picture. The others of the set are not affected.",
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
}
_SIDES = {"prompt": "Prompt", "completion": "Answer", "image": "Image"}
NOT_REPORTED = "not reported"


def show(report: FilterReport, key: str, error: ServiceError | None = None, *, narrow: bool = False) -> None:
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
            (_lines if narrow else table)(report.findings)
        if error is not None:
            errors.details(error, key)


def annotations(reports: list[FilterReport]) -> None:
    """What the filter noted on a result that it let pass, or stopped, in an expander."""
    findings = [finding for report in reports for finding in report.findings]
    if findings:
        with st.expander("Content filter annotations", icon=":material/fact_check:"):
            table(findings)


def table(findings: tuple[Finding, ...] | list[Finding]) -> None:
    """Side × category × severity × outcome; what the service did not say is "not reported"."""
    lines = ["| Where | Category | Severity | Outcome |", "|---|---|---|---|"]
    st.markdown("\n".join(lines + [f"| {' | '.join(row)} |" for row in _rows(findings)]))


def _lines(findings: tuple[Finding, ...]) -> None:
    for _, category, severity, outcome in _rows(findings):
        st.caption(f"Category: {category} · Severity: {severity} · {outcome}")


def _rows(findings: tuple[Finding, ...] | list[Finding]) -> list[tuple[str, str, str, str]]:
    """Where, category, severity and outcome of each finding, as Markdown, what was filtered first."""
    rows = [
        (
            _SIDES[finding.side],
            _category(finding.category),
            _severity(finding),
            "**filtered**" if finding.filtered else "annotated only",
        )
        for finding in sorted(findings, key=lambda finding: not finding.filtered)
    ]
    return rows or [(NOT_REPORTED, NOT_REPORTED, NOT_REPORTED, "**filtered**")]


def cut_mark(report: FilterReport) -> None:
    """Marks the end of a text that the filter cut."""
    spans = [finding.span for finding in report.findings if finding.span]
    where = (
        f"characters {spans[0][0] + 1}–{spans[0][1]} of the answer"
        if spans
        else "the service gave no position"
    )
    st.markdown(f":material/content_cut: Cut here by the content filter ({where})")


def _category(category: str | None) -> str:
    if category is None:
        return NOT_REPORTED
    return _CATEGORIES.get(category) or escape(category.replace("_", " "), 60)


def _severity(finding: Finding) -> str:
    if finding.severity:
        return escape(finding.severity, 20)
    if finding.detected is not None:
        return "detected" if finding.detected else "not detected"
    return NOT_REPORTED
