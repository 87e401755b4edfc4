"""A piece of artwork ready to place: given a body if it is only a head, measured, recoloured and lit."""

from __future__ import annotations

import colorsys
import io
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image
from resvg import render, usvg

from .lexicon import entry_of, is_own, svg_of
from .light import Light
from .pen import BLACK, WHITE, Colour, brightness, hexed, mix, rgb, times
from .words import names

Pixels = npt.NDArray[np.uint8]

_FILL = re.compile(r"(fill|stroke|stop-color)(=[\"']|:)(#[0-9a-fA-F]{3,8})")
_IDENTITY = (1, 0, 0, 0, 1, 0)  # row by row, as this binding of resvg wants it
_RAINBOW = ("#e5383b", "#ff9f1c", "#ffd43b", "#40b85f", "#2f86eb", "#8b5cf6", "#f06595")

# Skin, hair, faces, poles and sand keep their colour when a thing is recoloured.
_KEPT = names("#FFDC5D #EF9645 #FFAC33 #F19020 #C1694F #662113 #FFE8B6 #A0694A #E8CF9C")
_COATS = ("#d8504f", "#3f7fb5", "#3f8f6a", "#7a5fb0", "#e0953d")

# Flat pieces that belong to the emoji's own little scene, not to the thing.
_DROPPED = (
    '<path fill="#55ACEE" d="M0 30h36v6H0z"/>',
    '<path fill="#55ACEE" d="M0 24h36v12H0z"/>',
    '<path fill="#5C913B" d="M0 33h36v3H0z"/>',
    '<path fill="#55ACEE" d="M12 24c3-2 7-5 6-3s-1.001'
    ' 3 1 2c2-1 5-2 4 0s2 1 3 0 4 0 3 1-9 2-12 2-5-2-5-2z"/>',
)

HEADS = names("""
    bear panda_face fox_face wolf lion_face frog koala hamster polar_bear monkey_face cat dog mouse
    rabbit tiger cow pig horse moose chicken robot_face alien skull clown_face raccoon_face
    dragon_face deer
    """)
_PERSON_HEADS = names("""
    child boy girl man woman adult older_man older_woman older_adult princess prince baby santa
    mrs_claus person_with_crown bearded_person red_haired_person curly_haired_person
    white_haired_person bald_person blond-haired-man blond-haired-woman person_with_blond_hair
    man_with_turban angel bride_with_veil cop
    """)
_BUSTS = names("""
    mage female_mage male_mage superhero female_superhero male_superhero supervillain ninja vampire
    zombie guardsman elf fairy sleuth_or_spy cook farmer student singer artist teacher
    factory_worker technologist mechanic scientist firefighter pilot judge health_worker
    construction_worker astronaut office_worker person_in_tuxedo
    """)


@dataclass(slots=True, frozen=True)
class Figure:
    """Artwork in its own units: SVG text, the box it really covers, and its leading colours."""

    art: str
    svg: str
    left: float
    top: float
    right: float
    bottom: float
    main: Colour
    keeps: bool  # some of its colours, such as skin, never change


def rasterise(svg: str) -> Image.Image:
    """An RGBA picture of SVG text at its own width and height."""
    tree = usvg.Tree.from_str(svg, usvg.Options.default())
    return Image.open(io.BytesIO(render(tree, _IDENTITY))).convert("RGBA")


def _measured(svg: str, tall: float = 36.0) -> tuple[Pixels, tuple[float, float, float, float]]:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="72" height="{tall * 2:.0f}" '
        f'viewBox="0 0 36 {tall:.0f}">'
    )
    pixels = np.asarray(rasterise(f"{head}{svg}</svg>"))
    rows, columns = np.nonzero(pixels[..., 3] > 100)
    if rows.size == 0:
        return pixels, (0.0, 0.0, 36.0, tall)
    return pixels, (columns.min() / 2, rows.min() / 2, (columns.max() + 1) / 2, (rows.max() + 1) / 2)


def _leading(pixels: Pixels, svg: str, *, keeps: bool) -> Colour:
    """The fill that covers most of the artwork, vivid colours counting for more than greys."""
    solid = pixels[pixels[..., 3] > 200][:, :3].astype(float)
    best, most = (150.0, 150.0, 150.0), -1.0
    for text in dict.fromkeys(match.group(3) for match in _FILL.finditer(svg)):
        tone = rgb(text)
        share = float((np.abs(solid - np.array(tone)).sum(axis=1) < 12).sum())
        if keeps and text.upper() in _KEPT:
            continue
        vivid = colorsys.rgb_to_hsv(*(part / 255 for part in tone))[1]
        if share * (0.35 + vivid) > most:
            best, most = tone, share * (0.35 + vivid)
    return best


@lru_cache(maxsize=512)
def figure(art: str) -> Figure:
    """The artwork of that short name; heads get a plush body and busts get legs."""
    svg = svg_of(art)
    for piece in _DROPPED:
        svg = svg.replace(piece, "")
    pixels, box = _measured(svg)
    keeps = art == "own-parasol" or (not is_own(art) and entry_of(art).kind.startswith(("person", "family")))
    main = _leading(pixels, svg, keeps=keeps)
    if art in HEADS:
        svg = _plush(svg, main, box[3])
    elif art in _PERSON_HEADS or art in _BUSTS:
        main = _coat(pixels, box) if art in _BUSTS else rgb(_COATS[len(art) % len(_COATS)])
        svg = _person(svg, main, box[3], bust=art in _BUSTS)
    else:
        return Figure(art, svg, *box, main, keeps)
    return Figure(art, svg, *_measured(svg, 70)[1], main, keeps)


