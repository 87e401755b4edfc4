"""Cities and streets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from . import growth
from .land import far_mountains
from .light import Light
from .pen import WHITE, Colour, Pen, Point, disc, mix, oval, path, polygon, rect, rgb, stroke
from .sky import mist, paint_sky
from .stage import Stage

Corner = Callable[[float, float], Point]  # from a front's own across and up to a point of the picture

_WALLS = (
    ("#d98f6f", "#e7b98a", "#8fa9b8", "#c97b6b", "#b8a9c9", "#7f9c9a"),
    ("#e3a587", "#f0d0a0", "#9db8a0", "#d4776a", "#88a2bf", "#c9a27e"),
    ("#a7b4c7", "#8e9db6", "#c2b6c9", "#d8a48f", "#6f86a6", "#e0c3a3"),
)
_GLOW = ("#ff4fa3", "#32e0ff", "#ffd23f", "#8f5bff", "#48ffb0")


def skyline(pen: Pen, light: Light, foot: float, far: float, tall: float) -> None:
    """A row of towers lost in the haze, their windows lit after dark."""
    x = -30.0
    body = rgb("#4f6282")
    while x < pen.width + 20:
        w, h = pen.between(46, 104), tall * pen.between(0.4, 1.0)
        tone = light.on(mix(body, rgb("#7a6a8f"), pen.between(0, 0.6)), far)
        pen.add(rect(x, foot - h, w + 1, h + 60, pen.linear(tone, mix(tone, light.haze, 0.5))))
        if pen.chance(0.35):
            pen.add(rect(x + w * 0.25, foot - h - 24, w * 0.5, 26, tone))
        if pen.chance(0.25):
            pen.add(rect(x + w * 0.48, foot - h - 60, 4, 62, tone))
        _far_windows(pen, light, x, foot - h, w, h, far)
        x += w + pen.between(-6, 10)
    mist(pen, light, foot + 20, 0.35)


def _far_windows(pen: Pen, light: Light, x: float, top: float, w: float, h: float, far: float) -> None:
    lit = (
        mix(rgb("#ffd98a"), light.haze, far * 0.6)
        if light.dark or light.hour == "sunset"
        else mix(light.haze, WHITE, 0.5)
    )
    share = 0.45 if light.dark else 0.3
    cells = "".join(
        f"M{x + 9 + 15 * col:.0f} {top + 14 + 22 * row:.0f}h7v10h-7Z"
        for row in range(int((h - 20) / 22))
        for col in range(int((w - 12) / 15))
        if pen.chance(share)
    )
    if cells:
        pen.add(path(cells, lit, 0.75 if light.dark else 0.4))


def city(pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...]) -> Stage:
    """A skyline in three depths over a park-like rooftop terrace."""
    horizon = pen.height * 0.68
    sun = paint_sky(pen, light, horizon, weather)
    if "mountains" in behind:
        far_mountains(pen, light, horizon - 120, 260)
    for far, tall in ((0.68, 470), (0.46, 380), (0.22, 270)):
        skyline(pen, light, horizon, far, tall * pen.between(0.9, 1.15))
    deck = light.on(rgb(pen.one_of(("#b7a99a", "#a9adb8", "#c2a58f"))))
    top = pen.height * 0.7
    pen.add(rect(0, top, pen.width, pen.height - top, pen.linear(mix(deck, light.haze, 0.3), deck)))
    pen.add(rect(0, top - 8, pen.width, 16, mix(deck, WHITE, 0.2)))
    for n in range(-8, 9):
        x = pen.width / 2
        pen.add(
            stroke(
                f"M{x + n * 70:.0f} {top + 8:.0f}L{x + n * 190:.0f} {pen.height}",
                mix(deck, (30, 30, 60), 0.25),
                2.5,
                0.5,
            )
        )
    for depth in (0.12, 0.3, 0.56, 0.9):
        y = top + (pen.height - top) * depth
        pen.add(stroke(f"M0 {y:.0f}H{pen.width:.0f}", mix(deck, (30, 30, 60), 0.25), 2.5, 0.5))
    for side in (0.05, 0.95):
        pen.add(growth.bush(pen, light, side * pen.width, pen.height * 0.8, 78, rgb("#4f9463")))
        pen.add(rect(side * pen.width - 62, pen.height * 0.78, 124, 62, light.on(rgb("#a5654f")), 1, 8))
    if "rain" in weather:
        puddles(pen, light, top)
    return Stage(near=pen.height * 0.9, far=pen.height * 0.8, horizon=horizon, sun=sun)


def street(pen: Pen, light: Light, weather: tuple[str, ...], _behind: tuple[str, ...]) -> Stage:
    """A street in perspective between house fronts with shops, awnings and lamps."""
    horizon = pen.height * 0.56
    sun = paint_sky(pen, light, horizon, weather)
    skyline(pen, light, horizon + 10, 0.55, 260)
    walls = [rgb(tone) for tone in pen.one_of(_WALLS)]
    gone = (pen.width * pen.between(0.46, 0.54), horizon)
    _road(pen, light, gone)
    for side in (-1, 1):
        _house_fronts(pen, light, side, gone, walls)
    _lamps(pen, light, gone)
    if light.dark or {"rain", "storm"} & set(weather):
        puddles(pen, light, horizon + 80)
    return Stage(near=pen.height * 0.9, far=pen.height * 0.8, horizon=horizon, sun=sun)


def _road(pen: Pen, light: Light, gone: Point) -> None:
    horizon = gone[1]
    road = light.on(rgb("#5d6676"))
    low = pen.height
    walk = [(0, low), (0, low * 0.74), gone, (pen.width, low * 0.74), (pen.width, low)]
    pen.add(polygon(walk, light.on(rgb("#c9c2b8"))))
    pen.add(
        polygon(
            [
                (-pen.width * 0.08, low),
                (gone[0] - 16, horizon + 8),
                (gone[0] + 16, horizon + 8),
                (pen.width * 1.08, low),
            ],
            pen.linear(mix(road, light.haze, 0.4), road),
        )
    )
    for n in range(5):
        a, b = 0.1 + 0.19 * n, 0.18 + 0.19 * n
        ya, yb = horizon + (low - horizon) * a**1.4, horizon + (low - horizon) * b**1.4
        pen.add(
            polygon(
                [
                    (gone[0] - 8 * a, ya),
                    (gone[0] + 8 * a, ya),
                    (gone[0] + 13 * b, yb),
                    (gone[0] - 13 * b, yb),
                ],
                WHITE,
                0.55,
            )
        )


def _house_fronts(pen: Pen, light: Light, side: int, gone: tuple[float, float], walls: list[Colour]) -> None:
    """Fronts along one side; edges are placed by depth, 0 at the vanishing point, 1 at the picture's edge."""
    half = gone[0] if side < 0 else pen.width - gone[0]
    depths = [0.16, 0.26, 0.4, 0.62, 1.02]
    for n in range(len(depths) - 1):
        near, away = depths[n + 1], depths[n]
        tall = pen.between(430, 600)
        wall = light.on(walls[(n + pen.whole(0, 2)) % len(walls)], 0.34 - 0.09 * n)

        def at(depth: float, up: float) -> tuple[float, float]:
            foot = gone[1] + depth * 205
            return (gone[0] + side * half * depth, foot - up * depth)

        pen.add(polygon([at(away, 0), at(away, tall), at(near, tall), at(near, 0)], wall))
        pen.add(
            polygon(
                [at(away, tall), at(away, tall + 22), at(near, tall + 22), at(near, tall)],
                mix(wall, WHITE, 0.3),
            )
        )
        _windows(pen, light, partial(_on_front, at, (away, near), tall))
        _shop(pen, light, partial(_on_front, at, (away, near), 1.0), n)


