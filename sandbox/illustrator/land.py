"""Places on dry land: fields, gardens, forests, mountains, deserts and snow."""

from __future__ import annotations

from . import growth
from .light import Light
from .pen import WHITE, Pen, disc, jagged, land, mix, oval, path, polygon, rgb, rolling
from .sky import cloud, mist, paint_sky, ridge
from .stage import Stage

_BLOOMS = (
    ("#ff7a8a", "#ffd166", "#ffffff"),
    ("#c78bf0", "#ffffff", "#ff9ecb"),
    ("#ffb03b", "#ff6f59", "#fff3c4"),
)


def far_mountains(
    pen: Pen, light: Light, horizon: float, tall: float, layers: int = 3, snow: bool = True
) -> None:
    """Rocky ranges behind one another, the furthest lost in haze, with snow on their peaks."""
    rock = rgb(pen.one_of(("#56648a", "#4f6d80", "#6a6088")))
    for n in range(layers):
        depth = 0.72 - 0.52 * n / max(1, layers - 1)
        line = jagged(pen, horizon - tall * (0.78 - 0.3 * n), tall * (0.34 - 0.06 * n), 4)
        tone = light.on(rock, depth)
        foot = mix(tone, light.haze, 0.55)
        pen.add(land(pen, line, pen.linear(tone, tone, foot), smooth=False))
        if snow and n < max(1, layers - 2):
            _snow_caps(pen, light, line, depth, tall)
        _sunny_sides(pen, light, line, depth)
        mist(pen, light, horizon + 20, 0.3)


def _snow_caps(pen: Pen, light: Light, line: list[tuple[float, float]], depth: float, tall: float) -> None:
    peaks = [
        n for n in range(1, len(line) - 1) if line[n][1] < line[n - 1][1] and line[n][1] <= line[n + 1][1]
    ]
    average = sum(y for _, y in line) / len(line)
    for n in peaks:
        if line[n][1] < average - tall * 0.06:
            left, right = line[max(0, n - 3) : n + 1], line[n + 1 : n + 4]
            shape = [*left, *right]
            low = max(left[0][1], right[-1][1] if right else 0)
            zig = [
                (x, min(low, y) + tall * (0.07 if k % 2 else 0.02))
                for k, (x, y) in enumerate(reversed([(p[0], (p[1] + low) / 2) for p in shape[1:-1]]))
            ]
            pen.add(polygon([*shape, *zig], light.on(rgb("#f5f9ff"), depth * 0.7), 0.9))


def _sunny_sides(pen: Pen, light: Light, line: list[tuple[float, float]], depth: float) -> None:
    for (ax, ay), (bx, by) in zip(line[::2], line[1::2], strict=False):
        if by > ay + 6:
            foot = (ax + (bx - ax) * 0.3, by + (by - ay) * pen.between(0.8, 2.2))
            pen.add(polygon([(ax, ay), (bx, by), foot], light.on(rgb("#2b3556"), depth), 0.16))


def tree_line(
    pen: Pen, light: Light, y: float, far: float, size: float, kind: str = "mixed", snow: bool = False
) -> None:
    """A row of trees along a height."""
    x = -20.0
    while x < pen.width + 40:
        tall = size * pen.between(0.7, 1.25)
        if kind == "bare":
            pen.add(growth.bare(pen, light, x, y + 8, tall, far))
        elif kind == "pine" or (kind == "mixed" and pen.chance(0.35)):
            pen.add(growth.pine(pen, light, x, y + 8, tall * 1.15, far, snow))
        else:
            tones = growth.AUTUMN if kind == "autumn" else growth.GREENS
            pen.add(growth.leafy(pen, light, x, y + 8, tall, far, tones))
        x += size * pen.between(0.28, 0.6)


def field(
    pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...], *, garden: bool = False
) -> Stage:
    """Rolling meadows; a garden adds beds of flowers, a hedge and a path."""
    horizon = pen.height * pen.between(0.5, 0.56)
    sun = paint_sky(pen, light, horizon, weather)
    snowy, autumn = "snow" in weather, "autumn" in weather
    grass = [rgb("#eef4fb")] * 3 if snowy else [rgb(t) for t in pen.one_of((("#9ccf6a", "#7cbd5a", "#5fa84f"),
            ("#a9cf63", "#86bf5c", "#68ab55"), ("#8fcf8a", "#6fbf72", "#50a862")))]  # fmt: skip
    if autumn:
        grass = [mix(tone, rgb("#d9a441"), 0.5) for tone in grass]
    if "mountains" in behind:
        far_mountains(pen, light, horizon, 300)
    else:
        ridge(pen, light, horizon - 55, 30, mix(grass[1], rgb("#4c7f99"), 0.55), 0.5)
    ridge(pen, light, horizon - 8, 24, mix(grass[1], rgb("#4c8f80"), 0.3), 0.28)
    kind = "bare" if "spooky" in weather else "autumn" if autumn else "pine" if snowy else "mixed"
    tree_line(pen, light, horizon + 22, 0.34, 90 if garden else 70, kind, snowy)
    for n, (tone, share) in enumerate(zip(grass, (0.05, 0.2, 0.42), strict=True)):
        y, colour = horizon + (pen.height - horizon) * share, light.on(tone, 0.14 - 0.06 * n)
        pen.add(
            land(pen, rolling(pen, y, 16 + 8 * n, 4), pen.linear(colour, mix(colour, (20, 50, 60), 0.12)))
        )
        if n == 1:
            _solitary_trees(pen, light, y, kind, snowy)
    if garden:
        _path(pen, light, horizon)
    _meadow(pen, light, horizon, snowy, thick=garden)
    return Stage(near=pen.height * 0.86, far=pen.height * 0.73, horizon=horizon, sun=sun)


