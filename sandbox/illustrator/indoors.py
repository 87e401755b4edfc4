"""A cosy room, and a table for still lifes."""

from __future__ import annotations

from . import growth
from .light import Light
from .pen import WHITE, Colour, Pen, blob, disc, land, mix, oval, path, polygon, rect, rgb, rolling, stroke
from .stage import Stage

_ROOMS = (
    ("#e9c9a4", "#b5764c", "#c9584f"),
    ("#a9c4b5", "#a86f4a", "#e0a24d"),
    ("#b9b3d3", "#8f6450", "#d9788a"),
    ("#e6b8a8", "#9a6748", "#4f8a8b"),
    ("#9fbccf", "#a9744f", "#e2b04e"),
)


def room(pen: Pen, light: Light, weather: tuple[str, ...], _behind: tuple[str, ...]) -> Stage:
    """A papered wall with a window, a shelf, a plant and a lamp over floorboards and a rug."""
    wall, wood, rug = (rgb(tone) for tone in pen.one_of(_ROOMS))
    dim: Colour = (176, 160, 190) if light.dark else (255, 250, 244)
    wall, wood = (
        (wall[0] * dim[0] / 255, wall[1] * dim[1] / 255, wall[2] * dim[2] / 255),
        mix(wood, (40, 30, 60), 0.3 if light.dark else 0),
    )
    floor = pen.height * 0.68
    pen.add(rect(0, 0, pen.width, floor, pen.linear(mix(wall, (40, 30, 60), 0.08), wall)))
    for n in range(int(pen.width / 62) + 1):
        pen.add(rect(n * 62, 0, 26, floor, mix(wall, WHITE, 0.35), 0.28))
    pen.add(
        rect(0, floor - 34, pen.width, 34, mix(wall, WHITE, 0.55)),
        rect(0, floor - 36, pen.width, 5, mix(wall, WHITE, 0.75)),
    )
    _floor(pen, wood, floor)
    left = pen.chance(0.5)
    spots = (0.25, 0.76) if left else (0.75, 0.24)
    _window(pen, light, spots[0] * pen.width, pen.height * 0.3, weather)
    _shelf(pen, wood, spots[1] * pen.width, pen.height * 0.25, rug)
    _pictures(pen, wood, spots[1] * pen.width, pen.height * 0.42, rug)
    _rug(pen, rug)
    _lamp(pen, (0.93 if left else 0.07) * pen.width, floor + 60, light)
    _plant(pen, (0.07 if left else 0.93) * pen.width, floor)
    return Stage(near=pen.height * 0.89, far=pen.height * 0.8, horizon=floor, sun=spots[0] * pen.width)


def _rug(pen: Pen, rug: Colour) -> None:
    cx, cy = pen.width * 0.5, pen.height * 0.86
    for k, share in enumerate((1.0, 0.86, 0.66, 0.5)):
        pen.add(
            oval(
                cx,
                cy,
                pen.width * 0.4 * share,
                110 * share,
                mix(rug, (WHITE, rug, rgb("#f4e3c3"), rug)[k], 0.72 if k in (0, 2) else 0),
            )
        )


def _plant(pen: Pen, plant: float, floor: float) -> None:
    pen.add(growth.shade(pen, plant, floor + 80, 80))
    for n in range(2):
        pen.add(
            growth.tuft(pen, plant, floor - 8, 210 - 50 * n, mix(rgb("#3f8a5a"), rgb("#7fb86a"), 0.5 * n))
        )
    pen.add(
        path(f"M{plant - 52:.0f} {floor - 20:.0f}h104l-16 104h-72Z", rgb("#c8704f")),
        rect(plant - 58, floor - 30, 116, 24, rgb("#d98565"), 1, 6),
    )


def _floor(pen: Pen, wood: Colour, floor: float) -> None:
    pen.add(rect(0, floor, pen.width, pen.height - floor, pen.linear(mix(wood, (30, 20, 40), 0.2), wood)))
    y, row = floor, 0
    while y < pen.height:
        step = 22 + 16 * row
        pen.add(stroke(f"M0 {y:.0f}H{pen.width:.0f}", mix(wood, (30, 20, 40), 0.4), 2, 0.6))
        for n in range(5):
            x = (n + 0.5 * (row % 2)) * pen.width / 4 + pen.between(-20, 20)
            pen.add(stroke(f"M{x:.0f} {y:.0f}v{step}", mix(wood, (30, 20, 40), 0.4), 2, 0.5))
        y, row = y + step, row + 1


