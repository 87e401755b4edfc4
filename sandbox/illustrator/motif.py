"""Abstract pictures, for prompts that name nothing a hand could paint."""

from __future__ import annotations

import math

from .pen import WHITE, Colour, Pen, curve, disc, land, mix, oval, path, polygon, rect, rgb, rolling, stroke
from .stage import Stage

_SCHEMES = (
    ("#f6eadb", "#264653", "#2a9d8f", "#e9c46a", "#f4a261", "#e76f51"),
    ("#f4efe6", "#3d405b", "#e07a5f", "#81b29a", "#f2cc8f", "#6d6a9c"),
    ("#fdf0d5", "#003049", "#669bbc", "#c1121f", "#f4a259", "#8cb369"),
    ("#eef1f6", "#22223b", "#5f7adb", "#f28482", "#f6bd60", "#84a59d"),
    ("#1d2740", "#f6f1e7", "#ff8c61", "#5dd9c1", "#ffd166", "#7a6fd6"),
)


def scheme(pen: Pen, named: tuple[Colour, ...]) -> list[Colour]:
    """A paper colour and five inks, the colours the prompt names first among the inks."""
    paper, *inks = [rgb(tone) for tone in pen.one_of(_SCHEMES)]
    return [paper, *[*named, *inks][:5]]


def abstract(pen: Pen, tones: list[Colour]) -> Stage:
    """One of four compositions: tiles, overlapping discs, layered waves, or orbits."""
    paper = tones[0]
    pen.add(rect(0, 0, pen.width, pen.height, pen.linear(paper, mix(paper, tones[3], 0.12))))
    pen.one_of((_tiles, _discs, _waves, _orbits))(pen, tones[1:])
    return _stage(pen)


def pedestal(pen: Pen, tones: list[Colour]) -> Stage:
    """Rays and rings behind one emblem, standing on a round plinth."""
    x, y = pen.width / 2, pen.height * 0.44
    back = tones[pen.whole(1, 5)]
    pen.add(rect(0, 0, pen.width, pen.height, pen.linear(mix(back, (20, 20, 60), 0.35), back)))
    rays = pen.whole(11, 17)
    turn, reach = pen.between(0, 1), pen.width + pen.height
    for n in range(rays):
        a, b = (2 * math.pi * (n + turn + d) / rays for d in (0, 0.5))
        pen.add(
            polygon(
                [
                    (x, y),
                    (x + reach * math.cos(a), y + reach * math.sin(a)),
                    (x + reach * math.cos(b), y + reach * math.sin(b)),
                ],
                WHITE,
                0.07,
            )
        )
    for r, alpha in ((430, 0.1), (350, 0.14), (270, 0.2)):
        pen.add(disc(x, y, r, mix(back, WHITE, 0.75), alpha))
    for _ in range(22):
        a, far = pen.between(0, 2 * math.pi), pen.between(300, 520)
        pen.add(
            disc(
                x + far * math.cos(a), y + far * math.sin(a) * 0.9, pen.between(4, 13), pen.one_of(tones), 0.9
            )
        )
    return _plinth(pen, x, back, mix(tones[0], WHITE, 0.3))


def _plinth(pen: Pen, x: float, back: Colour, stone: Colour) -> Stage:
    foot = pen.height * 0.76
    pen.add(land(pen, rolling(pen, foot + 60, 4, 3), mix(back, (20, 20, 60), 0.45), alpha=0.5))
    for drop, w, tone in (
        (110, 330, mix(stone, back, 0.5)),
        (50, 260, mix(stone, back, 0.3)),
        (0, 260, stone),
    ):
        pen.add(oval(x, foot + drop, w, w * 0.17, tone))
        if drop == 110:
            pen.add(rect(x - 260, foot, 520, 80, mix(stone, back, 0.3)))
    return Stage(near=foot + 14, far=foot + 10, horizon=pen.height * 0.5, size=1.05)


