"""Space, and the surface of the moon."""

from __future__ import annotations

from .light import Light
from .pen import WHITE, Colour, Pen, disc, land, mix, oval, path, rect, rgb, rolling, stroke, turned
from .sky import sparkle
from .stage import Stage

_NEBULAE = (
    ("#5b2a86", "#d2468f", "#2f6fd6"),
    ("#0f5f7f", "#37c2a5", "#6a4fd0"),
    ("#7a2f6f", "#f0784f", "#3f4fb5"),
)


def _deep_space(pen: Pen) -> None:
    base = turned(rgb("#0a0f2e"), pen.between(-20, 25))
    pen.add(
        rect(
            0,
            0,
            pen.width,
            pen.height,
            pen.linear(mix(base, (0, 0, 0), 0.25), base, mix(base, rgb("#2a1f5f"), 0.5)),
        )
    )
    tones = [rgb(tone) for tone in pen.one_of(_NEBULAE)]
    for n in range(11):
        x, y = pen.between(0, 1) * pen.width, pen.between(0, 1) * pen.height
        pen.add(
            oval(
                x,
                y,
                pen.between(220, 420),
                pen.between(150, 300),
                pen.glow(tones[n % 3], pen.between(0.16, 0.4)),
            )
        )
    for _ in range(int(190 * pen.width / 1000)):
        r = pen.between(0.8, 2.6)
        pen.add(disc(pen.between(0, pen.width), pen.between(0, pen.height), r, WHITE, pen.between(0.35, 1)))
    for _ in range(pen.whole(6, 10)):
        x, y, r = pen.between(0, pen.width), pen.between(0, pen.height), pen.between(8, 17)
        pen.add(disc(x, y, r * 2.4, pen.glow(WHITE, 0.35)), path(sparkle(x, y, r), WHITE, 0.95))


def _planet(pen: Pen, x: float, y: float, r: float, tone: Colour, *, ring: bool) -> None:
    clip = pen.define(f'<clipPath id="{{id}}"><circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}"/></clipPath>')
    bands = "".join(
        path(
            (
                f"M{x - r:.0f} {y + r * k:.0f}q{r:.0f} {r * pen.between(0.05, 0.25):.0f} {2 * r:.0f} "
                f"0v{r * 0.16:.0f}q{-r:.0f} {r * 0.2:.0f} {-2 * r:.0f} 0Z"
            ),
            mix(tone, WHITE, 0.3),
            0.5,
        )
        for k in (-0.62, -0.2, 0.16, 0.55)
    )
    shadow = disc(x + r * 0.45, y + r * 0.35, r * 1.12, (8, 8, 40), 0.0) + path(
        f"M{x + r * 0.2:.0f} {y - r:.0f}A{r:.0f} {r:.0f} 0 0 1 {x - r * 0.4:.0f} {y + r:.0f}"
        f"H{x + r:.0f}V{y - r:.0f}Z",
        (8, 8, 40),
        0.28,
    )
    pen.add(disc(x, y, r * 1.5, pen.glow(tone, 0.4)))
    half = f"M{x - r * 1.75:.0f} {y:.0f}A{r * 1.75:.0f} {r * 0.42:.0f} 0 0 {{}} {x + r * 1.75:.0f} {y:.0f}"
    turn = f'<g transform="rotate(-18 {x:.0f} {y:.0f})">'
    line = mix(tone, WHITE, 0.55)
    if ring:
        pen.add(turn + stroke(half.format(1), line, r * 0.16, 0.75) + "</g>")
    pen.add(f'<g clip-path="url(#{clip})">{disc(x, y, r, tone)}{bands}{shadow}</g>')
    if ring:
        pen.add(turn + stroke(half.format(0), line, r * 0.16, 0.9) + "</g>")