def _window(pen: Pen, light: Light, x: float, y: float, weather: tuple[str, ...]) -> None:
    w, h = 270.0, 340.0
    frame = rgb("#fbf6ec") if not light.dark else rgb("#d8d0de")
    pen.add(rect(x - w / 2 - 16, y - h / 2 - 16, w + 32, h + 32, frame, 1, 8))
    pen.add(rect(x - w / 2, y - h / 2, w, h, pen.linear(*light.sky)))
    clip = pen.define(
        f'<clipPath id="{{id}}"><rect x="{x - w / 2:.0f}" y="{y - h / 2:.0f}" width="{w:.0f}" '
        f'height="{h:.0f}"/></clipPath>'
    )
    sun = disc(x + 50, y - 50, 30, light.sun) + disc(x + 50, y - 50, 110, pen.glow(light.sun, 0.6))
    hills = land(
        pen, [(px, py) for px, py in rolling(pen, y + h * 0.3, 22, 9)], light.on(rgb("#7fae84"), 0.3)
    )
    drops = "".join(
        disc(x + pen.between(-0.5, 0.5) * w, y + pen.between(-0.5, 0.5) * h, pen.between(2, 4), WHITE, 0.8)
        for _ in range(40)
    )
    rain = stroke(
        "".join(
            f"M{x + pen.between(-0.5, 0.6) * w:.0f} {y + pen.between(-0.5, 0.5) * h:.0f}l-6 30"
            for _ in range(40)
        ),
        WHITE,
        2,
        0.5,
    )
    falling = drops if "snow" in weather else rain if {"rain", "storm"} & set(weather) else ""
    pen.add(f'<g clip-path="url(#{clip})">{sun}{hills}{falling}</g>')
    pen.add(rect(x - 6, y - h / 2, 12, h, frame), rect(x - w / 2, y - 6, w, 12, frame))
    pen.add(rect(x - w / 2 - 30, y + h / 2 + 10, w + 60, 20, mix(frame, rgb("#a08a7a"), 0.2), 1, 5))
    _curtains(pen, x, y, w, h)
    if not light.dark:
        beam = [
            (x - w / 2, y + h / 2),
            (x + w / 2, y + h / 2),
            (x + w, pen.height),
            (x - w * 0.2, pen.height),
        ]
        pen.add(polygon(beam, pen.linear(light.sun, light.sun, alphas=(0.22, 0.04))))


def _curtains(pen: Pen, x: float, y: float, w: float, h: float) -> None:
    cloth = rgb(pen.one_of(("#d9735f", "#e8b04f", "#5f8fa8", "#7f9f6a")))
    for side in (-1, 1):
        ex = x + side * (w / 2 + 34)
        d = (
            f"M{x + side * 40:.0f} {y - h / 2 - 36:.0f}H{ex:.0f}V{y + h / 2 + 60:.0f}H{ex - side * 44:.0f}"
            f"Q{ex - side * 30:.0f} "
            f"{y:.0f} {x + side * 40:.0f} {y - h / 2 - 36:.0f}Z"
        )
        pen.add(path(d, pen.linear(cloth, mix(cloth, (60, 20, 50), 0.25)), 0.95))
    pen.add(rect(x - w / 2 - 60, y - h / 2 - 46, w + 120, 12, rgb("#7a5440"), 1, 6))


def _shelf(pen: Pen, wood: Colour, x: float, y: float, accent: Colour) -> None:
    at = x - 130
    tones = [rgb(tone) for tone in ("#d8604f", "#3f7f8f", "#e8b24f", "#6f5f9f", "#7fa36a", "#f0e3c8")]
    while at < x + 96:
        w, h = pen.between(16, 32), pen.between(66, 104)
        tone = mix(pen.one_of(tones), accent, 0.2)
        pen.add(rect(at, y - h, w - 2, h, tone, 1, 3), rect(at + 3, y - h + 12, w - 8, 6, WHITE, 0.4))
        at += w
    pen.add(
        rect(x - 150, y, 300, 16, mix(wood, WHITE, 0.1), 1, 4),
        rect(x - 150, y + 16, 300, 10, (30, 20, 40), 0.14),
    )


