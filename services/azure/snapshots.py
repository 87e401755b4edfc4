"""From chunks of a stream to the text a page shows: a snapshot that only grows."""

import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from services.azure.body import clean, mapping, sequence, whole
from services.azure.filters import CLEAN, FilterReport, answer_report, merged, prompt_report
from services.azure.headers import request_id, shown_headers
from services.azure.logprobs import TokenScore, positions, scores
from services.azure.refusals import stream_error
from services.azure.spans import Ruler, Span, cover
from services.azure.text_request import CompletionRequest
from services.azure.text_stream import Block
from services.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Choice:
    """One of `n` answers. finish_reason: stop, length, content_filter; None while it runs.

    text and tokens are fit to be shown: what the filter found after it had been sent is covered in the text,
    every other character in its place, and the tokens end before it.
    """

    index: int
    text: str = ""
    tokens: tuple[TokenScore, ...] = ()
    finish_reason: str | None = None
    filter: FilterReport = CLEAN

    @property
    def covered(self) -> tuple[Span, ...]:
        """Which parts of the text are covered."""
        return self.filter.covered(len(self.text))

    @property
    def usable(self) -> str:
        """The text to go on from: all that comes before anything covered."""
        return self.text[: self.covered[0][0]] if self.covered else self.text


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

    def choice(self, index: int) -> Choice:
        """What may be shown of it."""
        covered = self.filter.covered(len(self.text))
        tokens = self.tokens
        if covered:
            starts = positions([score.token for score in tokens])
            tokens = tokens[: bisect_right(starts[1:], covered[0][0])]
        report = self.filter.within(len(self.text))
        return Choice(index, cover(self.text, covered), tuple(tokens), self.finish_reason, report)


class SnapshotBuilder:
    """Takes blocks in, gives snapshots out. Fields that are missing or of another type are passed over.

    request: tells how many answers are due, and what the filter's offsets count from.
    """

    def __init__(
        self, request: CompletionRequest | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ruler = Ruler(request)
        self._due = (request and request.n) or 1
        self._clock = clock
        self._started = clock()
        self._answers: dict[int, _Answer] = {}
        self._snapshot = TextSnapshot()
        self._first_text_s: float | None = None
        self._chunks = 0

    def add(self, block: Block) -> TextSnapshot:
        """The snapshot after this block. Raises ServiceError for an error object inside the stream."""
        if block.headers:
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
        choices = tuple(answer.choice(index) for index, answer in sorted(self._answers.items()))
        timing = Timing(self._first_text_s, self._clock() - self._started)
        finished = complete or (len(choices) >= self._due and all(choice.finish_reason for choice in choices))
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
        answer.filter = merged(answer.filter, answer_report(choice, answer.finish_reason, self._ruler))
