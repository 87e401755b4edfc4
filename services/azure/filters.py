"""What the content filter did, in one type for every spelling the service uses.

Field names and spellings: Azure OpenAI inference specification (github.com/Azure/azure-rest-api-specs) and
learn.microsoft.com "Content filtering". The spec and the wire disagree; both spellings are read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from services.azure.body import clean, mapping, sequence, whole

Side = Literal["prompt", "completion", "image"]

FILTER_CODES = frozenset(
    {"contentfilter", "content_filter", "content_policy_violation", "moderation_blocked", "blockedimages"}
)


class FilterState(StrEnum):
    """What a person sees: nothing filtered, or one of five ways in which the filter stepped in."""

    CLEAN = "clean"
    PROMPT_BLOCKED = "prompt_blocked"
    ANSWER_CUT = "answer_cut"
    IMAGE_BLOCKED = "image_blocked"
    NOT_RUN = "not_run"
    RESOURCE_BLOCKED = "resource_blocked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One category of one text or picture. None means that the service did not report it.

    severity: safe, low, medium or high. detected: for categories without a severity. span: first and one
    past the last character, counted from the start of the prompt.
    """

    side: Side
    category: str | None = None
    severity: str | None = None
    detected: bool | None = None
    filtered: bool = False
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class FilterReport:
    """The outcome for a prompt, an answer or a picture. checked_up_to: characters moderated so far."""

    state: FilterState = FilterState.CLEAN
    findings: tuple[Finding, ...] = ()
    checked_up_to: int | None = None
    message: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a row of the store."""
        findings = [{name: getattr(finding, name) for name in Finding.__slots__} for finding in self.findings]
        return {
            "state": self.state.value,
            "findings": findings,
            "checked_up_to": self.checked_up_to,
            "message": self.message,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "FilterReport":
        """Reads what `to_json` wrote."""
        findings = [
            Finding(**(item | {"span": tuple(item["span"]) if item["span"] else None}))
            for item in value["findings"]
        ]
        state = FilterState(value["state"])
        return cls(state, tuple(findings), value["checked_up_to"], value["message"])


CLEAN = FilterReport()


def prompt_report(chunk: Mapping[str, Any]) -> FilterReport:
    """The annotations of a prompt, from `prompt_filter_results` or the older `prompt_annotations`."""
    listed = sequence(chunk.get("prompt_filter_results")) or sequence(chunk.get("prompt_annotations"))
    reports = [
        report("prompt", mapping(mapping(item).get("content_filter_results")), FilterState.PROMPT_BLOCKED)
        for item in listed
    ]
    return next((r for r in reports if r.state is not FilterState.CLEAN), reports[0] if reports else CLEAN)


def answer_report(choice: Mapping[str, Any], finish_reason: str | None) -> FilterReport:
    """The annotations of one choice; a finish reason `content_filter` means that the answer was cut."""
    results = mapping(choice.get("content_filter_results")) or mapping(choice.get("content_filter_result"))
    offsets = mapping(choice.get("content_filter_offsets"))
    start, end = whole(offsets.get("start_offset")), whole(offsets.get("end_offset"))
    span = (start, end) if start is not None and end is not None else None
    found = report("completion", results, FilterState.ANSWER_CUT, span)
    state = FilterState.ANSWER_CUT if finish_reason == "content_filter" else found.state
    return FilterReport(state, found.findings, whole(offsets.get("check_offset")), found.message)


def blocked_prompt(error: Mapping[str, Any], side: Side = "prompt") -> FilterReport:
    """The report inside a refusal: `innererror` or `inner_error`, result or results."""
    inner = mapping(error.get("innererror")) or mapping(error.get("inner_error"))
    results = mapping(inner.get("content_filter_result")) or mapping(inner.get("content_filter_results"))
    found = report(side, results, FilterState.PROMPT_BLOCKED)
    return FilterReport(FilterState.PROMPT_BLOCKED, found.findings, None, clean(error.get("message")))


def is_filter_error(error: Mapping[str, Any]) -> bool:
    """Whether an error object says that the content filter stepped in, in any of its five spellings."""
    return clean(error.get("code")).lower() in FILTER_CODES


def report(
    side: Side, results: Mapping[str, Any], when_filtered: FilterState, span: tuple[int, int] | None = None
) -> FilterReport:
    """One `content_filter_results` object; its `error` entry means that the filter itself did not run."""
    found = tuple(_findings(side, results, span))
    if any(finding.filtered for finding in found):
        return FilterReport(when_filtered, found)
    if failed := mapping(results.get("error")):
        return FilterReport(FilterState.NOT_RUN, found, None, clean(failed.get("message")))
    return FilterReport(FilterState.CLEAN, found)


def _findings(side: Side, results: Mapping[str, Any], span: tuple[int, int] | None) -> Iterator[Finding]:
    for name, value in results.items():
        category = clean(name).replace("-", "_")
        if isinstance(value, list):  # custom_blocklists of older previews: a bare list
            value = {"filtered": any(mapping(item).get("filtered") is True for item in value)}
        if category == "error" or not isinstance(value, dict):
            continue
        filtered, detected = value.get("filtered") is True, value.get("detected")
        yield Finding(
            side,
            category,
            clean(value.get("severity")) or None,
            detected if isinstance(detected, bool) else None,
            filtered,
            span if filtered else None,
        )
