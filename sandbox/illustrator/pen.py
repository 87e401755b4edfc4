"""A pen that collects SVG: colours, gradients and the organic shapes every painter needs.

Units: the shorter side of the picture is 1000, whatever its size in pixels; y grows downwards.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np

Colour = tuple[float, float, float]  # red, green, blue, each 0..255
Point = tuple[float, float]
Choice = TypeVar("Choice")

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def rgb(text: str) -> Colour:
    """The colour of a `#rgb` or `#rrggbb` text."""
    digits = text.lstrip("#")
    if len(digits) in (3, 4):
        digits = "".join(2 * digit for digit in digits)
    return (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))


def hexed(colour: Colour) -> str:
    """The `#rrggbb` text of a colour, clipped to what a screen can show."""
    return "#" + "".join(f"{min(255, max(0, round(part))):02x}" for part in colour)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour `share` (0..1) of the way from the first to the second."""
    red, green, blue = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return (red, green, blue)


def times(first: Colour, second: Colour) -> Colour:
    """The first colour seen in the second one's light, where 255 leaves a channel as it is."""
    return (first[0] * second[0] / 255, first[1] * second[1] / 255, first[2] * second[2] / 255)


def brightness(colour: Colour) -> float:
    """How light a colour looks, 0..1."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def turned(colour: Colour, degrees: float) -> Colour:
    """The colour with its hue turned around the colour circle."""
    hue, light, strength = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    red, green, blue = colorsys.hls_to_rgb((hue + degrees / 360) % 1, light, strength)
    return (red * 255, green * 255, blue * 255)


class Pen:
    """Collects what is painted behind and in front of the subjects, and the gradients both need."""

    def __init__(self, width: float, height: float, rng: np.random.Generator) -> None:
        self.width = width
        self.height = height
        self.rng = rng
        self._defs: list[str] = []
        self._back: list[str] = []
        self._front: list[str] = []

    def between(self, low: float, high: float) -> float:
        """A random number between two others."""
        return float(self.rng.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        """A random whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def one_of(self, choices: Sequence[Choice]) -> Choice:
        """One of the choices at random."""
        return choices[self.whole(0, len(choices) - 1)]

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return float(self.rng.random()) < share

    def add(self, *shapes: str) -> None:
        """Paint behind the subjects, on top of everything painted so far."""
        self._back.extend(shapes)

    def add_front(self, *shapes: str) -> None:
        """Paint in front of the subjects."""
        self._front.extend(shapes)

    def define(self, body: str) -> str:
        """Keep a definition whose text holds `{id}`, and return the name it was given."""
        name = f"d{len(self._defs)}"
        self._defs.append(body.replace("{id}", name))
        return name

    def linear(self, *stops: Colour, sideways: bool = False, alphas: Sequence[float] = ()) -> str:
        """A fill that runs evenly through the colours, top to bottom or left to right."""
        end = 'x2="1" y2="0"' if sideways else 'x2="0" y2="1"'
        body = f'<linearGradient id="{{id}}" x1="0" y1="0" {end}>{_stops(stops, alphas)}</linearGradient>'
        return f"url(#{self.define(body)})"

    def glow(self, colour: Colour, strength: float = 1.0, core: float = 0.0) -> str:
        """A round fill that fades from the colour in the middle to nothing at the edge."""
        hot, tone = f"{strength:.3f}", hexed(colour)
        middle = f"{strength * 0.35:.3f}"
        body = (
            f'<radialGradient id="{{id}}"><stop offset="{core}" stop-color="{tone}" stop-opacity="{hot}"/>'
            f'<stop offset="{core + (1 - core) * 0.45:.2f}" stop-color="{tone}" stop-opacity="{middle}"/>'
            f'<stop offset="1" stop-color="{tone}" stop-opacity="0"/></radialGradient>'
        )
        return f"url(#{self.define(body)})"

    def svg(self, pixels: tuple[int, int]) -> str:
        """The whole picture as SVG text, to be rasterised at the size in pixels."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{pixels[0]}" height="{pixels[1]}" viewBox="0 0 {self.width:.2f} {self.height:.2f}" '
            f'preserveAspectRatio="none"><defs>{"".join(self._defs)}</defs>'
            f"{''.join(self._back)}{''.join(self._front)}</svg>"
        )


def _stops(colours: Sequence[Colour], alphas: Sequence[float]) -> str:
    last = max(1, len(colours) - 1)
    return "".join(
        f'<stop offset="{n / last:.3f}" stop-color="{hexed(colour)}"'
        + (f' stop-opacity="{alphas[n]:.3f}"/>' if alphas else "/>")
        for n, colour in enumerate(colours)
    )


def ink(fill: Colour | str) -> str:
    """What stands in a `fill` attribute for a colour or a gradient's name."""
    return fill if isinstance(fill, str) else hexed(fill)


