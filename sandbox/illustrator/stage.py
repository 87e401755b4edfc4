"""Where subjects may stand once a place has been painted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, frozen=True, kw_only=True)
class Stage:
    """Feet stand between `far` and `near` (y, in units); boats float at `afloat`, if there is water."""

    near: float
    far: float
    horizon: float
    sun: float = 500.0
    afloat: float | None = None
    weightless: bool = False  # space, sky, under water: nothing stands on anything
    size: float = 1.0
    middle: float = 0.5  # where across the picture the first subject likes to be, 0..1
    shadow: float = 0.34
