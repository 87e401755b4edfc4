"""Where in the prompt and in the answer the offsets of the content filter point.

Offsets count characters from the start of the prompt (learn.microsoft.com "Content streaming"). Of a
completion that is the prompt with the answer after it. Of a chat the messages as compact JSON stand in the
prompt's place: that gives exactly the 44 and 65 of that page's two sample streams.
"""

import json
import sys
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate, pairwise

from services.azure import chat
from services.azure.text_request import CompletionRequest

Span = tuple[int, int]  # first character and one past the last

COVER = "[covered by the content filter]"
_BLOCK = "█"
_AFTER_CONTENT = len('"}]')  # what follows the last message's text


class Ruler:
    """Turns the service's offsets into positions in the prompt, as it was typed, and in the answer."""

    def __init__(self, request: CompletionRequest | None = None) -> None:
        self._prompt, self._chat = "", False
        self._before = 0  # what the service counts before the prompt
        self._answer = 0  # where the answer starts
        if request is None or request.echo and not request.chat:  # an echoed prompt is part of the answer
            return
        self._prompt, self._chat = request.prompt, request.chat
        if request.chat:
            written = json.dumps(chat.messages(request), ensure_ascii=False, separators=(",", ":"))
            self._answer = len(written)
            self._before = self._answer - _AFTER_CONTENT - _escaped(self._prompt)
        else:
            self._answer = len(self._prompt)

    def in_answer(self, start: int, end: int) -> Span | None:
        """The part of a range that lies in the answer; its end may lie beyond what has arrived."""
        found = (max(0, start - self._answer), end - self._answer)
        return found if found[0] < found[1] else None

    def in_prompt(self, start: int, end: int) -> Span | None:
        """The part of a range that lies in the prompt."""
        if start >= self._answer:
            return None
        inside = [at for at, (a, b) in enumerate(pairwise(self._places)) if a < end and b > start]
        return (inside[0], inside[-1] + 1) if inside else None

    def checked(self, offset: int) -> int:
        """How many characters of the answer lie below an offset."""
        return max(0, offset - self._answer)

    @cached_property
    def _places(self) -> list[int]:
        """Where each character of the prompt begins as the service counts, and where the last one ends."""
        lengths = map(_escaped if self._chat else len, self._prompt)
        return list(accumulate(lengths, initial=self._before))


def joined(spans: Iterable[Span], length: int = sys.maxsize) -> tuple[Span, ...]:
    """The same ranges within a text of this length, in order, those that touch made one."""
    found: list[Span] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return tuple(found)


def cover(text: str, spans: Iterable[Span]) -> str:
    """The text with these ranges made unreadable and labelled; every other character keeps its position."""
    for start, end in spans:
        text = text[:start] + COVER.ljust(end - start, _BLOCK)[: end - start] + text[end:]
    return text


def _escaped(text: str) -> int:
    """How many characters a text has inside JSON."""
    return len(json.dumps(text, ensure_ascii=False)) - 2
