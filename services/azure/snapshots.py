"""From chunks of a stream to the text a page shows: a snapshot that only grows."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from services.azure.body import clean, mapping, sequence, whole
from services.azure.filters import CLEAN, FilterReport, FilterState, Finding, answer_report, prompt_report
from services.azure.logprobs import TokenScore, scores
from services.azure.refusals import request_id, stream_error
from services.azure.resource import shown_headers
from services.azure.text_stream import Block
from services.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Choice:
    """One of `n` answers. finish_reason: stop, length, content_filter; None while it runs."""

    index: int
    text: str = ""
    tokens: tuple[TokenScore, ...] = ()
    finish_reason: str | None = None
    filter: FilterReport = CLEAN


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the service counted them; None where it did not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds from the start of the run: to the first text, and to the end (or to now)."""

    first_text_s: float | None = None
    total_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TextSnapshot:
    """Everything received so far. chunks: how many pieces of text came, about one per token.

    complete: the service said that it was done, so nothing is missing at the end.
    """

    choices: tuple[Choice, ...] = ()
    prompt_filter: FilterReport = CLEAN
    usage: Usage = Usage()
    headers: tuple[tuple[str, str], ...] = ()
    timing: Timing = Timing()
    request_id: str | None = None
    chunks: int = 0
    complete: bool = False


@dataclass(slots=True)
class _Answer:
    text: str = ""
    tokens: list[TokenScore] = field(default_factory=list)
    finish_reason: str | None = None
    filter: FilterReport = CLEAN


class SnapshotBuilder:
    """Takes blocks in, gives snapshots out. Fields that are missing or of another type are passed over."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self._answers: dict[int, _Answer] = {}
        self._snapshot = TextSnapshot()
        self._first_text_s: float | None = None
        self._chunks = 0

    def add(self, block: Block) -> TextSnapshot:
        """The snapshot after this block. Raises ServiceError for an error object inside the stream."""
        if not self._snapshot.headers:
            self._snapshot = replace(
                self._snapshot,
                headers=tuple(shown_headers(block.headers).items()),
                request_id=request_id(block.headers),
            )
        for chunk in block.chunks:
            if chunk.get("error"):
                raise self._failed(mapping(chunk["error"]))
            self._add_chunk(chunk)
        return self.snapshot(complete=block.done)

    def snapshot(self, *, complete: bool) -> TextSnapshot:
        """What has been received by now."""
        choices = tuple(
            Choice(index, answer.text, tuple(answer.tokens), answer.finish_reason, answer.filter)
            for index, answer in sorted(self._answers.items())
        )
        timing = Timing(self._first_text_s, self._clock() - self._started)
        finished = complete or (bool(choices) and all(choice.finish_reason for choice in choices))
        self._snapshot = replace(
            self._snapshot, choices=choices, timing=timing, chunks=self._chunks, complete=finished
        )
        return self._snapshot

    def _failed(self, error: dict[str, Any]) -> ServiceError:
        return stream_error(error, self._snapshot.request_id)

    def _add_chunk(self, chunk: dict[str, Any]) -> None:
        found = prompt_report(chunk)
        if found != CLEAN:
            self._snapshot = replace(self._snapshot, prompt_filter=found)
        if usage := mapping(chunk.get("usage")):
            counted = Usage(whole(usage.get("prompt_tokens")), whole(usage.get("completion_tokens")))
            self._snapshot = replace(self._snapshot, usage=counted)
        for choice in map(mapping, sequence(chunk.get("choices"))):
            self._add_choice(choice)

    def _add_choice(self, choice: dict[str, Any]) -> None:
        answer = self._answers.setdefault(whole(choice.get("index")) or 0, _Answer())
        message = mapping(choice.get("delta")) or mapping(choice.get("message"))
        if (
            text := clean(choice.get("text"))
            or clean(message.get("content"))
            or clean(message.get("refusal"))
        ):
            answer.text += text
            self._chunks += 1
            if self._first_text_s is None:
                self._first_text_s = self._clock() - self._started
        answer.tokens += scores(mapping(choice.get("logprobs")), len(answer.text))
        answer.finish_reason = clean(choice.get("finish_reason")) or answer.finish_reason
        answer.filter = _merged(answer.filter, answer_report(choice, answer.finish_reason))


def _merged(old: FilterReport, new: FilterReport) -> FilterReport:
    """The later word on each category, except that what was filtered once stays filtered."""
    by_category: dict[str | None, Finding] = {finding.category: finding for finding in old.findings}
    for finding in new.findings:
        earlier = by_category.get(finding.category)
        if earlier is None or not earlier.filtered or finding.filtered:
            by_category[finding.category] = finding
    state = new.state if new.state is not FilterState.CLEAN else old.state
    if old.state is FilterState.ANSWER_CUT:
        state = old.state
    checked = max(filter(None, (old.checked_up_to, new.checked_up_to)), default=None)
    return FilterReport(state, tuple(by_category.values()), checked, new.message or old.message)
