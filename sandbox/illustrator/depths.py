"""Cold and deep water: icebergs, and the world under the surface."""

from __future__ import annotations

from .land import far_mountains
from .light import Light
from .pen import WHITE, Pen, blob, disc, land, mix, oval, path, polygon, rect, rgb, rolling, stroke, turned
from .sky import paint_sky
from .stage import Stage
from .water import paint_water


def iceberg(pen: Pen, light: Light, weather: tuple[str, ...], _behind: tuple[str, ...]) -> Stage:
    """A flat-topped iceberg in a cold sea, others drifting behind it."""
    horizon = pen.height * 0.5
    sun = paint_sky(pen, light, horizon, weather)
    far_mountains(pen, light, horizon, 150, layers=2)
    paint_water(pen, light, horizon, pen.height, sun, rgb("#3f8fb5"))
    for _ in range(3):
        x, w = pen.between(0, 1) * pen.width, pen.between(90, 190)
        _ice(pen, light, x, horizon + pen.between(20, 60), w, w * pen.between(0.4, 0.7), 0.4)
    side = pen.one_of((-1, 1))
    _berg(pen, light, side)
    return Stage(
        near=pen.height * 0.775,
        far=pen.height * 0.735,
        horizon=horizon,
        sun=sun,
        middle=0.5 - side * 0.12,
        size=0.88,
    )


def _berg(pen: Pen, light: Light, side: int) -> None:
    """The flat-topped one in front, its peaks to one side."""
    x, top, half = pen.width * 0.5, pen.height * 0.71, pen.width * 0.43
    low = pen.height * 0.93
    white, blue = light.on(rgb("#f4faff")), light.on(rgb("#9fc9e6"))
    peak = [
        (x + side * half * a, pen.height * b)
        for a, b in ((0.28, 0.73), (0.46, 0.5), (0.62, 0.56), (0.72, 0.42), (0.9, 0.6), (1.0, 0.73))
    ]
    pen.add(
        polygon(peak, white),
        polygon([peak[1], peak[2], (peak[2][0] - side * 30, top + 30), peak[0]], blue, 0.5),
    )
    pen.add(polygon([peak[3], peak[4], peak[5], (peak[3][0], top + 20)], blue, 0.75))
    foot = (
        (-1.0, top + 46),
        (-0.9, low - 20),
        (-0.5, low),
        (-0.1, low - 34),
        (0.35, low + 6),
        (0.86, low - 26),
    )
    face = [(x + half * across, y) for across, y in (*foot, (1.0, top + 40))]
    pen.add(oval(x, low - 4, half * 1.02, 36, light.on(rgb("#1d5f86")), 0.45))
    pen.add(polygon(face, pen.linear(mix(blue, WHITE, 0.25), blue, light.on(rgb("#6aa9d0")))))
    for n in range(1, 6, 2):
        pen.add(polygon([face[n], (face[n][0] + 70, top + 60), (face[n][0] - 50, top + 70)], white, 0.35))
    edge = (
        (-1.0, 46),
        (-0.72, 6),
        (-0.2, -6),
        (0.4, 0),
        (0.8, 4),
        (1.0, 40),
        (0.5, 96),
        (-0.1, 84),
        (-0.6, 100),
    )
    rim = [(x + half * across, top + down) for across, down in edge]
    pen.add(polygon(rim, pen.linear(white, mix(white, blue, 0.35))))


def _ice(pen: Pen, light: Light, x: float, y: float, w: float, h: float, far: float) -> None:
    white, blue = light.on(rgb("#f2f9ff"), far), light.on(rgb("#a6cbe5"), far)
    top = (x + pen.between(-0.2, 0.2) * w, y - h)
    pen.add(
        polygon(
            [(x - w / 2, y), (x - w * 0.3, y - h * 0.55), top, (x + w * 0.25, y - h * 0.6), (x + w / 2, y)],
            white,
        )
    )
    pen.add(polygon([top, (x + w * 0.25, y - h * 0.6), (x + w / 2, y), (x + w * 0.05, y)], blue, 0.8))


