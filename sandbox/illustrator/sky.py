"""Skies: colour, sun or moon, stars, clouds, and the weather that falls out of them."""

from __future__ import annotations

import math

from .light import Light
from .pen import WHITE, Colour, Pen, disc, land, mix, oval, path, rect, rgb, rolling, stroke, turned


def paint_sky(pen: Pen, light: Light, horizon: float, weather: tuple[str, ...]) -> float:
    """Paint the sky down to the horizon; returns where the sun or moon stands, left to right."""
    pen.add(rect(0, 0, pen.width, horizon + 40, pen.linear(*light.sky)))
    if light.dark:
        _stars(pen, horizon)
    if "aurora" in weather:
        _aurora(pen, horizon)
    sun = pen.one_of((pen.between(0.16, 0.36), pen.between(0.64, 0.84))) * pen.width
    if not {"rain", "storm", "fog"} & set(weather) or "moon" in weather:
        _sun_or_moon(pen, light, sun, horizon, big="moon" in weather)
    if "rainbow" in weather:
        _rainbow(pen, horizon)
    if "fireworks" in weather:
        _fireworks(pen, horizon)
    _clouds(pen, light, horizon, weather)
    return sun


def _stars(pen: Pen, horizon: float) -> None:
    for _ in range(int(90 * pen.width / 1000)):
        x, y = pen.between(0, pen.width), pen.between(0, 1) ** 1.3 * horizon
        pen.add(disc(x, y, pen.between(0.8, 2.4), WHITE, pen.between(0.35, 0.95) * (1 - 0.6 * y / horizon)))
    for _ in range(pen.whole(4, 8)):
        x, y, r = pen.between(0, pen.width), pen.between(0, 0.6) * horizon, pen.between(6, 12)
        pen.add(disc(x, y, r * 2.2, pen.glow(WHITE, 0.3)), path(sparkle(x, y, r), WHITE, 0.9))


def sparkle(x: float, y: float, r: float) -> str:
    """The path of a four-pointed star."""
    s = r * 0.16
    return (
        f"M{x:.1f} {y - r:.1f}Q{x + s:.1f} {y - s:.1f} {x + r:.1f} {y:.1f}Q{x + s:.1f} "
        f"{y + s:.1f} {x:.1f} {y + r:.1f}"
        f"Q{x - s:.1f} {y + s:.1f} {x - r:.1f} {y:.1f}Q{x - s:.1f} {y - s:.1f} {x:.1f} {y - r:.1f}Z"
    )


def _sun_or_moon(pen: Pen, light: Light, x: float, horizon: float, *, big: bool) -> None:
    r = pen.between(62, 84) * (1.35 if big else 1)
    if light.hour in ("dawn", "sunset"):
        y = horizon - pen.between(0.2, 1.1) * r
        pen.add(disc(x, y, r * 6.5, pen.glow(light.sun, 0.55)), disc(x, y, r * 1.7, light.sun, 0.22))
        pen.add(disc(x, y, r, pen.linear(mix(light.sun, WHITE, 0.4), light.sun)))
        return
    y = pen.between(0.2, 0.36) * horizon
    pen.add(disc(x, y, r * 4.2, pen.glow(light.sun, 0.5 if light.dark else 0.75)))
    if not light.dark:
        pen.add(disc(x, y, r * 1.35, WHITE, 0.28), disc(x, y, r * 0.85, mix(light.sun, WHITE, 0.35)))
        return
    pen.add(disc(x, y, r, pen.linear(mix(light.sun, WHITE, 0.5), light.sun)))
    for dx, dy, size in (
        (-0.35, -0.2, 0.24),
        (0.3, 0.28, 0.3),
        (0.1, -0.5, 0.14),
        (-0.25, 0.5, 0.16),
        (0.55, -0.2, 0.12),
    ):
        pen.add(disc(x + dx * r, y + dy * r, size * r, mix(light.sun, light.sky[1], 0.25), 0.55))


