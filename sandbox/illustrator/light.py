"""Time of day and weather as light: the sky's colours, the sun, and the tint that falls on everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from .pen import WHITE, Colour, Pen, mix, rgb, times, turned

LAMP: Colour = (255, 240, 218)


@dataclass(slots=True, frozen=True, kw_only=True)
class Light:
    """What the hour does to colours; `tint` multiplies them, `haze` swallows what is far away."""

    hour: str
    sky: tuple[Colour, ...]  # top to horizon
    haze: Colour
    tint: Colour
    sun: Colour
    cloud: Colour
    cloud_shade: Colour

    def on(self, colour: Colour, distance: float = 0.0) -> Colour:
        """A colour as it looks in this light, `distance` 0 (near) to 1 (lost in the haze)."""
        return mix(times(colour, self.tint), self.haze, distance)

    def on_subjects(self) -> Light:
        """A gentler light for the subjects, which should stand out from the place."""
        return replace(self, tint=mix(self.tint, WHITE, 0.52))

    def indoors(self) -> Light:
        """The light of a lamp in a room, whatever the hour outside."""
        return replace(self, tint=mix(self.tint, LAMP, 0.7))

    @property
    def dark(self) -> bool:
        """True when lamps and windows shine."""
        return self.hour in ("night", "neon")


def _light(hour: str, sky: str, rest: str) -> Light:
    haze, tint, sun, cloud, shade = (rgb(text) for text in rest.split())
    tones = tuple(rgb(text) for text in sky.split())
    return Light(hour=hour, sky=tones, haze=haze, tint=tint, sun=sun, cloud=cloud, cloud_shade=shade)


_LIGHTS: Mapping[str, tuple[Light, ...]] = MappingProxyType(
    {
        "dawn": (
            _light("dawn", "#6f8fc9 #b9a9d6 #f7b9b4 #ffe0b0", "#f3cfc4 #f2dfe4 #fff1c9 #ffe3dc #d9b1c4"),
            _light("dawn", "#5f9bc4 #a5cfd6 #f6dcb4 #ffc79b", "#efd9c5 #f4e6dd #fff4d6 #fff0e2 #dbbfb9"),
            _light("dawn", "#7f7fc0 #d79fc4 #ffb59e #ffe3a9", "#f5c3b8 #f3d9dc #fff0c4 #ffdcd6 #c795b8"),
        ),
        "day": (
            _light("day", "#2f8fdc #6fbdf0 #c3e7fb", "#cfe6f3 #ffffff #fff6c9 #ffffff #cfe3f3"),
            _light("day", "#3fa7d6 #86d3e8 #d9f4ee", "#d5efe9 #fffdf5 #fff3b8 #ffffff #cde8ea"),
            _light("day", "#4b86d8 #8db9f2 #e6eefc", "#d4dff2 #fdfbff #fff8dc #ffffff #cdd8ef"),
        ),
        "sunset": (
            _light("sunset", "#3b2f6b #a6457b #f2785c #ffc56e", "#e58a6c #f6bfa4 #fff0b8 #f7937c #a24f78"),
            _light("sunset", "#27497d #7f6aa6 #f59a77 #ffd98a", "#eda884 #f5c9ac #fff3c0 #ffb792 #b0708f"),
            _light("sunset", "#5a2a63 #c23f63 #ff7a45 #ffc04d", "#e0744f #f8b496 #fff0a8 #ff8e6b #8f3563"),
        ),
        "night": (
            _light("night", "#0b1233 #1a2a5e #36508f", "#33497e #7385bd #fff6d8 #3d4f86 #27376a"),
            _light("night", "#0d0f2b #2b1f5a #57427f", "#46396f #8579b8 #fdf3dc #50447f #352b60"),
            _light("night", "#06202f #0f3f55 #2c6b7c", "#2a5d6e #6f9cb0 #f6f8e0 #37697c #1f4c5f"),
        ),
        "neon": (
            _light("neon", "#0a0624 #2a0f55 #7a1f7d #d13a8a", "#5b2380 #8d78cf #ff9be0 #5a2a86 #2f1760"),
            _light("neon", "#04101f #0c2f57 #2a3f9a #a03cc0", "#33348c #7b86d8 #9be8ff #3b3c96 #1d2062"),
        ),
    }
)


def light_for(hour: str, weather: tuple[str, ...], pen: Pen, sky_colour: Colour | None = None) -> Light:
    """The light of an hour (dawn, day, sunset, night, neon) under some weather, varied by the pen's seed."""
    light = pen.one_of(_LIGHTS[hour])
    shift = pen.between(-9, 9)
    light = replace(light, sky=tuple(turned(tone, shift) for tone in light.sky))
    if {"rain", "storm", "fog", "snow", "clouds"} & set(weather) and not {"aurora", "moon"} & set(weather):
        grey = rgb("#5d6a80") if "storm" in weather else rgb("#a9b7c4")
        heavy = 0.62 if "storm" in weather else 0.5 if "rain" in weather else 0.34
        light = _overcast(light, times(grey, mix(WHITE, light.tint, 0.8)), heavy)
    if sky_colour is not None:
        tones = tuple(mix(mix(tone, sky_colour, 0.75), WHITE, 0.12 * n) for n, tone in enumerate(light.sky))
        light = replace(light, sky=tones, haze=mix(light.haze, sky_colour, 0.5))
    return light


def _overcast(light: Light, grey: Colour, heavy: float) -> Light:
    return replace(
        light,
        sky=tuple(mix(tone, grey, heavy) for tone in light.sky),
        haze=mix(light.haze, grey, heavy),
        tint=mix(light.tint, times(light.tint, rgb("#c9d1dc")), heavy),
        cloud=mix(light.cloud, grey, heavy * 0.8),
        cloud_shade=mix(light.cloud_shade, times(grey, rgb("#b9c2d4")), heavy),
    )
