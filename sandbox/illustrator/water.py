"""Places at, on and under the water."""

from __future__ import annotations

import math

from . import growth
from .land import far_mountains, tree_line
from .light import Light
from .pen import (
    WHITE,
    Colour,
    Pen,
    Point,
    curve,
    land,
    mix,
    oval,
    path,
    polygon,
    rect,
    rgb,
    rolling,
    stroke,
    turned,
)
from .sky import mist, paint_sky, ridge
from .stage import Stage
from .town import skyline


def paint_water(pen: Pen, light: Light, top: float, bottom: float, sun: float, colour: Colour) -> None:
    """A sheet of water: bands of waves that widen towards us, and the sun's path glittering on it."""
    far, near = light.on(mix(colour, WHITE, 0.25), 0.42), light.on(mix(colour, rgb("#0d3b66"), 0.25))
    pen.add(rect(-10, top, pen.width + 20, bottom - top + 4, pen.linear(far, mix(far, near, 0.6), near)))
    y, n = top + 14.0, 0
    while y < bottom:
        depth = (y - top) / (bottom - top)
        step = 60 + 150 * depth
        swell = 2 + 9 * depth
        start = pen.between(-step, 0)
        points = [
            (start + k * step, y + (swell if k % 2 else -swell)) for k in range(int(pen.width / step) + 4)
        ]
        tone = mix(far, near, depth)
        tone = mix(tone, WHITE, 0.07) if n % 2 else mix(tone, rgb("#0a2a50"), 0.08)
        edge = "L".join(
            f"{x:.0f} {yy:.0f}" for x, yy in ((points[-1][0], bottom + 4), (points[0][0], bottom + 4))
        )
        pen.add(path(f"M{points[0][0]:.1f} {points[0][1]:.1f}{curve(points)}L{edge}Z", tone, 0.55))
        y, n = y + 14 + 52 * depth, n + 1
    _glitter(pen, light, top, bottom, sun)


def _glitter(pen: Pen, light: Light, top: float, bottom: float, sun: float) -> None:
    strength = 0.75 if light.hour in ("dawn", "sunset") else 0.5 if light.dark else 0.35
    for _ in range(46):
        depth = pen.between(0, 1) ** 1.6
        y, spread = top + 6 + depth * (bottom - top - 20), 26 + 120 * depth
        x, w = sun + pen.between(-1, 1) * spread, (14 + 70 * depth) * pen.between(0.4, 1)
        pen.add(
            rect(
                x - w / 2,
                y,
                w,
                2.5 + 4 * depth,
                mix(light.sun, WHITE, 0.2),
                strength * pen.between(0.3, 0.9),
                3,
            )
        )
    for _ in range(26):
        depth = pen.between(0, 1)
        y, w = top + 8 + depth * (bottom - top), 20 + 60 * depth
        pen.add(rect(pen.between(0, pen.width), y, w, 2 + 2 * depth, mix(light.haze, WHITE, 0.5), 0.3, 2))


def _sea_colour(pen: Pen) -> Colour:
    return turned(rgb(pen.one_of(("#2f9fc4", "#2a8fbd", "#35adb8"))), pen.between(-8, 8))


def _shore_behind(pen: Pen, light: Light, horizon: float, behind: tuple[str, ...]) -> None:
    if "mountains" in behind:
        far_mountains(pen, light, horizon + 10, 280)
    elif "city" in behind or "street" in behind:
        skyline(pen, light, horizon + 4, 0.45, 240)
    elif "forest" in behind or "field" in behind:
        ridge(pen, light, horizon - 30, 24, rgb("#5d8f7c"), 0.5)
        tree_line(pen, light, horizon + 6, 0.42, 80)
    elif pen.chance(0.7):
        side = pen.one_of((-0.1, 0.75)) * pen.width
        hill: list[Point] = [
            (side, horizon + 4),
            (side + 110, horizon - 34),
            (side + 230, horizon - 22),
            (side + 420, horizon + 4),
        ]
        pen.add(path(f"M{side:.0f} {horizon + 4:.0f}{curve(hill)}Z", light.on(rgb("#5f8a9a"), 0.5)))
    mist(pen, light, horizon, 0.25)


def sea(pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...]) -> Stage:
    """Open water under a wide sky."""
    horizon = pen.height * pen.between(0.5, 0.58)
    sun = paint_sky(pen, light, horizon, weather)
    _shore_behind(pen, light, horizon, behind)
    paint_water(pen, light, horizon, pen.height, sun, _sea_colour(pen))
    if not light.dark:
        for _ in range(pen.whole(2, 5)):
            _gull(
                pen,
                light,
                pen.between(0.1, 0.9) * pen.width,
                pen.between(0.3, 0.8) * horizon,
                pen.between(14, 26),
            )
    water = pen.height * 0.8
    return Stage(near=water, far=pen.height * 0.68, horizon=horizon, sun=sun, afloat=water, shadow=0.2)