def _pictures(pen: Pen, wood: Colour, x: float, y: float, accent: Colour) -> None:
    for dx, w, h in ((-66, 120, 150), (76, 100, 100)):
        pen.add(
            rect(x + dx - w / 2 + 5, y - h / 2 + 8, w, h, (30, 20, 40), 0.15),
            rect(x + dx - w / 2, y - h / 2, w, h, wood, 1, 4),
        )
        pen.add(rect(x + dx - w / 2 + 11, y - h / 2 + 11, w - 22, h - 22, rgb("#faf3e4")))
        pen.add(
            path(blob(pen, x + dx, y + 6, w * 0.2, h * 0.2), mix(accent, WHITE, 0.15)),
            disc(x + dx + w * 0.14, y - h * 0.17, w * 0.09, rgb("#e8b24f")),
        )


def _lamp(pen: Pen, x: float, foot: float, light: Light) -> None:
    top = foot - 440
    pen.add(
        growth.shade(pen, x, foot, 70),
        rect(x - 5, top, 10, 440, rgb("#4a3d3a")),
        oval(x, foot, 52, 12, rgb("#4a3d3a")),
    )
    pen.add(path(f"M{x - 44:.0f} {top - 50:.0f}h88l34 116h-156Z", pen.linear(rgb("#fff2cf"), rgb("#ffd98f"))))
    pen.add_front(disc(x, top + 20, 420, pen.glow(rgb("#ffcf80"), 0.5 if light.dark else 0.24)))


def table(pen: Pen, light: Light, _weather: tuple[str, ...], _behind: tuple[str, ...]) -> Stage:
    """A table top in soft window light, with a cloth and a blurred background."""
    wall, wood, accent = (rgb(tone) for tone in pen.one_of(_ROOMS))
    wall = light.on(mix(wall, rgb("#fff4e6"), 0.15))
    edge = pen.height * 0.62
    pen.add(rect(0, 0, pen.width, edge + 10, pen.linear(mix(wall, (50, 40, 70), 0.25), wall)))
    for _ in range(9):
        x, y, r = pen.between(0, pen.width), pen.between(0, edge), pen.between(40, 130)
        pen.add(disc(x, y, r, mix(wall, WHITE, 0.6), pen.between(0.1, 0.25)))
    sun = pen.one_of((0.2, 0.8)) * pen.width
    pen.add(disc(sun, edge * 0.3, 620, pen.glow(light.sun, 0.45)))
    board = light.on(wood)
    pen.add(rect(0, edge, pen.width, pen.height - edge, pen.linear(mix(board, WHITE, 0.22), board)))
    pen.add(rect(0, edge, pen.width, 9, mix(board, WHITE, 0.4)))
    for n in range(-7, 8):
        x = pen.width / 2
        pen.add(
            stroke(
                f"M{x + n * 120:.0f} {edge + 8:.0f}L{x + n * 210:.0f} {pen.height}",
                mix(board, (40, 20, 30), 0.4),
                3,
                0.35,
            )
        )
    _cloth(pen, light.on(mix(accent, WHITE, 0.12)), edge)
    return Stage(near=pen.height * 0.86, far=pen.height * 0.76, horizon=edge, sun=sun, shadow=0.45, size=0.95)


def _cloth(pen: Pen, cloth: Colour, edge: float) -> None:
    cx, cy = pen.width / 2, pen.height * 0.86
    pen.add(
        path(
            f"M{cx - 330:.0f} {edge + 70:.0f}H{cx + 330:.0f}L{cx + 470:.0f} {pen.height}H{cx - 470:.0f}Z",
            cloth,
            0.92,
        )
    )
    for n in range(-5, 6):
        pen.add(stroke(f"M{cx + n * 60:.0f} {edge + 72:.0f}L{cx + n * 86:.0f} {pen.height}", WHITE, 7, 0.3))
    for y in (edge + 110, edge + 160, cy - 10, cy + 60):
        pen.add(
            stroke(
                f"M{cx - 350 - (y - edge) * 0.36:.0f} {y:.0f}H{cx + 350 + (y - edge) * 0.36:.0f}",
                WHITE,
                6,
                0.26,
            )
        )