def space(pen: Pen, _light: Light, _weather: tuple[str, ...], _behind: tuple[str, ...]) -> Stage:
    """Nebulae, stars and a few planets."""
    _deep_space(pen)
    tones = [rgb(tone) for tone in ("#e8875f", "#6fa8dc", "#e0b95f", "#9f7fd8", "#5fbfa5")]
    start = pen.whole(0, 4)
    places = pen.one_of(
        (
            ((0.16, 0.2, 95), (0.87, 0.78, 130)),
            ((0.84, 0.2, 120), (0.12, 0.8, 90)),
            ((0.14, 0.84, 150), (0.88, 0.16, 62)),
        )
    )
    for n, (sx, sy, r) in enumerate(places):
        _planet(
            pen,
            sx * pen.width,
            sy * pen.height,
            r * pen.between(0.85, 1.15),
            tones[(start + 2 * n) % 5],
            ring=n == pen.whole(0, 1),
        )
    return Stage(
        near=pen.height * 0.66, far=pen.height * 0.4, horizon=pen.height * 0.5, weightless=True, shadow=0
    )


def moon(pen: Pen, _light: Light, _weather: tuple[str, ...], behind: tuple[str, ...]) -> Stage:
    """A cratered plain under a black sky with the earth above it."""
    _deep_space(pen)
    horizon = pen.height * pen.between(0.6, 0.66)
    x = pen.one_of((0.18, 0.82)) * pen.width
    _earth(pen, x, pen.height * pen.between(0.2, 0.28), pen.between(95, 130))
    dust = rgb("#d08a5f") if "mars" in behind else rgb(pen.one_of(("#b9bdd0", "#c4c0cc", "#aeb8cc")))
    pen.add(land(pen, rolling(pen, horizon - 40, 40, 4), mix(dust, rgb("#3a3560"), 0.55)))
    for n, share in enumerate((0.0, 0.22, 0.55)):
        tone = mix(dust, rgb("#4a4470"), 0.28 - 0.1 * n)
        pen.add(
            land(
                pen,
                rolling(pen, horizon + (pen.height - horizon) * share, 16, 4),
                pen.linear(tone, mix(tone, rgb("#4a4470"), 0.25)),
            )
        )
    _craters(pen, horizon, dust)
    return Stage(near=pen.height * 0.88, far=pen.height * 0.78, horizon=horizon, sun=pen.width - x)


def _earth(pen: Pen, x: float, y: float, r: float) -> None:
    clip = pen.define(f'<clipPath id="{{id}}"><circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}"/></clipPath>')
    lands = "".join(
        oval(x + dx * r, y + dy * r, rx * r, ry * r, rgb("#6fbf73"))
        for dx, dy, rx, ry in (
            (-0.35, -0.3, 0.4, 0.3),
            (-0.15, 0.35, 0.22, 0.36),
            (0.5, -0.1, 0.34, 0.42),
            (0.3, 0.6, 0.3, 0.14),
        )
    )
    swirl = "".join(
        stroke(
            f"M{x - r:.0f} {y + k * r:.0f}q{r:.0f} {-r * 0.3:.0f} {2 * r:.0f} {r * 0.1:.0f}",
            WHITE,
            r * 0.08,
            0.75,
        )
        for k in (-0.45, 0.1, 0.6)
    )
    night = disc(x + r * 0.6, y + r * 0.5, r * 1.15, (5, 8, 40), 0.32)
    pen.add(
        disc(x, y, r * 1.7, pen.glow(rgb("#7fc4ff"), 0.5)),
        f'<g clip-path="url(#{clip})">{disc(x, y, r, rgb("#3f8fe0"))}{lands}{swirl}{night}</g>',
    )


def _craters(pen: Pen, horizon: float, dust: Colour) -> None:
    for _ in range(int(22 * pen.width / 1000)):
        depth = pen.between(0.08, 1)
        cx, cy, cr = (
            pen.between(0, pen.width),
            horizon + (pen.height - horizon) * depth,
            (14 + 60 * depth) * pen.between(0.5, 1.1),
        )
        pen.add(
            oval(cx, cy, cr, cr * 0.3, mix(dust, rgb("#3a3560"), 0.42)),
            oval(cx, cy + cr * 0.07, cr * 0.9, cr * 0.22, mix(dust, rgb("#3a3560"), 0.24)),
        )
        pen.add(
            stroke(
                f"M{cx - cr:.0f} {cy + 2:.0f}q{cr:.0f} {cr * 0.42:.0f} {2 * cr:.0f} 0",
                mix(dust, WHITE, 0.45),
                3,
                0.7,
            )
        )