def cloud(pen: Pen, light: Light, x: float, y: float, width: float, alpha: float = 1.0) -> None:
    """A flat-bottomed cloud of round puffs, lit from above."""
    puffs = pen.whole(3, 5)
    fill = pen.linear(light.cloud, light.cloud, mix(light.cloud, light.cloud_shade, 0.9))
    base = width * 0.1
    rounds = [(x - width / 2 + base, y - base, base), (x + width / 2 - base, y - base, base)]
    for n in range(puffs):
        share = (n + 0.7) / (puffs + 0.4)
        r = width * (0.1 + 0.11 * math.sin(math.pi * share)) * pen.between(0.85, 1.2)
        rounds.append((x + (share - 0.5) * width * 0.72, y - base * 0.9 - r * 0.55, r))
    d = "".join(
        f"M{a - r:.1f} {b:.1f}a{r:.1f} {r:.1f} 0 1 1 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 1 {-2 * r:.1f} 0Z"
        for a, b, r in rounds
    )
    flat = width - 2 * base
    d += f"M{x - flat / 2:.1f} {y - 2 * base:.1f}h{flat:.1f}v{2 * base:.1f}h{-flat:.1f}Z"
    pen.add(path(d, fill, alpha))


def _clouds(pen: Pen, light: Light, horizon: float, weather: tuple[str, ...]) -> None:
    clear = bool({"aurora", "moon", "fireworks"} & set(weather))
    heavy = bool({"rain", "storm", "snow", "clouds"} & set(weather)) and not clear
    for _ in range(pen.whole(1, 2) if clear else pen.whole(2, 4) + (4 if heavy else 0)):
        y = pen.between(0.1, 0.8) * horizon
        size = pen.between(0.16, 0.36) * 1000 * (1.25 - 0.6 * y / max(horizon, 1)) * (1.3 if heavy else 1)
        alpha = pen.between(0.35, 0.7) if light.dark else pen.between(0.65, 0.95)
        cloud(pen, light, pen.between(-0.05, 1.05) * pen.width, y, size, alpha)
    for _ in range(pen.whole(2, 4)):
        y, w = pen.between(0.55, 0.95) * horizon, pen.between(120, 420)
        pen.add(rect(pen.between(-0.1, 0.9) * pen.width, y, w, pen.between(5, 12), light.cloud, 0.28, 6))


def _rainbow(pen: Pen, horizon: float) -> None:
    x, reach = pen.between(0.3, 0.7) * pen.width, pen.between(0.75, 0.95) * horizon
    for n, tone in enumerate(("#ff6b6b", "#ffa94d", "#ffe066", "#8ce99a", "#74c0fc", "#9775fa")):
        r = reach - n * 17
        pen.add(
            stroke(
                f"M{x - r:.1f} {horizon}A{r:.1f} {r:.1f} 0 0 1 {x + r:.1f} {horizon}", rgb(tone), 17.5, 0.5
            )
        )


def _aurora(pen: Pen, horizon: float) -> None:
    for tone in ("#59f2b3", "#4fd0f7", "#a97cf8", "#59f2b3"):
        top, swing = pen.between(0.1, 0.35) * horizon, pen.between(30, 70)
        line = rolling(pen, top + pen.between(0.2, 0.35) * horizon, swing, 5)
        fill = pen.linear(rgb(tone), rgb(tone), rgb(tone), alphas=(0, 0.7, 0))
        d = "M" + "L".join(f"{x:.0f} {y - pen.between(0.3, 0.5) * horizon:.0f}" for x, y in line)
        pen.add(path(d + "L" + "L".join(f"{x:.0f} {y:.0f}" for x, y in reversed(line)) + "Z", fill))


