"""Wild places: forest, jungle, mountains, desert and savanna."""

from __future__ import annotations

from . import growth
from .land import far_mountains, tree_line
from .light import Light
from .pen import WHITE, Pen, blob, hexed, land, mix, oval, path, rgb, rolling
from .sky import mist, paint_sky, ridge
from .stage import Stage


def forest(
    pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...], *, jungle: bool = False
) -> Stage:
    """Layers of trees growing paler with distance around a clearing."""
    horizon = pen.height * 0.6
    sun = paint_sky(pen, light, horizon, weather)
    if "mountains" in behind:
        far_mountains(pen, light, horizon - 60, 320)
    snowy = "snow" in weather
    kind = _trees_of(pen, weather, jungle)
    for far, size, y in ((0.66, 300, 0.6), (0.46, 360, 0.62), (0.26, 430, 0.65)):
        tree_line(pen, light, pen.height * y, far, size * pen.between(0.85, 1.1), kind, snowy)
        mist(pen, light, pen.height * y + 20, 0.45)
    soil = rgb("#e9f1fa") if snowy else mix(rgb("#7f9a56"), rgb("#c98b3f"), 0.6 if kind == "autumn" else 0.1)
    for n, y in enumerate((0.63, 0.74, 0.88)):
        colour = light.on(mix(soil, rgb("#2f5a45"), 0 if snowy else 0.16 * n), 0.15 - 0.06 * n)
        pen.add(
            land(
                pen, rolling(pen, pen.height * y, 14, 4), pen.linear(colour, mix(colour, (20, 40, 50), 0.15))
            )
        )
    for side in (0.02, 0.98, pen.one_of((0.14, 0.86))):
        x, y, tall = side * pen.width, pen.height * pen.between(0.76, 0.84), pen.between(620, 780)
        draw = growth.bare if kind == "bare" else growth.leafy if kind in ("mixed", "autumn") else growth.pine
        pen.add(growth.shade(pen, x, y, tall * 0.2))
        if draw is growth.leafy:
            pen.add(
                growth.leafy(pen, light, x, y, tall, 0, growth.AUTUMN if kind == "autumn" else growth.GREENS)
            )
        elif draw is growth.pine:
            pen.add(growth.pine(pen, light, x, y, tall, 0, snowy))
        else:
            pen.add(growth.bare(pen, light, x, y, tall))
    _undergrowth(pen, light, snowy, jungle)
    return Stage(near=pen.height * 0.88, far=pen.height * 0.77, horizon=horizon, sun=sun)


def _trees_of(pen: Pen, weather: tuple[str, ...], jungle: bool) -> str:
    for word, kind in (("spooky", "bare"), ("autumn", "autumn"), ("snow", "pine")):
        if word in weather:
            return kind
    return "mixed" if jungle else pen.one_of(("pine", "pine", "mixed"))


def _undergrowth(pen: Pen, light: Light, snowy: bool, jungle: bool) -> None:
    green = rgb("#dfe9f5") if snowy else rgb("#3f7d4a")
    for _ in range(int(16 * pen.width / 1000)):
        x, y = pen.between(0, pen.width), pen.between(0.7, 0.95) * pen.height
        pen.add(
            growth.tuft(
                pen, x, y, pen.between(24, 46), light.on(mix(green, rgb("#8fb35a"), pen.between(0, 0.4)))
            )
        )
    for n in range(int(9 * pen.width / 1000)):
        x = n * 125 + pen.between(-40, 40)
        pen.add_front(
            growth.bush(pen, light, x, pen.height + 22, pen.between(60, 100), mix(green, (16, 40, 48), 0.35))
        )
    if jungle:
        for x in (0.0, pen.width):
            for n in range(3):
                pen.add_front(
                    growth.tuft(
                        pen,
                        x,
                        pen.height - 20 - 60 * n,
                        260,
                        light.on(mix(rgb("#2f7d52"), (10, 40, 50), 0.15 * n)),
                    )
                )


def jungle(pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...]) -> Stage:
    """A dense green forest."""
    return forest(pen, light, weather, behind, jungle=True)


def mountains(pen: Pen, light: Light, weather: tuple[str, ...], _behind: tuple[str, ...]) -> Stage:
    """High ranges above a green shelf with firs."""
    horizon = pen.height * 0.66
    sun = paint_sky(pen, light, horizon, weather)
    far_mountains(pen, light, horizon, pen.height * 0.52, layers=4)
    snowy, spooky = "snow" in weather, "spooky" in weather
    tree_line(pen, light, horizon + 20, 0.3, 110, "bare" if spooky else "pine", snowy)
    meadow = rgb("#eef4fb") if snowy else rgb("#6f7a5c") if spooky else rgb("#86ab5c")
    for n, y in enumerate((0.67, 0.79)):
        colour = light.on(mix(meadow, rgb("#33566a"), 0 if snowy else 0.15 * n), 0.16 - 0.1 * n)
        pen.add(
            land(pen, rolling(pen, pen.height * y, 22, 3), pen.linear(colour, mix(colour, (20, 40, 60), 0.2)))
        )
    for side in (0.03, 0.11, 0.92, 0.99):
        x, y, tall = side * pen.width, pen.height * pen.between(0.82, 0.92), pen.between(260, 400)
        draw = (
            growth.bare(pen, light, x, y, tall) if spooky else growth.pine(pen, light, x, y, tall, 0, snowy)
        )
        pen.add(draw)
    for _ in range(9):
        x, y, r = pen.between(0, pen.width), pen.between(0.84, 0.97) * pen.height, pen.between(12, 34)
        pen.add(path(blob(pen, x, y, r, r * 0.6, 7), light.on(rgb("#8a8f9c"))))
    return Stage(near=pen.height * 0.88, far=pen.height * 0.78, horizon=horizon, sun=sun)


