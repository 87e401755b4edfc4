"""What a prompt asks for, read by rules: the plan of a picture before anything is painted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import words
from .lexicon import entry_of, is_own, look_up, look_up_emoji
from .reader import CURIO, MOST_SUBJECTS, Reader, Subject, role_of, tokens_of
from .roles import HABITATS
from .words import names


@dataclass(slots=True, frozen=True, kw_only=True)
class Scene:
    """The plan of a picture; `setting` is "abstract" when the prompt names nothing that can be painted."""

    setting: str
    behind: tuple[str, ...] = ()
    hour: str = ""  # empty: the prompt does not say
    weather: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    sky_colour: str = ""
    colours: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()


def plan(prompt: str) -> Scene:
    """Read a prompt into a plan; any text will do, also none at all."""
    reader = Reader()
    tokens = tokens_of(prompt)
    reader.read(tokens)
    for token in tokens:
        emoji = look_up_emoji(token)
        if emoji is not None and emoji not in [subject.art for subject in reader.subjects]:
            reader.subjects.append(Subject(noun=token, art=emoji, role=role_of(emoji)))
    ashore = any(place in ("beach", "sea") for place in reader.settings)
    subjects = tuple(
        _for_the_beach(subject) if ashore else subject for subject in reader.subjects[:MOST_SUBJECTS]
    )
    if not subjects and not reader.settings and reader.concepts:
        subjects = tuple(
            Subject(noun=art, art=look[0]) for art in reader.concepts[:1] if (look := look_up(art))
        )
        setting = "abstract"
    else:
        setting = _setting(reader, subjects)
    return Scene(
        setting=setting,
        behind=tuple(dict.fromkeys(place for place in reader.settings if place != setting)),
        hour=reader.hours[-1] if reader.hours else "",
        weather=tuple(dict.fromkeys(reader.weather)),
        styles=tuple(dict.fromkeys(reader.styles)),
        sky_colour=reader.sky_colour,
        colours=tuple(dict.fromkeys(reader.colours)),
        subjects=subjects,
    )


def _for_the_beach(subject: Subject) -> Subject:
    return replace(subject, art="own-parasol") if subject.art == "umbrella" else subject


def _setting(reader: Reader, subjects: tuple[Subject, ...]) -> str:
    if reader.settings:
        rank = list(dict.fromkeys(words.SETTINGS.values()))
        return min(reader.settings, key=rank.index)
    if subjects and all(subject.art.startswith(CURIO) for subject in subjects):
        return "abstract"
    for subject in subjects:
        if subject.art in HABITATS:
            return HABITATS[subject.art]
    if subjects:
        return "table" if all(_fits_on_a_table(subject.art) for subject in subjects) else "field"
    return "any" if reader.hours or reader.weather else "abstract"


def _fits_on_a_table(art: str) -> bool:
    kind = "building" if is_own(art) else entry_of(art).kind
    return kind.startswith("food") or kind.split(" ")[0] in _SMALL_THINGS


_SMALL_THINGS = names("""
    music book-paper computer phone light money mail writing office tool science medical clothing game
    household arts award-medal event other-object musical-instrument sound lock time drink dishware
""")