def _coat(pixels: Pixels, box: tuple[float, ...]) -> Colour:
    """The colour at the lower edge of a bust: what its legs' jacket is made of."""
    row = pixels[int(box[3] * 2) - 4]
    solid = row[row[:, 3] > 200][:, :3]
    tone = np.median(solid, axis=0) if solid.size else np.array((63.0, 127.0, 181.0))
    return (float(tone[0]), float(tone[1]), float(tone[2]))


def _plush(head: str, main: Colour, chin: float) -> str:
    """A sitting toy's body under a head."""
    tone, pale, dark = hexed(main), hexed(mix(main, WHITE, 0.45)), hexed(mix(main, BLACK, 0.22))
    y = chin - 5
    body = _round(18, y + 12, 10.5, 12, tone) + _round(18, y + 14, 6.2, 8.2, pale)
    for side in (-1, 1):
        body += _round(18 + side * 9.4, y + 11, 3.2, 6.6, dark, turn=-22 * side)
        body += _round(18 + side * 7, y + 22.5, 5.2, 3.6, dark) + _round(
            18 + side * 7.6, y + 22.8, 2.6, 2, pale
        )
    return body + head


def _round(x: float, y: float, rx: float, ry: float, fill: str, turn: float = 0) -> str:
    turned = f' transform="rotate({turn} {x} {y})"' if turn else ""
    return f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{fill}"{turned}/>'


def _person(head: str, coat: Colour, y: float, *, bust: bool) -> str:
    """A coat, arms and legs under a head; under a bust only what it lacks."""
    dark, cloth = hexed(mix(coat, BLACK, 0.25)), hexed(coat)
    top = y - (1.2 if bust else 3.0)
    half = 8.6 if bust else 6.5
    arms = "".join(
        f'<path d="M{18 + s * 6} {top + 3}q{s * 4} 2 {s * 4.4} 8.5" stroke="{dark}" stroke-width="3.6" '
        f'fill="none" stroke-linecap="round"/>'
        f'<circle cx="{18 + s * 10.4}" cy="{top + 12.6}" r="1.9" fill="#FFDC5D"/>'
        for s in (-1, 1)
        if not bust
    )
    legs = "".join(
        f'<rect x="{x}" y="{top + 11}" width="5" height="10" rx="1.5" fill="#3B4A63"/>'
        f'<rect x="{x - 0.75}" y="{top + 19.5}" width="6.5" height="3" rx="1.5" fill="#292F33"/>'
        for x in (12.2, 18.8)
    )
    torso = f"M{18 - half} {top}h{2 * half}q.8 8-1 14.5h{-(2 * half - 2)}q-1.8-6.5-1-14.5z"
    return f'{legs}<path fill="{cloth}" d="{torso}"/>{arms}{head}'


def _shifted(tone: Colour, main: Colour, target: Colour) -> Colour:
    """The target colour, as much lighter or darker as the tone is than the leading one."""
    step = brightness(tone) - brightness(main)
    return (
        mix(target, WHITE, min(0.7, step * 1.1)) if step > 0 else mix(target, BLACK, min(0.65, -step * 1.15))
    )


def _belongs(tone: Colour, main: Colour) -> bool:
    """True for the tones of a recoloured thing: near the leading colour in hue, or both of them grey."""
    (h1, l1, s1), (h2, l2, s2) = (
        colorsys.rgb_to_hls(*(part / 255 for part in colour)) for colour in (tone, main)
    )
    if s2 < 0.16 or l2 < 0.2 or l2 > 0.93:
        return s1 < 0.25 and abs(l1 - l2) < 0.35
    apart = min(abs(h1 - h2), 1 - abs(h1 - h2))
    return s1 > 0.16 and apart < 0.1 and 0.12 < l1 < 0.95


def dressed(piece: Figure, colours: tuple[Colour | None, ...], light: Light, prefix: str) -> str:
    """The artwork in the given colours (None: the rainbow's), in this light, with ids of its own."""
    tones = list(dict.fromkeys(match.group(3) for match in _FILL.finditer(piece.svg)))
    swap: dict[str, Colour] = {text: rgb(text) for text in tones}
    if piece.keeps:
        tones = [text for text in tones if text.upper() not in _KEPT] or tones
    if colours:
        vivid = [text for text in tones if _belongs(swap[text], piece.main)] or tones[:1]
        if None in colours:
            vivid = (
                tones
                if piece.art == "own-parasol"
                else [text for text in tones if _vivid(swap[text])] or vivid
            )
            step = 1 if len(vivid) > 3 else 2
            swap |= {text: rgb(_RAINBOW[n * step % 7]) for n, text in enumerate(vivid)}
        else:
            named = [colour for colour in colours if colour is not None]
            others = (
                [text for text in tones if _vivid(swap[text]) and text not in vivid] if len(named) > 1 else []
            )
            swap |= {
                text: _shifted(rgb(text), piece.main, named[n % len(named) if not others else 0])
                for n, text in enumerate(vivid)
            }
            swap |= {text: named[1] for text in others}
    lit = {text: hexed(times(tone, light.tint)) for text, tone in swap.items()}
    svg = _FILL.sub(lambda match: f"{match.group(1)}{match.group(2)}{lit[match.group(3)]}", piece.svg)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}\1)", svg)
    return re.sub(r'href="#([^"]+)"', rf'href="#{prefix}\1"', svg)


def _vivid(tone: Colour) -> bool:
    hue, light, strength = colorsys.rgb_to_hls(*(part / 255 for part in tone))
    return strength > 0.3 and 0.2 < light < 0.9 and hue >= 0
