"""Where in the prompt and in the answer the offsets of the content filter point.

Offsets count characters from the start of the prompt (learn.microsoft.com "Content streaming"). Of a
completion that is the prompt with the answer after it. Of a chat the messages as compact JSON stand in the
prompt's place: that gives exactly the 44 and 65 of that page's two sample streams.
"""

import json
import sys
from collections.abc import Iterable
from itertools import accumulate

from services.azure import chat
from services.azure.text_request import CompletionRequest

Span = tuple[int, int]  # first character and one past the last

COVER = "[covered by the content filter]"
_BLOCK = "█"
_AFTER_CONTENT = len('"}]')  # what follows the last message's text


class Ruler:
    """Turns the service's offsets into positions in the prompt, as it was typed, and in the answer."""

    def __init__(self, request: CompletionRequest | None = None) -> None:
        self._prompt: tuple[str, ...] = ()  # its characters as the service counts them
        self._before = 0  # what it counts before the prompt
        self._answer = 0  # where the answer starts
        if request is None or request.echo and not request.chat:  # an echoed prompt is part of the answer
            return
        if request.chat:
            written = json.dumps(chat.messages(request), ensure_ascii=False, separators=(",", ":"))
            self._prompt = tuple(json.dumps(c, ensure_ascii=False)[1:-1] for c in request.prompt)
            self._answer = len(written)
            self._before = self._answer - _AFTER_CONTENT - sum(map(len, self._prompt))
        else:
            self._prompt = tuple(request.prompt)
            self._answer = len(request.prompt)

    def in_answer(self, start: int, end: int) -> Span | None:
        """The part of a range that lies in the answer; its end may lie beyond what has arrived."""
        found = (max(0, start - self._answer), end - self._answer)
        return found if found[0] < found[1] else None

    def in_prompt(self, start: int, end: int) -> Span | None:
        """The part of a range that lies in the prompt."""
        if start >= self._answer:
            return None
        ends = list(accumulate(map(len, self._prompt), initial=self._before))[1:]
        begins = [past - len(part) for past, part in zip(ends, self._prompt, strict=True)]
        inside = [at for at, (a, b) in enumerate(zip(begins, ends, strict=True)) if a < end and b > start]
        return (inside[0], inside[-1] + 1) if inside else None

    def checked(self, offset: int) -> int:
        """How many characters of the answer lie below an offset."""
        return max(0, offset - self._answer)


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