def _tiles(pen: Pen, inks: list[Colour]) -> None:
    side = 1000 / pen.one_of((4, 5, 6))
    for row in range(math.ceil(pen.height / side)):
        for col in range(math.ceil(pen.width / side)):
            x, y = col * side, row * side
            ink, other = pen.one_of(inks), pen.one_of(inks)
            pen.add(rect(x, y, side + 1, side + 1, ink, 0.92))
            kind, corner = pen.whole(0, 4), pen.whole(0, 3) * 90
            turn = f'<g transform="rotate({corner} {x + side / 2:.1f} {y + side / 2:.1f})">'
            quarter = f"M{x:.1f} {y:.1f}h{side:.1f}A{side:.1f} {side:.1f} 0 0 1 {x:.1f} {y + side:.1f}Z"
            leaf = (
                f"M{x:.1f} {y:.1f}A{side:.1f} {side:.1f} 0 0 1 {x + side:.1f} {y + side:.1f}A{side:.1f} "
                f"{side:.1f} 0 0 1 {x:.1f} {y:.1f}Z"
            )
            shapes = (
                path(quarter, other),
                path(leaf, other),
                disc(x + side / 2, y + side / 2, side * 0.36, other)
                + disc(x + side / 2, y + side / 2, side * 0.16, ink),
                polygon([(x, y), (x + side, y), (x, y + side)], other),
                rect(x, y, side / 2, side, other)
                + disc(x + side / 2, y + side / 2, side * 0.25, pen.one_of(inks)),
            )
            pen.add(turn + shapes[kind] + "</g>")


def _discs(pen: Pen, inks: list[Colour]) -> None:
    for n in range(9):
        x, y, r = pen.between(0.1, 0.9) * pen.width, pen.between(0.1, 0.9) * pen.height, pen.between(70, 270)
        ink = inks[n % len(inks)]
        if pen.chance(0.3):
            for near in range(4):
                bow = r - near * 26
                pen.add(stroke(f"M{x - bow:.0f} {y:.0f}a{bow:.0f} {bow:.0f} 0 0 1 {2 * bow:.0f} 0", ink, 10))
        else:
            pen.add(disc(x, y, r, ink, pen.between(0.6, 0.92)))
    for _ in range(5):
        x, y, long = pen.between(0, pen.width), pen.between(0, pen.height), pen.between(200, 600)
        pen.add(stroke(f"M{x:.0f} {y:.0f}l{long:.0f} {-long * pen.between(-0.7, 0.7):.0f}", inks[0], 5, 0.8))
    for _ in range(18):
        pen.add(
            disc(pen.between(0, pen.width), pen.between(0, pen.height), pen.between(5, 14), pen.one_of(inks))
        )


def _waves(pen: Pen, inks: list[Colour]) -> None:
    x, y, r = pen.between(0.25, 0.75) * pen.width, pen.height * pen.between(0.22, 0.32), pen.between(110, 170)
    pen.add(disc(x, y, r * 1.35, inks[3], 0.25), disc(x, y, r, inks[3]))
    for n in range(8):
        ink = mix(inks[n % len(inks)], inks[0], 0.06 * n)
        line = rolling(pen, pen.height * (0.3 + 0.09 * n), 46, pen.whole(2, 4))
        pen.add(land(pen, line, pen.linear(mix(ink, WHITE, 0.18), ink), alpha=0.9))
        pen.add(
            stroke(
                f"M{line[0][0]:.0f} {line[0][1] + 18:.0f}" + curve([(a, b + 18) for a, b in line]),
                WHITE,
                3,
                0.4,
            )
        )


def _orbits(pen: Pen, inks: list[Colour]) -> None:
    x, y = pen.between(0.4, 0.6) * pen.width, pen.between(0.4, 0.6) * pen.height
    for n in range(9, 0, -1):
        r = 58 * n
        pen.add(disc(x, y, r, inks[n % len(inks)], 0.88 if n % 2 else 0.7))
        a, b = pen.between(0, 2 * math.pi), pen.between(0.6, 2.4)
        large = 1 if b > math.pi else 0
        d = (
            f"M{x:.0f} {y:.0f}L{x + r * math.cos(a):.0f} {y + r * math.sin(a):.0f}A{r} {r} "
            f"0 {large} 1 {x + r * math.cos(a + b):.0f} {y + r * math.sin(a + b):.0f}Z"
        )
        pen.add(path(d, inks[(n + 2) % len(inks)], 0.9))
    for n in range(14):
        a, r = pen.between(0, 2 * math.pi), 58 * (n % 9 + 1)
        pen.add(disc(x + r * math.cos(a), y + r * math.sin(a), pen.between(8, 20), WHITE, 0.9))


def _stage(pen: Pen) -> Stage:
    return Stage(
        near=pen.height * 0.8, far=pen.height * 0.7, horizon=pen.height * 0.5, weightless=True, shadow=0
    )
