"""Reads a prompt word by word: what a phrase names, and which noun a colour, count or verb belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from . import words
from .lexicon import is_own, look_up, singulars
from .roles import ROLES

Role = Literal["stand", "fly", "float", "swim"]
Join = str  # "" or a meaning of `words.RELATIONS`
CURIO = "own-curio-"  # the artwork of a thing nobody knows: this and its name
LONGEST_PHRASE = 4  # words
MOST_OF_A_KIND = 12
MOST_SUBJECTS = 5
READ_WORDS = 400
READ_CHARACTERS = 8000


@dataclass(slots=True, frozen=True, kw_only=True)
class Subject:
    """One thing to paint; `join` says what it does with the subject after it."""

    noun: str
    art: str
    count: int = 1
    colours: tuple[str, ...] = ()
    role: Role = "stand"
    join: Join = ""


def role_of(art: str) -> Role:
    """Whether a thing stands, flies, floats or swims when the prompt does not say."""
    roles: Mapping[str, Role] = {"fly": "fly", "float": "float", "swim": "swim"}
    return roles.get(ROLES.get(art, ""), "stand")


class Reader:
    """Walks over a prompt once and keeps what it understood; colours and counts wait for their noun."""

    def __init__(self) -> None:
        self.settings: list[str] = []
        self.hours: list[str] = []
        self.weather: list[str] = []
        self.styles: list[str] = []
        self.concepts: list[str] = []
        self.subjects: list[Subject] = []
        self.sky_colour = ""
        self.colours: list[str] = []
        self._waiting: list[str] = []
        self._count = 0
        self._join: Join = ""
        self._flying = False
        self._introduced = False  # an article or a number stood before the words nobody knows
        self._unknown: list[str] = []

    def read(self, tokens: list[str]) -> None:
        """Take the longest phrase known at each place; what nobody knows is passed over."""
        at = 0
        while at < len(tokens):
            at += self._step(tokens, at)
        self._name_the_unknown()

    def _step(self, tokens: list[str], at: int) -> int:
        for size in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
            phrase = " ".join(tokens[at : at + size])
            before = " ".join(tokens[max(0, at - 2) : at])
            if self._modifier(phrase, tokens[at + size :]) or self._thing(phrase, before):
                return size
        token = tokens[at]
        if token in words.BOUNDARIES or token in ("and", ","):
            self._name_the_unknown()
            self._introduced = token in words.ARTICLES
        elif self._introduced:
            self._unknown.append(token)
        if token in words.BOUNDARIES:
            self._waiting, self._count = [], 0
        return 1

    def _name_the_unknown(self) -> None:
        """Takes the last of the words nobody knows for a thing, where one may stand: "a glowing flumph"."""
        head = singulars(self._unknown[-1])[-1] if self._unknown else ""
        if len(head) > 2 and head.isalpha() and not self._join and not words.no_thing(head):
            self._subject(f"{CURIO}{head}", head, plural=False)
        self._introduced, self._unknown = False, []

    def _modifier(self, phrase: str, rest: list[str]) -> bool:
        if phrase in words.STYLES:
            self.styles.append(words.STYLES[phrase])
        elif phrase in words.COLOURS and not (look_up(phrase) and not _noun_follows(rest)):
            self._waiting.append(phrase)
            self.colours.append(phrase)
        elif _number(phrase):
            self._count = _number(phrase)
            self._introduced = True
        elif phrase in words.FLYING:
            self._take_off()
        elif phrase in words.FILLED and self.subjects and self.subjects[-1].art in words.CONTAINERS:
            self._relate("contains")
        elif phrase in words.RELATIONS:
            self._relate(words.RELATIONS[phrase])
        else:
            return False
        return True

    def _take_off(self) -> None:
        if self.subjects:
            self.subjects[-1] = replace(self.subjects[-1], role="fly")
        else:
            self._flying = True

    def _relate(self, join: Join) -> None:
        self._name_the_unknown()
        self._waiting, self._count = [], 0
        self._join = join if self.subjects else ""

    def _thing(self, phrase: str, before: str) -> bool:
        single = singulars(phrase)[-1]
        hit = self._place(phrase, single)
        art = None if _begins_with_a_colour(phrase) else look_up(phrase)
        ambience = phrase in words.HOURS or phrase in words.WEATHERS
        backdrop = hit and (
            art is None or before.split(" ")[-1] in ("in", "inside") or before in _ON_THE or ambience
        )
        if art is not None and not backdrop and not ambience:
            self._subject(art[0], art[1], plural=art[1] != phrase)
            return True
        for form in (phrase, single):
            if form in words.CONCEPTS:
                self.concepts.append(words.CONCEPTS[form])
                hit = True
        if hit or ambience:
            self._waiting, self._count, self._join = [], 0, ""
            self._introduced, self._unknown = False, []
        return hit or ambience

    def _place(self, phrase: str, single: str) -> bool:
        hit = False
        if phrase in words.HOURS:
            self.hours.append(words.HOURS[phrase])
        if phrase in words.WEATHERS:
            self.weather.append(words.WEATHERS[phrase])
            self.weather.extend(mood for mood in ("spooky", "moon") if phrase in _MOODS)
        for form in (phrase, single):
            if form in words.SETTINGS and not hit:
                outside = self._join == "before" and words.SETTINGS[form] == "room"
                self.settings.append("street" if outside else words.SETTINGS[form])
                hit = True
        if self._waiting and (phrase in ("sky", "skies", "clouds") or phrase in words.HOURS):
            self.sky_colour = self._waiting[-1]
        return hit

    def _subject(self, art: str, noun: str, *, plural: bool) -> None:
        number = min(MOST_OF_A_KIND, self._count or (3 if plural else 1))
        if self._join and self.subjects:
            self.subjects[-1] = replace(self.subjects[-1], join=self._join)
        self._introduced, self._unknown = False, []
        known = [subject.art for subject in self.subjects]
        if art not in known or self._waiting:
            self.subjects.append(
                Subject(
                    noun=noun,
                    art=art,
                    count=number,
                    colours=tuple(self._waiting),
                    role="fly" if self._flying else role_of(art),
                )
            )
        self._waiting, self._count, self._join, self._flying = [], 0, "", False


_ON_THE = (
    "on the",
    "in the",
    "at the",
    "inside a",
    "in a",
    "at a",
    "near the",
    "by the",
    "through the",
    "over the",
)
_MOODS = frozenset(("haunted", "spooky", "halloween", "graveyard", "cemetery", "eerie"))


def _number(phrase: str) -> int:
    if phrase.isascii() and phrase.isdigit() and len(phrase) < 4:
        return int(phrase) if int(phrase) < 1000 else 0
    return words.NUMBERS.get(phrase, 0)


def _begins_with_a_colour(phrase: str) -> bool:
    first, _, rest = phrase.partition(" ")
    return bool(rest) and first in words.COLOURS and not is_own((look_up(phrase) or ("",))[0])


def _noun_follows(rest: list[str]) -> bool:
    """True when something that a colour can describe stands within the next three words."""
    for token in rest[:3]:
        if token in words.BOUNDARIES or token in (",", "and"):
            return False
        if look_up(token) or token in words.SETTINGS or token in words.HOURS:
            return True
    return False


def _pieces(prompt: str) -> Iterator[str]:
    text = (
        prompt.lower()
        .replace("\u2019", "'")
        .replace("multi-colo", "multicolo")
        .replace("rainbow umbrella", "multicolored umbrella")
    )
    for match in re.finditer(r"[a-z0-9]+(?:[-'][a-z0-9]+)*|,|[^\x00-\x7f]", text):
        yield match.group().removesuffix("'s")


def _split_hyphens(tokens: list[str]) -> list[str]:
    known = {**words.STYLES, **words.SETTINGS, **words.COLOURS, **words.WEATHERS}
    parts: list[str] = []
    for token in tokens:
        parts += [token] if "-" not in token or token in known or look_up(token) else token.split("-")
    return parts


def tokens_of(prompt: str) -> list[str]:
    """The first words of a prompt, in lower case, with commas and lone symbols as words of their own."""
    return _split_hyphens(list(_pieces(prompt[:READ_CHARACTERS]))[:READ_WORDS])
