"""A text with what the content filter said of its parts: covered, highlighted, checked up to here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import streamlit as st

from services import Choice, FilterReport
from ui.component import component
from ui.filters import name
from ui.plain import visible

Piece = tuple[str, str, str]  # look (empty for none), text, and what is said of it
CHECKED = ("check", "", "checked up to here")
MORE: tuple[Piece, ...] = (("", "…", ""),)
AROUND = 200  # characters of a long prompt that are shown before and after what is highlighted in it


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said of a part of a text. look: covered, filtered or noted."""

    start: int
    end: int
    look: str
    words: str


def is_marked(choice: Choice) -> bool:
    """Whether there is anything to mark in an answer."""
    return choice.filter.checked_up_to is not None or bool(marks(choice))


def show(choice: Choice, said: str) -> None:
    """An answer behind what was said before it, its marks, and how far it was checked where the filter runs
    beside the stream."""
    pieces = tuple(cut_up(choice.text, marks(choice), choice.filter.checked_up_to))
    _draw(pieces, "generated", f"completion-marked-{choice.index}", said)


def show_prompt(prompt: str, report: FilterReport, key: str) -> None:
    """The prompt around what an answer's filter found in it; nothing where it points to no part of it."""
    found = [
        Mark(*finding.prompt_span, "filtered" if finding.filtered else "noted", name(finding))
        for finding in report.findings
        if finding.prompt_span
    ]
    if found:
        start = max(0, min(mark.start for mark in found) - AROUND)
        end = max(mark.end for mark in found) + AROUND
        inside = [Mark(mark.start - start, mark.end - start, mark.look, mark.words) for mark in found]
        st.caption("In the prompt:")
        pieces = cut_up(prompt[start:end], inside)
        _draw((*MORE[: start > 0], *pieces, *MORE[: end < len(prompt)]), "prompt", key)


def marks(choice: Choice) -> list[Mark]:
    """What the filter said of parts of an answer; what is covered hides every other mark."""
    because = [name(finding) for finding in choice.filter.findings if finding.filtered]
    reason = f": {', '.join(dict.fromkeys(because))}" if because else ""
    covered = [
        Mark(start, end, "covered", f"Covered by the content filter{reason} ({end - start} characters)")
        for start, end in choice.covered
    ]
    noted = [
        Mark(*finding.span, "noted", name(finding))
        for finding in choice.filter.findings
        if finding.span and not finding.filtered and finding.span[0] < len(choice.text)
    ]
    return covered + noted


def cut_up(text: str, marks: Sequence[Mark], checked: int | None = None) -> Iterator[Piece]:
    """The text piece by piece. What is covered is one piece without text; where the text was checked up to
    stands a piece of the look `check`."""
    length = len(text)
    stop = None if checked is None else min(checked, length)
    edges = {0, length, *(min(edge, length) for mark in marks for edge in (mark.start, mark.end))}
    for start, end in pairwise(sorted(edges | ({stop} if stop is not None else set()))):
        if start == stop:
            yield CHECKED
        here = [mark for mark in marks if mark.start <= start and end <= mark.end]
        covered = next((mark for mark in here if mark.look == "covered"), None)
        if covered is None:
            words = ", ".join(dict.fromkeys(mark.words for mark in here))
            yield here[0].look if here else "", visible(text[start:end]), words
        elif covered.start == start:
            yield "covered", "", covered.words
    if stop == length:
        yield CHECKED


def _draw(pieces: tuple[Piece, ...], side: str, key: str, said: str = "") -> None:
    component(__file__, "<section></section>")(
        data={"said": visible(said), "pieces": pieces, "side": side}, key=key
    )
