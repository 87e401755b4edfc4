"""What the content filter did, in one type for every spelling the service uses.

Field names and spellings: Azure OpenAI inference specification (github.com/Azure/azure-rest-api-specs) and
learn.microsoft.com "Content filtering". The spec and the wire disagree; both spellings are read.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice, zip_longest
from typing import Any, Literal

from services.azure.body import clean, mapping, sequence, whole
from services.azure.redaction import message
from services.azure.spans import Ruler, Span, joined

RAW_CAP = 4_000  # characters of the service's own words that are kept
MOST_LISTED = 50  # of one object or list; the service has about ten categories

Side = Literal["prompt", "completion", "image"]

FILTER_CODES = frozenset(
    {"contentfilter", "content_filter", "content_policy_violation", "moderation_blocked", "blockedimages"}
)

_SPANS = ("span", "prompt_span")


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

    severity: safe, low, medium or high. detected: for categories without a severity. span: first and one past
    the last character in the text of its side, where the service gave a position. prompt_span: the part of an
    answer's position that lies in the prompt. detail: which list or topic was hit, or what was cited.
    """

    side: Side
    category: str | None = None
    severity: str | None = None
    detected: bool | None = None
    filtered: bool = False
    span: Span | None = None
    prompt_span: Span | None = None
    detail: str = ""

    @property
    def notable(self) -> bool:
        """Whether there is something to say of it: it was filtered, detected, or more than safe."""
        return self.filtered or bool(self.detected) or self.severity not in (None, "safe")


@dataclass(frozen=True, slots=True)
class FilterReport:
    """The outcome for a prompt, an answer or a picture.

    checked_up_to: characters of the answer moderated so far, where the filter runs beside the stream.
    message: what the service said of it. raw: the JSON that said so, where it came inside an answer.
    """

    state: FilterState = FilterState.CLEAN
    findings: tuple[Finding, ...] = ()
    checked_up_to: int | None = None
    message: str = ""
    raw: str = ""

    def covered(self, length: int) -> tuple[Span, ...]:
        """The parts of an answer of so many characters that must not be shown: what was filtered after it had
        been sent, and what came after the last check of an answer that was cut."""
        if self.state is not FilterState.ANSWER_CUT:
            return ()
        unchecked = [] if self.checked_up_to is None else [(self.checked_up_to, length)]
        filtered = [finding.span for finding in self.findings if finding.filtered and finding.span]
        return joined([*filtered, *unchecked], length)

    def within(self, length: int) -> "FilterReport":
        """The same of an answer that ended after so many characters: the service names whole stretches."""
        findings = tuple(
            replace(finding, span=(finding.span[0], length))
            if finding.span and finding.span[0] < length < finding.span[1]
            else finding
            for finding in self.findings
        )
        return replace(self, findings=findings)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a row of the store."""
        findings = [{name: getattr(finding, name) for name in Finding.__slots__} for finding in self.findings]
        return {
            "state": self.state.value,
            "findings": findings,
            "checked_up_to": self.checked_up_to,
            "message": self.message,
            "raw": self.raw,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "FilterReport":
        """Reads what `to_json` wrote."""
        findings = [
            Finding(**(item | {name: tuple(item[name]) for name in _SPANS if item.get(name)}))
            for item in value["findings"]
        ]
        state = FilterState(value["state"])
        return cls(state, tuple(findings), value["checked_up_to"], value["message"], value.get("raw", ""))


CLEAN = FilterReport()


def prompt_report(chunk: Mapping[str, Any]) -> FilterReport:
    """The annotations of a prompt, from `prompt_filter_results` or the older `prompt_annotations`."""
    listed = sequence(chunk.get("prompt_filter_results")) or sequence(chunk.get("prompt_annotations"))
    reports = [
        report("prompt", mapping(mapping(item).get("content_filter_results")), FilterState.PROMPT_BLOCKED)
        for item in listed
    ]
    return next((r for r in reports if r.state is not FilterState.CLEAN), reports[0] if reports else CLEAN)


def answer_report(
    choice: Mapping[str, Any], finish_reason: str | None, ruler: Ruler | None = None
) -> FilterReport:
    """The annotations of one choice; a finish reason `content_filter` means that the answer was cut.

    ruler: knows what the offsets of this call count from.
    """
    ruler = ruler or Ruler()
    results = mapping(choice.get("content_filter_results")) or mapping(choice.get("content_filter_result"))
    offsets = mapping(choice.get("content_filter_offsets"))
    start, end = whole(offsets.get("start_offset")), whole(offsets.get("end_offset"))
    if start is None or end is None:
        found = report("completion", results, FilterState.ANSWER_CUT)
    else:
        spans = ruler.in_answer(start, end), ruler.in_prompt(start, end)
        found = report("completion", results, FilterState.ANSWER_CUT, *spans)
    state = FilterState.ANSWER_CUT if finish_reason == "content_filter" else found.state
    checked = whole(offsets.get("check_offset"))
    return FilterReport(
        state,
        found.findings,
        None if checked is None else ruler.checked(checked),
        found.message,
        "" if state is FilterState.CLEAN else _as_received(choice),
    )


def blocked_prompt(error: Mapping[str, Any]) -> FilterReport:
    """The report inside a refusal: what it names, else its moderation details.

    Those may say that the prompt was let through and the picture was not.
    """
    found = report("prompt", _results(error), FilterState.PROMPT_BLOCKED).findings or moderated(error)
    picture = any(finding.side == "image" for finding in found)
    state = FilterState.IMAGE_BLOCKED if picture else FilterState.PROMPT_BLOCKED
    return FilterReport(state, found, None, message(error.get("message")))


def blocked_picture(error: Mapping[str, Any], state: FilterState) -> FilterReport:
    """What the error of a picture or its operation names; where it names no category, one finding without
    one, never a guess."""
    named = report("image", _results(error), state).findings or moderated(error)
    return FilterReport(
        state, named or (Finding("image", filtered=True),), None, message(error.get("message"))
    )


def moderated(error: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What `moderation_details` names: the stage, input or output, and its categories.

    Seen on gpt-image models beside the code `moderation_blocked`; not in the specification.
    """
    details = mapping(error.get("moderation_details"))
    if not details:
        return ()
    side: Side = "image" if clean(details.get("moderation_stage")) == "output" else "prompt"
    named = dict.fromkeys(clean(item) or None for item in sequence(details.get("categories"))[:20])
    return tuple(Finding(side, name, filtered=True) for name in named or (None,))


