"""What grows: trees of several kinds, bushes, grass and flowers, each standing on a point."""

from __future__ import annotations

import math

from .light import Light
from .pen import WHITE, Colour, Pen, blob, disc, mix, oval, path, polygon, rgb, stroke

GREENS = ("#5fa052", "#4f9463", "#77ad4f", "#3f8a5a")
AUTUMN = ("#d98a2b", "#c9582e", "#e0b040", "#b3452f")


def shade(pen: Pen, x: float, y: float, rx: float, strength: float = 0.35) -> str:
    """A soft contact shadow on the ground."""
    return oval(x, y, rx, rx * 0.2, pen.glow((20, 24, 50), strength, 0.2))


def pine(pen: Pen, light: Light, x: float, y: float, h: float, far: float = 0.0, snow: bool = False) -> str:
    """A conifer of stacked skirts."""
    tone = light.on(rgb(pen.one_of(("#2f6b52", "#2a5f4e", "#39775a"))), far)
    dark, w = mix(tone, (10, 20, 40), 0.22), h * 0.36
    trunk = light.on(rgb("#6b4a38"), far)
    parts = [
        polygon(
            [(x - h * 0.03, y), (x + h * 0.03, y), (x + h * 0.02, y - h * 0.2), (x - h * 0.02, y - h * 0.2)],
            trunk,
        )
    ]
    for n in range(4):
        low, high = y - h * (0.12 + 0.2 * n), y - h * (0.46 + 0.18 * n)
        half = w * (1 - 0.2 * n) / 2 * 1.15
        skirt = f"M{x:.1f} {high:.1f}Q{x + half * 0.4:.1f} {low - h * 0.1:.1f} {x + half:.1f} {low:.1f}"
        skirt += (
            f"Q{x:.1f} {low + h * 0.055:.1f} {x - half:.1f} {low:.1f}Q{x - half * 0.4:.1f} "
            f"{low - h * 0.1:.1f} {x:.1f} {high:.1f}Z"
        )
        parts.append(path(skirt, mix(tone, WHITE, 0.04 * n)))
        right = (
            f"M{x:.1f} {high:.1f}Q{x + half * 0.4:.1f} {low - h * 0.1:.1f} {x + half:.1f} "
            f"{low:.1f}Q{x + half * 0.4:.1f} {low + h * 0.05:.1f} {x + half * 0.1:.1f} {low:.1f}Z"
        )
        parts.append(path(right, dark, 0.55))
        if snow:
            cap = (
                f"M{x:.1f} {high:.1f}Q{x + half * 0.3:.1f} {low - h * 0.12:.1f} {x + half * 0.62:.1f} "
                f"{low - h * 0.06:.1f}"
            )
            cap += (
                f"Q{x:.1f} {low - h * 0.09:.1f} {x - half * 0.62:.1f} {low - h * 0.06:.1f}"
                f"Q{x - half * 0.3:.1f} "
                f"{low - h * 0.12:.1f} {x:.1f} {high:.1f}Z"
            )
            parts.append(path(cap, light.on(rgb("#f4f9ff"), far * 0.6), 0.92))
    return "".join(parts)


def leafy(
    pen: Pen, light: Light, x: float, y: float, h: float, far: float = 0.0, tones: tuple[str, ...] = GREENS
) -> str:
    """A broad-leaved tree: a forked trunk under a crown in three tones."""
    tone, trunk = light.on(rgb(pen.one_of(tones)), far), light.on(rgb("#7a5440"), far)
    r, top = h * pen.between(0.27, 0.33), y - h * 0.66
    parts = [
        path(
            f"M{x - h * 0.045:.1f} {y:.1f}Q{x - h * 0.015:.1f} {y - h * 0.3:.1f} {x - h * 0.02:.1f} {top:.1f}"
            f"L{x + h * 0.02:.1f} {top:.1f}Q{x + h * 0.015:.1f} {y - h * 0.3:.1f} {x + h * 0.045:.1f} "
            f"{y:.1f}Z",
            trunk,
        )
    ]
    parts.append(stroke(f"M{x:.1f} {y - h * 0.34:.1f}L{x + h * 0.1:.1f} {y - h * 0.5:.1f}", trunk, h * 0.022))
    deep, lit = mix(tone, (15, 25, 50), 0.24), mix(tone, light.on((255, 245, 190), far), 0.24)
    parts.append(path(blob(pen, x + r * 0.18, top + r * 0.2, r * 1.12, r * 0.95, 10), deep))
    parts.append(path(blob(pen, x - r * 0.08, top, r * 1.08, r * 0.95, 10), tone))
    parts.append(path(blob(pen, x - r * 0.3, top - r * 0.28, r * 0.55, r * 0.45, 8), lit, 0.75))
    return "".join(parts)