def _fireworks(pen: Pen, horizon: float) -> None:
    for _ in range(pen.whole(4, 6)):
        x, y, r = pen.between(0.1, 0.9) * pen.width, pen.between(0.12, 0.55) * horizon, pen.between(60, 130)
        tone = turned(rgb("#ff5d73"), pen.between(0, 360))
        pen.add(disc(x, y, r * 1.6, pen.glow(tone, 0.45)))
        rays = pen.whole(12, 18)
        for n in range(rays):
            turn = f'<g transform="rotate({360 * n / rays:.1f} {x:.1f} {y:.1f})">'
            line = stroke(f"M{x:.1f} {y - r * 0.25:.1f}V{y - r * 0.85:.1f}", mix(tone, WHITE, 0.3), 4)
            pen.add(turn + line + disc(x, y - r, 5, WHITE, 0.9) + "</g>")


def paint_weather(pen: Pen, light: Light, weather: tuple[str, ...]) -> None:
    """Paint what falls or drifts in front of everything."""
    if {"rain", "storm"} & set(weather):
        _rain(pen, light)
    if "snow" in weather:
        for _ in range(int(130 * pen.width / 1000)):
            r = pen.between(2, 5.5) if pen.chance(0.85) else pen.between(7, 12)
            x, y = pen.between(0, pen.width), pen.between(0, pen.height)
            pen.add_front(disc(x, y, r, WHITE, pen.between(0.5, 0.95) if r < 7 else 0.5))
    if "fog" in weather:
        for share in (0.45, 0.58, 0.72, 0.86):
            tone, y = mix(light.haze, WHITE, 0.25), pen.height * share
            fill = pen.linear(tone, tone, tone, alphas=(0, 0.42, 0))
            pen.add_front(rect(-50, y - 100, pen.width + 100, 210, fill))
            x, w = pen.between(0, 1) * pen.width, pen.between(300, 600)
            pen.add_front(oval(x, y + pen.between(-30, 30), w, 60, pen.glow(tone, 0.5)))
    if "autumn" in weather:
        for _ in range(34):
            tone = rgb(pen.one_of(("#d9622b", "#e8a33d", "#b8402a", "#f0c24b")))
            x, y, r = pen.between(0, pen.width), pen.between(0.05, 1) * pen.height, pen.between(7, 14)
            leaf = f"M{-r:.1f} 0Q0 {-r:.1f} {r:.1f} 0Q0 {r:.1f} {-r:.1f} 0Z"
            pen.add_front(
                f'<g transform="translate({x:.0f} {y:.0f}) rotate({pen.whole(0, 180)})">'
                f"{path(leaf, light.on(tone), 0.9)}</g>"
            )
    if "fireflies" in weather:
        for _ in range(26):
            x, y = pen.between(0, pen.width), pen.between(0.4, 0.95) * pen.height
            pen.add_front(disc(x, y, 22, pen.glow(rgb("#ffe680"), 0.7)), disc(x, y, 3.5, rgb("#fffbe0")))


def _rain(pen: Pen, light: Light) -> None:
    tone: Colour = mix(light.haze, WHITE, 0.55)
    lines = []
    for _ in range(int(170 * pen.width / 1000)):
        x, y, long = pen.between(-20, pen.width + 60), pen.between(-20, pen.height), pen.between(24, 60)
        lines.append(f"M{x:.0f} {y:.0f}l{-long * 0.22:.1f} {long:.1f}")
    half = len(lines) // 2
    pen.add_front(
        stroke("".join(lines[:half]), tone, 2.2, 0.5), stroke("".join(lines[half:]), tone, 1.3, 0.4)
    )


def mist(pen: Pen, light: Light, y: float, strength: float = 0.5) -> None:
    """A band of haze along the foot of something far away."""
    pen.add(rect(0, y - 90, pen.width, 110, pen.linear(light.haze, light.haze, alphas=(0, strength))))


def ridge(pen: Pen, light: Light, y: float, swing: float, colour: Colour, distance: float) -> None:
    """One smooth line of far hills, lighter towards their foot."""
    near = light.on(colour, distance)
    pen.add(land(pen, rolling(pen, y, swing, pen.whole(3, 5)), pen.linear(near, mix(near, light.haze, 0.35))))
