"""Which style word means which filter over the finished picture."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np

from .handmade import mosaic, oil, pastel, pixel, popart, sketch, watercolor
from .photographic import camera, neon, noir, sepia
from .pixels import Picture


class Filter(Protocol):
    """Turns one picture into another of the same size."""

    def __call__(self, picture: Picture, rng: np.random.Generator, /) -> Picture: ...


FILTERS: Mapping[str, Filter] = MappingProxyType(
    {
        "watercolor": watercolor, "oil": oil, "pixel": pixel, "neon": neon, "camera": camera,
        "sketch": sketch, "noir": noir, "sepia": sepia, "popart": popart, "mosaic": mosaic, "pastel": pastel,
    }
)  # fmt: skip
