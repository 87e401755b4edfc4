"""A phrase list in place of the service's content filter: shows every filter state, makes nothing safe."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.tokens import Held, Piece

Results = dict[str, dict[str, object]]

CATEGORIES = ("hate", "self_harm", "sexual", "violence")
_SEVERITIES = ("safe", "low", "medium", "high")
_THRESHOLD = "medium"
_FLAGS = ("jailbreak", "protected_material_text")
_WORD = re.compile(r"(?<![a-z0-9])[a-z0-9]", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that count towards a category; `words` is lower-case with single spaces."""

    words: str
    category: str
    severity: str = "medium"

    @property
    def filtered(self) -> bool:
        return _SEVERITIES.index(self.severity) >= _SEVERITIES.index(_THRESHOLD)


_EVERYWHERE = (
    Phrase("food fight", "violence", "low"),
    Phrase("food fight to the death", "violence"),
    Phrase("pillow fight with no survivors", "violence", "high"),
    Phrase("mondays are the worst", "hate", "low"),
    Phrase("everyone from toytown is a rotter", "hate"),
    Phrase("a kiss in the moonlight", "sexual", "low"),
    Phrase("a very steamy love scene", "sexual"),
    Phrase("skip breakfast every day", "self_harm", "low"),
    Phrase("hold my breath until i faint", "self_harm"),
)
_PROMPTS = (*_EVERYWHERE, Phrase("ignore all previous instructions", "jailbreak"))
# Well-known lines in the public domain stand in for protected text; looked for in answers only.
_ANSWERS = (
    *_EVERYWHERE,
    *(
        Phrase(words, "protected_material_text")
        for words in (
            "like a diamond in the sky",
            "the lamb was sure to go",
            "couldn t put humpty together again",
            "and jill came tumbling after",
            "and the dish ran away with the spoon",
            "a more perfect union",
        )
    ),
)
# In an image prompt these let the operation run and filter one picture of its set.
_ONE_PICTURE = ("haunted", "spooky ghost")


def judge_prompt(text: str) -> Results:
    """The filter results of a prompt, all four categories and any flag that was raised."""
    folded = _fold(text)
    return _results([phrase for phrase in _PROMPTS if f" {phrase.words} " in f" {folded.strip()} "])


def blocks(results: Results) -> bool:
    return bool(blocking(results))


def blocking(results: Results) -> tuple[str, ...]:
    """The categories that were filtered."""
    return tuple(category for category, entry in results.items() if entry["filtered"])


def filters_one_picture(prompt: str) -> bool:
    folded = f" {_fold(prompt).strip()} "
    return any(f" {words} " in folded for words in _ONE_PICTURE)


def judge_answer(text: str) -> tuple[Results, tuple[int, int] | None]:
    """What a filter that runs behind the text finds in it, and where what it filters stands.

    The place is the first and one past the last character; with one, only what triggered the filter is told.
    """
    found = [(phrase, match) for phrase in _ANSWERS if (match := _pattern(phrase.words).search(text))]
    filtered = [(phrase, match.span()) for phrase, match in found if phrase.filtered]
    if not filtered:
        return _results([phrase for phrase, _ in found]), None
    worst, span = min(filtered, key=lambda hit: hit[1])
    return {category: entry for category, entry in _results([worst]).items() if entry["filtered"]}, span


class Screen:
    """Lets an answer's pieces through, except text that is, or may yet become, a filtered phrase.

    It keeps back only what could be a phrase's beginning, so a filtered phrase is never released, not even in
    part. After `hit` is true nothing more comes out.
    """

    def __init__(self) -> None:
        self.hit = False
        self._found: list[Phrase] = []
        self._held = Held()
        self._last = ""

    @property
    def results(self) -> Results:
        """What was found so far, in the shape of `content_filter_results`."""
        return _results(self._found)

    def feed(self, piece: Piece) -> list[Piece]:
        """Adds a piece and returns those that may be shown now; a piece with `finish` empties the screen."""
        self._held.add(piece)
        text = self._held.text
        for start in self._word_starts(text):
            tail = _fold(text[start:])
            whole = [phrase for phrase in _ANSWERS if tail.startswith(phrase.words)]
            if worst := next((phrase for phrase in whole if phrase.filtered), None):
                self.hit = True
                self._found.append(worst)
                return self._release(start, cut=True)
            if not piece.finish and any(phrase.words.startswith(tail) for phrase in _ANSWERS):
                return self._release(start)
            self._found.extend(whole)
        return self._release(len(text))

    def _word_starts(self, text: str) -> Iterator[int]:
        for match in _WORD.finditer(self._last + text):
            if match.start() >= len(self._last):
                yield match.start() - len(self._last)

    def _release(self, length: int, *, cut: bool = False) -> list[Piece]:
        released = self._held.take(length, cut=cut)
        self._last = ("".join(piece.text for piece in released) or self._last)[-1:]
        return released


@functools.cache
def _pattern(words: str) -> re.Pattern[str]:
    between = _BETWEEN_WORDS.pattern
    return re.compile(rf"(?<![a-z0-9]){between.join(words.split())}", re.IGNORECASE)


def _fold(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", text.lower())


def _results(found: list[Phrase]) -> Results:
    results: Results = {category: {"filtered": False, "severity": "safe"} for category in CATEGORIES}
    for phrase in sorted(found, key=lambda phrase: _SEVERITIES.index(phrase.severity)):
        if phrase.category in _FLAGS:
            results[phrase.category] = {"filtered": True, "detected": True}
        else:
            results[phrase.category] = {"filtered": phrase.filtered, "severity": phrase.severity}
    return results