def _on_front(at: Corner, depths: tuple[float, float], tall: float, across: float, up: float) -> Point:
    return at(depths[0] + (depths[1] - depths[0]) * across, up * tall)


def _windows(pen: Pen, light: Light, at: Corner) -> None:
    for row in range(3):
        for u in (0.14, 0.42, 0.7):
            lit = pen.chance(0.6) if light.dark else pen.chance(0.15)
            glass = rgb(pen.one_of(("#ffdf94", "#ffcf70", "#ffe9b8"))) if lit else light.on(rgb("#5f7f9c"))
            v = 0.34 + 0.21 * row
            pen.add(
                polygon([at(u, v), at(u, v + 0.14), at(u + 0.17, v + 0.14), at(u + 0.17, v)], glass, 0.95)
            )
            pen.add(
                polygon(
                    [at(u - 0.01, v - 0.012), at(u - 0.01, v), at(u + 0.18, v), at(u + 0.18, v - 0.012)],
                    light.on(WHITE),
                    0.7,
                )
            )


def _shop(pen: Pen, light: Light, at: Corner, n: int) -> None:
    inside = rgb("#ffdca0") if light.dark else light.on(rgb("#7f97a8"))
    pen.add(polygon([at(0.1, 8), at(0.1, 112), at(0.9, 112), at(0.9, 8)], light.on(rgb("#4a3f4a"))))
    pen.add(
        polygon([at(0.16, 22), at(0.16, 104), at(0.6, 104), at(0.6, 22)], inside),
        polygon([at(0.66, 8), at(0.66, 104), at(0.84, 104), at(0.84, 8)], inside, 0.8),
    )
    tone = light.on(rgb(pen.one_of(("#d8504f", "#3f8f8a", "#e0a33d", "#5b6fb5"))))
    for k in range(8):
        a, b = 0.06 + 0.11 * k, 0.06 + 0.11 * (k + 1)
        pen.add(
            polygon(
                [at(a, 138), at(b, 138), at(b, 108), at(a, 108)], tone if k % 2 else light.on(rgb("#fff4e0"))
            )
        )
    if light.hour == "neon":
        glow = rgb(_GLOW[(n + pen.whole(0, 4)) % len(_GLOW)])
        ax, ay = at(0.5, 210)
        size = 26 + 22 * n
        pen.add(disc(ax, ay, size * 3.2, pen.glow(glow, 0.6)))
        corners = [at(0.12, 180), at(0.12, 240), at(0.88, 240), at(0.88, 180)]
        outline = "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in corners) + "Z"
        pen.add(
            stroke(outline, glow, 9),
            stroke(outline, mix(glow, WHITE, 0.7), 3),
            disc(ax, ay, size * 0.3, mix(glow, WHITE, 0.4)),
        )