def is_filter_error(error: Mapping[str, Any]) -> bool:
    """Whether an error object says that the content filter stepped in, in any of its five spellings."""
    return clean(error.get("code")).lower() in FILTER_CODES


def report(
    side: Side,
    results: Mapping[str, Any],
    when_filtered: FilterState,
    span: Span | None = None,
    prompt_span: Span | None = None,
) -> FilterReport:
    """One `content_filter_results` object; its `error` entry means that the filter itself did not run.

    The spans are given to the findings there is something to say of.
    """
    found = tuple(
        replace(finding, span=finding.span or span, prompt_span=prompt_span) if finding.notable else finding
        for finding in _findings(side, results)
    )
    if any(finding.filtered for finding in found):
        return FilterReport(when_filtered, found)
    if failed := mapping(results.get("error")):
        return FilterReport(FilterState.NOT_RUN, found, None, message(failed.get("message")))
    return FilterReport(FilterState.CLEAN, found)


def merged(old: FilterReport, new: FilterReport) -> FilterReport:
    """Both reports of one answer: on each category what there is something to say of, else the later word.

    Each annotation of a stream speaks of its own stretch of the text. What was cut once stays cut.
    """
    if new == CLEAN:
        return old
    alike: dict[str | None, list[Finding]] = {}
    for finding in (*old.findings, *new.findings):
        alike.setdefault(finding.category, []).append(finding)
    found: list[Finding] = []
    for same in alike.values():
        found += _stretches([finding for finding in same if finding.notable]) or [same[-1]]
    state = new.state if new.state is not FilterState.CLEAN else old.state
    if old.state is FilterState.ANSWER_CUT:
        state = old.state
    ends = [end for end in (old.checked_up_to, new.checked_up_to) if end is not None]
    checked = max(ends, default=None)
    raw = "\n".join(filter(None, (old.raw, new.raw)))[:RAW_CAP]
    return FilterReport(state, tuple(found), checked, new.message or old.message, raw)


def _results(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an error names, in each of its four spellings."""
    inner = mapping(error.get("innererror")) or mapping(error.get("inner_error"))
    return mapping(inner.get("content_filter_results")) or mapping(inner.get("content_filter_result"))


def _stretches(findings: list[Finding]) -> list[Finding]:
    """The same findings, those that differ only by their position made one where their stretches touch."""
    alike: dict[Finding, list[Finding]] = {}
    for finding in findings:
        alike.setdefault(replace(finding, span=None, prompt_span=None), []).append(finding)
    found = []
    for what, same in alike.items():
        spans = joined(finding.span for finding in same if finding.span)
        prompt_spans = joined(finding.prompt_span for finding in same if finding.prompt_span)
        places = list(zip_longest(spans, prompt_spans)) or [(None, None)]
        found += [replace(what, span=span, prompt_span=prompt_span) for span, prompt_span in places]
    return found


def _as_received(choice: Mapping[str, Any]) -> str:
    kept = {
        name: value for name, value in choice.items() if name.startswith(("content_filter", "finish_reason"))
    }
    return message(json.dumps(kept, ensure_ascii=False), RAW_CAP)


def _findings(side: Side, results: Mapping[str, Any]) -> Iterator[Finding]:
    for name, value in islice(results.items(), MOST_LISTED):
        category = clean(name).replace("-", "_")
        if isinstance(value, list):  # custom_blocklists of older previews: a bare list
            listed = [mapping(item) for item in value]
            value = {"filtered": any(item.get("filtered") is True for item in listed), "details": listed}
        if category == "error" or not isinstance(value, dict):
            continue
        detected = value.get("detected")
        finding = Finding(
            side,
            category,
            clean(value.get("severity")) or None,
            detected if isinstance(detected, bool) else None,
            value.get("filtered") is True,
            detail=_detail(value),
        )
        stretches = _ungrounded(value) if finding.notable else []
        yield from [replace(finding, span=span) for span in stretches] or [finding]


def _detail(value: Mapping[str, Any]) -> str:
    """The ids of the blocklists or topics that were hit, or what protected code was cited from."""
    hit = [item for item in _listed(value) if item.get("filtered") is True or item.get("detected") is True]
    citation = mapping(value.get("citation"))
    named = [*(item.get("id") for item in hit), citation.get("URL"), citation.get("license")]
    return ", ".join(filter(None, map(clean, named)))


def _ungrounded(value: Mapping[str, Any]) -> list[Span]:
    """Where an answer is not grounded in its sources: these offsets count from its own start."""
    found = []
    for item in _listed(value):
        start, end = whole(item.get("completion_start_offset")), whole(item.get("completion_end_offset"))
        if start is not None and end is not None and 0 <= start < end:
            found.append((start, end))
    return found


def _listed(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [mapping(item) for item in sequence(value.get("details"))[:MOST_LISTED]]