def palm(pen: Pen, light: Light, x: float, y: float, h: float, lean: float) -> str:
    """A coconut palm leaning by `lean` units at its crown."""
    trunk, green = light.on(rgb("#a5764f")), light.on(rgb(pen.one_of(("#3f9a5b", "#54a355", "#2f8f68"))))
    cx, cy = x + lean, y - h
    d = f"M{x - h * 0.035:.1f} {y:.1f}Q{x + lean * 0.25:.1f} {y - h * 0.6:.1f} {cx - h * 0.012:.1f} {cy:.1f}"
    d += (
        f"L{cx + h * 0.014:.1f} {cy:.1f}Q{x + lean * 0.25 + h * 0.05:.1f} {y - h * 0.55:.1f} "
        f"{x + h * 0.035:.1f} {y:.1f}Z"
    )
    parts = [path(d, trunk)]
    for n, angle in enumerate((-172, -205, -140, -112, -68, -40, 25, -8)):
        reach = h * pen.between(0.4, 0.5)
        a = math.radians(angle + pen.between(-8, 8))
        ex, ey = cx + reach * math.cos(a), cy + reach * math.sin(a) * 0.7 + h * 0.12
        mx, my = cx + reach * 0.5 * math.cos(a), cy + reach * 0.55 * math.sin(a) - h * 0.1
        tone = mix(green, (10, 30, 50), 0.25) if n % 2 else green
        leaf = (
            f"M{cx:.1f} {cy:.1f}Q{mx:.1f} {my:.1f} {ex:.1f} {ey:.1f}Q{mx + h * 0.01:.1f} "
            f"{my + h * 0.13:.1f} {cx:.1f} {cy + h * 0.02:.1f}Z"
        )
        parts.append(path(leaf, tone))
    parts += [disc(cx + dx * h, cy + h * 0.03, h * 0.026, light.on(rgb("#6b4a32"))) for dx in (-0.02, 0.025)]
    return "".join(parts)


def bare(pen: Pen, light: Light, x: float, y: float, h: float, far: float = 0.0) -> str:
    """A leafless tree with crooked branches."""
    tone = light.on(rgb("#3a3040"), far)
    parts = [
        path(
            f"M{x - h * 0.06:.1f} {y:.1f}Q{x - h * 0.01:.1f} {y - h * 0.4:.1f} {x:.1f} {y - h * 0.75:.1f}"
            f"Q{x + h * 0.03:.1f} {y - h * 0.3:.1f} {x + h * 0.06:.1f} {y:.1f}Z",
            tone,
        )
    ]
    for n in range(7):
        base = y - h * (0.35 + 0.06 * n)
        side = 1 if n % 2 else -1
        ex, ey = x + side * h * pen.between(0.16, 0.34), base - h * pen.between(0.12, 0.26)
        bend = f"Q{x + side * h * 0.14:.1f} {base - h * 0.02:.1f} {ex:.1f} {ey:.1f}"
        twig = (
            f"M{(x + ex) / 2 + side * h * 0.04:.1f} {(base + ey) / 2 + h * 0.03:.1f}l{side * h * 0.1:.1f} "
            f"{-h * 0.02:.1f}"
        )
        parts.append(stroke(f"M{x:.1f} {base:.1f}{bend}{twig}", tone, h * (0.026 - 0.002 * n)))
    return "".join(parts)


def bush(pen: Pen, light: Light, x: float, y: float, r: float, tone: Colour, far: float = 0.0) -> str:
    """A low round bush."""
    colour = light.on(tone, far)
    return path(blob(pen, x, y - r * 0.4, r, r * 0.62, 9), colour) + path(
        blob(pen, x - r * 0.2, y - r * 0.62, r * 0.5, r * 0.3, 7),
        mix(colour, light.on((255, 250, 200), far), 0.2),
        0.7,
    )


def tuft(pen: Pen, x: float, y: float, h: float, colour: Colour) -> str:
    """A few blades of grass."""
    blades = "".join(
        f"M{x + dx - h * 0.07:.1f} {y:.1f}Q{x + dx:.1f} {y - h * 0.5:.1f} {x + dx * 2.1:.1f} "
        f"{y - h * pen.between(0.7, 1.1):.1f}"
        f"Q{x + dx + h * 0.08:.1f} {y - h * 0.5:.1f} {x + dx + h * 0.08:.1f} {y:.1f}Z"
        for dx in (-h * 0.34, -h * 0.12, h * 0.1, h * 0.3)
    )
    return path(blades, colour)


def flower(pen: Pen, light: Light, x: float, y: float, h: float, tone: Colour) -> str:
    """A small flower on a stem."""
    parts = [
        stroke(
            f"M{x:.1f} {y:.1f}q{h * 0.1:.1f} {-h * 0.5:.1f} 0 {-h:.1f}", light.on(rgb("#3f8a4f")), h * 0.09
        )
    ]
    r, colour = h * 0.2, light.on(tone)
    turn = pen.between(0, 72)
    for n in range(5):
        a = math.radians(turn + 72 * n)
        parts.append(disc(x + r * math.cos(a), y - h + r * math.sin(a), r * 0.78, colour))
    parts.append(disc(x, y - h, r * 0.62, light.on(rgb("#ffd45a"))))
    return "".join(parts)