def underwater(pen: Pen, light: Light, _weather: tuple[str, ...], _behind: tuple[str, ...]) -> Stage:
    """Blue depths with shafts of light, weed, corals and bubbles over a sandy floor."""
    deep = turned(rgb("#0b3f73"), pen.between(-14, 10))
    top = rgb("#57cfe0") if not light.dark else rgb("#2b6f9e")
    pen.add(rect(0, 0, pen.width, pen.height, pen.linear(top, mix(top, deep, 0.55), deep)))
    for _ in range(pen.whole(4, 6)):
        x, w, lean = pen.between(0, 1) * pen.width, pen.between(40, 120), pen.between(-160, 60)
        ray = [
            (x, -10),
            (x + w, -10),
            (x + w * 2 + lean, pen.height * 0.85),
            (x - w + lean, pen.height * 0.85),
        ]
        pen.add(polygon(ray, pen.linear(WHITE, WHITE, alphas=(0.24, 0))))
    for n, (y, far) in enumerate(((0.74, 0.62), (0.81, 0.36))):
        tone = mix(rgb("#4f8fa8"), deep, far)
        pen.add(land(pen, rolling(pen, pen.height * y, 46 - 12 * n, 4), tone))
    sand = mix(rgb("#f0dcae"), rgb("#3f8fb0"), 0.34)
    pen.add(land(pen, rolling(pen, pen.height * 0.88, 16, 4), pen.linear(sand, mix(sand, deep, 0.45))))
    for _ in range(int(18 * pen.width / 1000)):
        x = pen.one_of((pen.between(0, 0.3), pen.between(0.7, 1), pen.between(0, 1))) * pen.width
        _weed(pen, x, pen.height * pen.between(0.9, 1.0), pen.between(90, 260))
    for _ in range(int(7 * pen.width / 1000)):
        _coral(pen, pen.between(0, 1) * pen.width, pen.height * pen.between(0.91, 0.99), pen.between(60, 120))
    for _ in range(26):
        x, y, r = pen.between(0, pen.width), pen.between(0.05, 0.9) * pen.height, pen.between(3, 14)
        pen.add_front(disc(x, y, r, WHITE, 0.16), disc(x - r * 0.3, y - r * 0.3, r * 0.28, WHITE, 0.7))
    return Stage(
        near=pen.height * 0.7, far=pen.height * 0.3, horizon=pen.height * 0.5, weightless=True, shadow=0
    )


def _weed(pen: Pen, x: float, y: float, h: float) -> None:
    tone = mix(rgb(pen.one_of(("#3fae7a", "#2f8f86", "#78b85a"))), rgb("#0b3f73"), pen.between(0.1, 0.4))
    bend = pen.between(18, 34)
    pen.add(
        stroke(
            f"M{x:.0f} {y:.0f}q{bend:.0f} {-h / 4:.0f} 0 {-h / 2:.0f}t0 {-h / 2:.0f}",
            tone,
            pen.between(8, 15),
        )
    )


def _coral(pen: Pen, x: float, y: float, h: float) -> None:
    tone = mix(rgb(pen.one_of(("#ff7f7f", "#ffa25c", "#e86fb0", "#b98af5"))), rgb("#0b3f73"), 0.14)
    if pen.chance(0.4):
        pen.add(
            path(blob(pen, x, y - h * 0.2, h * 0.5, h * 0.36, 9), tone),
            path(blob(pen, x - h * 0.1, y - h * 0.3, h * 0.25, h * 0.14), WHITE, 0.2),
        )
        return
    arms = f"M{x:.0f} {y:.0f}v{-h:.0f}"
    for side, start in ((-1, 0.3), (1, 0.42), (-1, 0.6), (1, 0.7)):
        arms += (
            f"M{x:.0f} {y - h * start:.0f}q{side * h * 0.3:.0f} {-h * 0.04:.0f} {side * h * 0.32:.0f} "
            f"{-h * 0.34:.0f}"
        )
    pen.add(stroke(arms, tone, h * 0.13))