def _lamps(pen: Pen, light: Light, gone: tuple[float, float]) -> None:
    for depth in (0.4, 0.78):
        for side in (-1, 1):
            x, foot, tall = gone[0] + side * pen.width * 0.36 * depth, gone[1] + depth * 260, 330 * depth
            post = light.on(rgb("#2f3644"))
            pen.add(
                growth.shade(pen, x, foot, 30 * depth),
                rect(x - 4 * depth, foot - tall, 8 * depth, tall, post, 1, 3),
            )
            pen.add(
                disc(x, foot - tall, 15 * depth, rgb("#fff0c4") if light.dark else light.on(rgb("#f2f2ee")))
            )
            if light.dark or light.hour == "sunset":
                pen.add(disc(x, foot - tall, 120 * depth, pen.glow(rgb("#ffd890"), 0.75)))
                pen.add(oval(x, foot, 130 * depth, 34 * depth, pen.glow(rgb("#ffd890"), 0.45)))


def puddles(pen: Pen, light: Light, top: float) -> None:
    """Wet ground: pools that mirror the sky, and lights smeared downwards."""
    glow = (
        [rgb(tone) for tone in _GLOW]
        if light.hour == "neon"
        else [rgb("#ffd890"), mix(light.haze, WHITE, 0.3)]
    )
    for _ in range(14):
        x, y, w = pen.between(0, pen.width), pen.between(top + 30, pen.height), pen.between(8, 26)
        tone = pen.one_of(glow)
        pen.add(
            rect(x, y - 60, w, pen.between(90, 200), pen.linear(tone, tone, tone, alphas=(0, 0.4, 0)), 1, 8)
        )
    for _ in range(7):
        x, y, w = pen.between(0, pen.width), pen.between(top + 50, pen.height), pen.between(60, 170)
        pen.add(oval(x, y, w, w * 0.13, pen.linear(light.sky[-1], light.sky[1]), 0.55))
        pen.add(stroke(f"M{x - w * 0.4:.0f} {y:.0f}h{w * 0.5:.0f}", WHITE, 2.5, 0.35))
