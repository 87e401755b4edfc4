"""Which style word means which filter over the finished picture."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np

from .handmade import crayon, oil, pastel, pixel, sketch, watercolor
from .photographic import camera, neon, noir, polaroid, sepia
from .pixels import Picture
from .printed import (
    blueprint,
    comic,
    embroidery,
    glass,
    lowpoly,
    mosaic,
    popart,
    poster,
    woodblock,
)


class Filter(Protocol):
    """Turns one picture into another of the same size."""

    def __call__(self, picture: Picture, rng: np.random.Generator, /) -> Picture: ...


FILTERS: Mapping[str, Filter] = MappingProxyType(
    {
        "watercolor": watercolor, "oil": oil, "pixel": pixel, "sketch": sketch, "pastel": pastel,
        "crayon": crayon, "camera": camera, "polaroid": polaroid, "noir": noir, "sepia": sepia, "neon": neon,
        "popart": popart, "comic": comic, "poster": poster, "woodblock": woodblock, "blueprint": blueprint,
        "glass": glass, "mosaic": mosaic, "lowpoly": lowpoly, "embroidery": embroidery,
    }
)  # fmt: skip