def _gull(pen: Pen, light: Light, x: float, y: float, r: float) -> None:
    tone = mix(light.on(rgb("#475569")), light.haze, 0.25)
    pen.add(
        stroke(
            (
                f"M{x - r:.0f} {y - r * 0.3:.0f}q{r * 0.6:.0f} {-r * 0.4:.0f} {r:.0f} {r * 0.3:.0f}"
                f"q{r * 0.4:.0f} "
                f"{-r * 0.7:.0f} {r:.0f} {-r * 0.3:.0f}"
            ),
            tone,
            3,
        )
    )


def beach(pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...]) -> Stage:
    """Sand, a line of surf, the sea and a palm or two."""
    horizon = pen.height * pen.between(0.4, 0.46)
    sun = paint_sky(pen, light, horizon, weather)
    _shore_behind(pen, light, horizon, behind)
    shore = pen.height * 0.64
    paint_water(pen, light, horizon, shore + 60, sun, turned(rgb("#2bb3c0"), pen.between(-12, 8)))
    sand = light.on(rgb(pen.one_of(("#f7dfae", "#f5d7a6", "#f3e0bd"))))
    slope = pen.one_of((-1, 1)) * pen.between(10, 34)
    line = [(x, y + slope * (x / pen.width - 0.5) * 2) for x, y in rolling(pen, shore, 10, 5)]
    for drop, tone, alpha in (
        (-26, WHITE, 0.35),
        (-12, WHITE, 0.85),
        (0, mix(sand, rgb("#9a7a52"), 0.35), 1.0),
        (20, sand, 1.0),
    ):
        edge = [(x, y + drop + pen.between(-4, 4)) for x, y in line]
        colour = mix(light.on(tone), tone, 0.4) if tone == WHITE else tone
        fill = pen.linear(colour, mix(colour, rgb("#c98d5a"), 0.25)) if drop == 20 else colour
        pen.add(land(pen, edge, fill, alpha=alpha))
    _sand_details(pen, light, sand, shore + 40)
    side = pen.one_of((-1, 1))
    for n in range(pen.whole(1, 2)):
        x = pen.width * (0.5 + side * (0.44 - 0.08 * n)) + pen.between(-10, 20)
        y = pen.height * (0.74 + 0.06 * n)
        pen.add(
            growth.shade(pen, x, y, 90),
            growth.palm(pen, light, x, y, pen.between(380, 500), -side * pen.between(50, 110)),
        )
    return Stage(
        near=pen.height * 0.88,
        far=pen.height * 0.75,
        horizon=horizon,
        sun=sun,
        afloat=pen.height * 0.56,
        middle=0.5 - side * 0.05,
    )


def _sand_details(pen: Pen, light: Light, sand: Colour, top: float) -> None:
    for _ in range(int(70 * pen.width / 1000)):
        x, y = pen.between(0, pen.width), pen.between(top, pen.height)
        pen.add(oval(x, y, pen.between(2, 4), 1.6, mix(sand, rgb("#8a5a3a"), 0.4), 0.5))
    for _ in range(7):
        x, y, w = pen.between(0, pen.width), pen.between(top + 40, pen.height), pen.between(70, 190)
        pen.add(
            stroke(
                f"M{x:.0f} {y:.0f}q{w / 2:.0f} {-w * 0.09:.0f} {w:.0f} 0",
                mix(sand, rgb("#b07a4a"), 0.3),
                5,
                0.35,
            )
        )
    for _ in range(pen.whole(2, 4)):
        x, y, r = (
            pen.between(0.05, 0.95) * pen.width,
            pen.between(0.9, 0.98) * pen.height,
            pen.between(13, 20),
        )
        tone = light.on(rgb(pen.one_of(("#ff8a70", "#ffb59a", "#f7f0e0"))))
        arms = [
            (
                x + (r if k % 2 == 0 else r * 0.45) * math.sin(k * math.pi / 5),
                y - (r if k % 2 == 0 else r * 0.45) * math.cos(k * math.pi / 5),
            )
            for k in range(10)
        ]
        pen.add(polygon(arms, tone))


def lake(pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...]) -> Stage:
    """Still water between hills and a grassy bank."""
    horizon = pen.height * pen.between(0.46, 0.52)
    sun = paint_sky(pen, light, horizon, weather)
    far_mountains(
        pen, light, horizon, 250 if "mountains" in behind else 170, layers=2, snow="mountains" in behind
    )
    snowy = "snow" in weather
    tree_line(pen, light, horizon + 6, 0.3, 90, "autumn" if "autumn" in weather else "pine", snowy)
    paint_water(pen, light, horizon + 8, pen.height * 0.86, sun, turned(rgb("#4a9fb5"), pen.between(-12, 12)))
    bank = light.on(rgb("#e9f1fa") if snowy else rgb("#6da35a"))
    pen.add(land(pen, rolling(pen, pen.height * 0.82, 14, 3), pen.linear(bank, mix(bank, (20, 50, 60), 0.2))))
    for _ in range(14):
        x = pen.one_of((pen.between(0, 0.28), pen.between(0.72, 1))) * pen.width
        pen.add_front(
            growth.tuft(
                pen, x, pen.height * pen.between(0.86, 1.02), pen.between(60, 120), light.on(rgb("#4f8a4a"))
            )
        )
    return Stage(
        near=pen.height * 0.9, far=pen.height * 0.84, horizon=horizon, sun=sun, afloat=pen.height * 0.72
    )