def desert(
    pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...], *, grass: bool = False
) -> Stage:
    """Dunes with a lit and a shaded side; with `grass` it is a savanna with flat-topped trees."""
    horizon = pen.height * pen.between(0.5, 0.57)
    sun = paint_sky(pen, light, horizon, weather)
    if "mountains" in behind:
        far_mountains(pen, light, horizon, 260, snow=False)
    sand = rgb(pen.one_of(("#e2bb63", "#d6b65a", "#cfb862") if grass else ("#f0c27b", "#eeb680", "#e9b56f")))
    ridge(pen, light, horizon - 30, 26, mix(sand, rgb("#a0605f"), 0.4), 0.5)
    ridge(pen, light, horizon, 20, mix(sand, rgb("#b0705f"), 0.25), 0.3)
    for n in range(3):
        y = horizon + (pen.height - horizon) * (0.1 + 0.25 * n)
        tone = light.on(mix(sand, WHITE, 0.05 * n), 0.12 - 0.05 * n)
        line = rolling(pen, y, 34 if not grass else 14, 3)
        pen.add(land(pen, line, pen.linear(mix(tone, light.sun, 0.15), mix(tone, rgb("#8a4a4a"), 0.22))))
        if not grass:
            shade = [(x + 46, y + 26 + 12 * (k % 2)) for k, (x, y) in enumerate(line)]
            pen.add(land(pen, shade, mix(tone, rgb("#7a3f52"), 0.2), alpha=0.35))
    for _ in range(int(8 * pen.width / 1000)):
        x, depth = pen.one_of((pen.between(0, 0.25), pen.between(0.75, 1))) * pen.width, pen.between(0.1, 0.8)
        y = horizon + (pen.height - horizon) * depth
        if grass:
            _acacia(pen, light, x, horizon + 26 + depth * 60, 90 + 130 * depth, 0.4 * (1 - depth))
        else:
            _cactus(pen, light, x, y, 50 + 130 * depth)
    dry = light.on(rgb("#b8933f"))
    for _ in range(26 if grass else 6):
        x, y = pen.between(0, pen.width), pen.between(0.7, 1.0) * pen.height
        pen.add(growth.tuft(pen, x, y, pen.between(20, 40), dry))
    return Stage(near=pen.height * 0.87, far=pen.height * 0.75, horizon=horizon, sun=sun)


def _cactus(pen: Pen, light: Light, x: float, y: float, h: float) -> None:
    green = hexed(light.on(rgb("#5b8f56")))
    arms = (
        f"M{x:.0f} {y:.0f}v{-h:.0f}M{x:.0f} {y - h * 0.4:.0f}h{-h * 0.22:.0f}v{-h * 0.28:.0f}M{x:.0f} "
        f"{y - h * 0.3:.0f}h{h * 0.22:.0f}v{-h * 0.34:.0f}"
    )
    pen.add(growth.shade(pen, x, y, h * 0.35))
    pen.add(
        f'<path d="{arms}" fill="none" stroke="{green}" stroke-width="{h * 0.14:.1f}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _acacia(pen: Pen, light: Light, x: float, y: float, h: float, far: float) -> None:
    trunk, crown = light.on(rgb("#5d4436"), far), light.on(rgb("#6f8a45"), far)
    pen.add(growth.shade(pen, x, y, h * 0.4))
    pen.add(
        path(
            (
                f"M{x - h * 0.04:.0f} {y:.0f}L{x - h * 0.2:.0f} {y - h * 0.7:.0f}L{x:.0f} {y - h * 0.4:.0f}"
                f"L{x + h * 0.22:.0f} "
                f"{y - h * 0.7:.0f}L{x + h * 0.04:.0f} {y:.0f}Z"
            ),
            trunk,
        )
    )
    pen.add(
        oval(x, y - h * 0.76, h * 0.5, h * 0.13, crown),
        oval(x + h * 0.1, y - h * 0.86, h * 0.32, h * 0.1, mix(crown, WHITE, 0.1)),
    )


def savanna(pen: Pen, light: Light, weather: tuple[str, ...], behind: tuple[str, ...]) -> Stage:
    """Golden grassland."""
    return desert(pen, light, weather, behind, grass=True)