def _solitary_trees(pen: Pen, light: Light, y: float, kind: str, snowy: bool) -> None:
    for share in pen.one_of(((0.06, 0.93), (0.04, 0.16), (0.85, 0.97), (0.08, 0.82))):
        x, tall = share * pen.width, pen.between(240, 360)
        pen.add(growth.shade(pen, x, y + 22, tall * 0.3))
        if kind == "bare":
            pen.add(growth.bare(pen, light, x, y + 22, tall))
        elif kind == "pine":
            pen.add(growth.pine(pen, light, x, y + 22, tall, 0, snowy))
        else:
            tones = growth.AUTUMN if kind == "autumn" else growth.GREENS
            pen.add(growth.leafy(pen, light, x, y + 22, tall, 0, tones))


def _path(pen: Pen, light: Light, horizon: float) -> None:
    x, top = pen.between(0.4, 0.6) * pen.width, horizon + (pen.height - horizon) * 0.16
    end = pen.between(0.35, 0.65) * pen.width
    d = (
        f"M{x - 14:.0f} {top:.0f}C{x - 140:.0f} {top + 120:.0f} {end + 60:.0f} {top + 150:.0f} "
        f"{end - 190:.0f} {pen.height}"
    )
    d += (
        f"L{end + 190:.0f} {pen.height}C{end + 240:.0f} {top + 170:.0f} {x - 40:.0f} "
        f"{top + 110:.0f} {x + 14:.0f} {top:.0f}Z"
    )
    sand = light.on(rgb("#ecd9b0"))
    pen.add(path(d, pen.linear(mix(sand, light.haze, 0.3), sand)))


def _meadow(pen: Pen, light: Light, horizon: float, snowy: bool, *, thick: bool) -> None:
    tones = [rgb(tone) for tone in pen.one_of(_BLOOMS)]
    for _ in range(int((60 if thick else 34) * pen.width / 1000)):
        depth = pen.between(0.25, 1) ** 0.8
        y = horizon + (pen.height - horizon) * depth
        x, size = pen.between(0, pen.width), 14 + 34 * depth
        if snowy:
            pen.add(oval(x, y, size * 1.6, size * 0.3, light.on(rgb("#d5e2f2")), 0.5))
        elif pen.chance(0.6 if thick else 0.35):
            pen.add(growth.flower(pen, light, x, y, size, pen.one_of(tones)))
        else:
            pen.add(growth.tuft(pen, x, y, size * 0.8, light.on(rgb("#4d9147"))))
    if thick and not snowy:
        for n in range(int(16 * pen.width / 1000)):
            x = n * 64 + pen.between(-20, 20)
            if abs(x - pen.width / 2) > pen.width * 0.22:
                pen.add_front(
                    growth.bush(pen, light, x, pen.height + 12, pen.between(50, 74), rgb("#3f8a4f"))
                )
                pen.add_front(
                    growth.flower(pen, light, x, pen.height - 8, pen.between(44, 70), pen.one_of(tones))
                )
    elif not snowy:
        for _ in range(12):
            x = pen.between(0, pen.width)
            pen.add_front(growth.tuft(pen, x, pen.height + 6, pen.between(50, 90), light.on(rgb("#3c7d45"))))


def garden(pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...]) -> Stage:
    """A park with flower beds and a winding path."""
    return field(pen, light, weather, behind, garden=True)


def snow(pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...]) -> Stage:
    """A white winter landscape."""
    return field(pen, light, (*weather, "snow"), behind)


def sky_only(pen: Pen, light: Light, weather: tuple[str, ...], _behind: tuple[str, ...]) -> Stage:
    """High among the clouds, with hills far below."""
    horizon = pen.height * 0.86
    sun = paint_sky(pen, light, horizon, weather)
    ridge(pen, light, horizon - 10, 22, rgb("#6f9fae"), 0.55)
    ridge(pen, light, horizon + 30, 26, rgb("#6fae84"), 0.34)
    for _ in range(5):
        cloud(
            pen,
            light,
            pen.between(0, 1) * pen.width,
            pen.between(0.5, 0.85) * pen.height,
            pen.between(220, 420),
            0.85,
        )
    pen.add(disc(sun, 0, 1, WHITE, 0))
    return Stage(near=pen.height * 0.6, far=pen.height * 0.35, horizon=horizon, sun=sun, weightless=True)