def _look(fill: Colour | str, alpha: float) -> str:
    return f'fill="{ink(fill)}"' + (f' fill-opacity="{alpha:.3f}"' if alpha < 1 else "")


def rect(x: float, y: float, w: float, h: float, fill: Colour | str, alpha: float = 1, r: float = 0) -> str:
    """A rectangle, its corners rounded by `r`."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="{r:.1f}" {_look(fill, alpha)}/>'
    )


def oval(x: float, y: float, rx: float, ry: float, fill: Colour | str, alpha: float = 1) -> str:
    """An ellipse around its centre."""
    return f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" {_look(fill, alpha)}/>'


def disc(x: float, y: float, r: float, fill: Colour | str, alpha: float = 1) -> str:
    """A circle around its centre."""
    return oval(x, y, r, r, fill, alpha)


def path(d: str, fill: Colour | str, alpha: float = 1) -> str:
    """A filled outline in SVG path language."""
    return f'<path d="{d}" {_look(fill, alpha)}/>'


def stroke(d: str, colour: Colour | str, width: float, alpha: float = 1) -> str:
    """A round-ended line in SVG path language."""
    return (
        f'<path d="{d}" fill="none" stroke="{ink(colour)}" stroke-width="{width:.1f}" '
        f'stroke-opacity="{alpha:.3f}" stroke-linecap="round" stroke-linejoin="round"/>'
    )


def polygon(points: Sequence[Point], fill: Colour | str, alpha: float = 1) -> str:
    """A filled shape with straight sides."""
    return path("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z", fill, alpha)


def curve(points: Sequence[Point]) -> str:
    """A smooth line through the points (Catmull-Rom), as path language without a start."""
    padded = [points[0], *points, points[-1]]
    steps = []
    for n in range(1, len(padded) - 2):
        (ax, ay), (bx, by), (cx, cy), (ex, ey) = padded[n - 1 : n + 3]
        steps.append(
            f"C{bx + (cx - ax) / 6:.1f} {by + (cy - ay) / 6:.1f} "
            f"{cx - (ex - bx) / 6:.1f} {cy - (ey - by) / 6:.1f} {cx:.1f} {cy:.1f}"
        )
    return "".join(steps)


def rolling(pen: Pen, y: float, swing: float, bumps: int) -> list[Point]:
    """A gentle line across the picture: hills, dunes, the edge of a wave."""
    step = pen.width / bumps
    return [
        (n * step + (pen.between(-0.25, 0.25) * step if 0 < n < bumps else 0), y + pen.between(-swing, swing))
        for n in range(-1, bumps + 2)
    ]


def jagged(pen: Pen, y: float, swing: float, rounds: int) -> list[Point]:
    """A rough line across the picture by midpoint displacement: rock and mountains."""
    line: list[Point] = [(n * pen.width / 4, y + pen.between(-swing, swing)) for n in range(5)]
    for depth in range(rounds):
        fresh = [line[0]]
        for (ax, ay), (bx, by) in pairwise(line):
            bend = swing * 0.55**depth * 0.6
            fresh += [((ax + bx) / 2, (ay + by) / 2 + pen.between(-bend, bend)), (bx, by)]
        line = fresh
    return line


def land(pen: Pen, line: Sequence[Point], fill: Colour | str, smooth: bool = True, alpha: float = 1) -> str:
    """Everything below a line, down to the picture's lower edge."""
    start = f"M{line[0][0]:.1f} {line[0][1]:.1f}"
    along = curve(line) if smooth else "".join(f"L{x:.1f} {y:.1f}" for x, y in line[1:])
    return path(f"{start}{along}L{line[-1][0]:.1f} {pen.height}L{line[0][0]:.1f} {pen.height}Z", fill, alpha)


def blob(pen: Pen, x: float, y: float, rx: float, ry: float, bumps: int = 9, rough: float = 0.12) -> str:
    """The path of a soft, slightly uneven round: foliage, a bush, a stone."""
    points = []
    for n in range(bumps):
        angle, reach = 2 * math.pi * n / bumps, 1 + pen.between(-rough, rough)
        points.append((x + rx * reach * math.cos(angle), y + ry * reach * math.sin(angle)))
    ring = [*points, *points[:3]]
    steps = curve(ring).split("C")[2 : bumps + 2]
    return f"M{ring[1][0]:.1f} {ring[1][1]:.1f}C" + "C".join(steps) + "Z"
