"""A sculpture for a thing nobody knows: shapes put together by the sound of its name, always the same."""

from __future__ import annotations

import hashlib
import math

_PALETTES = (
    ("#e76f51", "#f4a261", "#e9c46a", "#2a9d8f", "#264653"),
    ("#7a6fd6", "#5dd9c1", "#ffd166", "#ff8c61", "#3d3a6b"),
    ("#d430a0", "#f48fb1", "#8fdcb6", "#2f7fdc", "#22386f"),
    ("#43a047", "#9fd62f", "#f7e04b", "#f28a1e", "#7d4427"),
    ("#2ec4b6", "#cbf3f0", "#ff9f1c", "#e5383b", "#2e3239"),
)


def curio(name: str) -> str:
    """SVG for a 36 by 36 box: a foot, a body and a crown, each one of several, in five matching colours."""
    picks = iter(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest())
    first, second, third, fourth, dark = _PALETTES[next(picks) % len(_PALETTES)]
    foot = (_block, _legs, _dome)[next(picks) % 3](dark, fourth)
    body = (_globe, _gem, _coil, _leafy)[next(picks) % 4](first, second)
    crown = (_rays, _antennae, _flame, _ring)[next(picks) % 4](third, fourth)
    eyes = _eyes(dark, 1 + next(picks) % 3)
    return crown + foot + body + eyes


def _block(dark: str, tone: str) -> str:
    return (
        f'<path fill="{dark}" d="M8 33h20v3H8z"/><path fill="{tone}" d="M10.5 30h15v3h-15z"/>'
        f'<path fill="{dark}" d="M15 26h6v4h-6z"/>'
    )


def _legs(dark: str, tone: str) -> str:
    legs = "".join(
        f'<path d="M{18 + s * 3} 25q{s * 5} 3 {s * 4} 9" fill="none" stroke="{dark}" stroke-width="2"/>'
        f'<ellipse cx="{18 + s * 8}" cy="34.600" rx="3" ry="1.400" fill="{tone}"/>'
        for s in (-1, 1)
    )
    return f'{legs}<path d="M18 26v8" stroke="{dark}" stroke-width="2"/>'


def _dome(dark: str, tone: str) -> str:
    return (
        f'<path fill="{dark}" d="M7 36q1-9 11-10 10 1 11 10z"/>'
        f'<path fill="{tone}" d="M11 36q1-5 7-6 6 1 7 6z"/>'
    )


def _globe(first: str, second: str) -> str:
    return (
        f'<circle cx="18" cy="18" r="9.500" fill="{first}"/><path fill="{second}" '
        'd="M8.700 16q9 5 18.600 0l.2 3.500q-9.500 5-19 0z"/>'
        '<circle cx="14.500" cy="12.500" r="2.200" fill="#ffffff" fill-opacity=".45"/>'
    )


def _gem(first: str, second: str) -> str:
    return (
        f'<path fill="{first}" d="M18 7.500 28 15l-3.500 11.500h-13L8 15z"/>'
        f'<path fill="{second}" d="M18 7.500 22.500 15h-9zM13.500 15h9L18 26.500z"/>'
        '<path fill="#ffffff" fill-opacity=".3" d="M18 7.500 13.500 15H8z"/>'
    )


def _coil(first: str, second: str) -> str:
    bands = zip(
        (26, 21.5, 17, 12.5, 9), (10, 9, 7.5, 5.5, 3), (first, second, first, second, first), strict=True
    )
    return "".join(f'<ellipse cx="18" cy="{y}" rx="{r}" ry="3.600" fill="{tone}"/>' for y, r, tone in bands)


def _leafy(first: str, second: str) -> str:
    petals = "".join(
        f'<ellipse cx="18" cy="12.500" rx="4" ry="7" fill="{first if k % 2 else second}" '
        f'transform="rotate({k * 60} 18 18)"/>'
        for k in range(6)
    )
    return f'{petals}<circle cx="18" cy="18" r="5.500" fill="{first}"/>'


def _rays(third: str, _fourth: str) -> str:
    return "".join(
        f'<path d="M18 14L{18 + 13 * math.cos(a):.1f} {14 - 13 * math.sin(a):.1f}" stroke="{third}" '
        'stroke-width="1.600" stroke-linecap="round"/>'
        for a in (0.5, 0.95, 1.4, 1.75, 2.2, 2.65)
    )


def _antennae(third: str, fourth: str) -> str:
    return "".join(
        f'<path d="M18 12q{s * 2}-8 {s * 7}-9" fill="none" stroke="{third}" stroke-width="1.400"/>'
        f'<circle cx="{18 + s * 7.5}" cy="2.800" r="2" fill="{fourth}"/>'
        for s in (-1, 1)
    )


def _flame(third: str, fourth: str) -> str:
    return (
        f'<path fill="{fourth}" d="M18 0q6 6 4 12h-8q-3-5 1-8 .5 2 1.500 2.500Q17.500 3 18 0z"/>'
        f'<path fill="{third}" d="M18 5q3 3 2 7h-4q-1.500-3 2-7z"/>'
    )


def _ring(third: str, fourth: str) -> str:
    return (
        f'<ellipse cx="18" cy="5" rx="9" ry="2.600" fill="none" stroke="{third}" stroke-width="1.800"/>'
        f'<circle cx="26" cy="4" r="1.800" fill="{fourth}"/>'
    )


def _eyes(dark: str, count: int) -> str:
    return "".join(
        f'<circle cx="{18 + (k - (count - 1) / 2) * 5}" cy="18" r="2.100" fill="#ffffff"/>'
        f'<circle cx="{18.4 + (k - (count - 1) / 2) * 5}" cy="18.400" r="1.100" fill="{dark}"/>'
        for k in range(count)
    )
