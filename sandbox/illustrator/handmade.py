"""Style filters after brush, pencil, chalk and wax."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from .pixels import (
    Picture,
    array_of,
    edges,
    floats,
    gray_of,
    image_of,
    noise,
    painted,
    saturated,
    unit_of,
    warped,
)


def watercolor(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Washes with darker rims on white, grained paper, fading out at the border."""
    unit, shape = unit_of(picture), picture.shape[:2]
    wash = painted(warped(picture, rng, 4 * unit, 40 * unit), max(1, round(5 * unit)))
    mean = wash.mean(axis=2, keepdims=True)
    wash = 255 - (255 - (mean + (wash - mean) * 1.3)) * 0.72
    rim = np.clip(edges(wash, 1.6 * unit + 0.3) * 1.8, 0, 36)
    pools = noise(rng, shape, 130 * unit) * 11 + noise(rng, shape, 36 * unit) * 5
    grain = noise(rng, shape, 2.2 * unit) * 4.5
    wash = wash - (rim + pools + grain)[..., None] * np.array((1.0, 0.92, 0.8), dtype=np.float32)
    rows, columns = shape
    y = np.minimum(np.arange(rows), np.arange(rows)[::-1])[:, None] / unit
    x = np.minimum(np.arange(columns), np.arange(columns)[::-1])[None, :] / unit
    torn = np.minimum(x, y) - 34 + noise(rng, shape, 60 * unit) * 14 + noise(rng, shape, 14 * unit) * 4
    share = np.clip(torn / 14 + 0.5, 0, 1)[..., None].astype(np.float32)
    paper = (250 + grain)[..., None] * np.array((1.0, 0.985, 0.95), dtype=np.float32)
    return floats(wash * share + paper * (1 - share))


def oil(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Thick dabs with a raised, side-lit surface."""
    unit, shape = unit_of(picture), picture.shape[:2]
    dabs = painted(warped(picture, rng, 2.6 * unit, 16 * unit), max(1, round(5 * unit)))
    bristle = noise(rng, (shape[0], shape[1]), 3 * unit) * 0.6 + array_of(
        Image.fromarray(noise(rng, (shape[0], max(2, shape[1] // 12)), 3 * unit)).resize((shape[1], shape[0]))
    )
    relief = bristle - np.roll(bristle, (1, 1), (0, 1))
    mean = dabs.mean(axis=2, keepdims=True)
    return floats(mean + (dabs - mean) * 1.1 + np.clip(relief * 9, -16, 16)[..., None])


def pixel(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """A coarse grid in few colours."""
    del rng
    rows, columns = picture.shape[:2]
    cells = max(1, round(min(rows, columns) / 112))
    small = image_of(picture).resize((max(1, columns // cells), max(1, rows // cells)), Image.Resampling.BOX)
    small = small.quantize(40, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    return array_of(small.resize((columns, rows), Image.Resampling.NEAREST))


def sketch(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Graphite on paper: outlines by colour dodge, hatching in the shadows."""
    unit, shape = unit_of(picture), picture.shape[:2]
    gray = gray_of(picture)
    inverse = np.asarray(
        Image.fromarray(255 - gray).convert("L").filter(ImageFilter.GaussianBlur(max(1.0, 6 * unit))),
        dtype=np.float32,
    )
    lines = np.clip(gray * 255 / np.maximum(255 - inverse, 1), 0, 255)
    lines = 255 - (255 - lines) * 1.9
    rows, columns = np.indices(shape, dtype=np.float32)
    wave = noise(rng, shape, 40 * unit) * 1.3
    hatch = np.sin((rows + columns) / (2.3 * max(unit, 0.35)) + wave)
    cross = np.sin((rows - columns) / (2.3 * max(unit, 0.35)) + wave)
    dark = np.clip((190 - gray) / 190, 0, 1)
    tone = (
        lines
        - np.clip(hatch, 0, 1) * dark * 85
        - np.clip(cross, 0, 1) * np.clip(dark - 0.45, 0, 1) * 110
        - dark * 26
    )
    grain = noise(rng, shape, 1.6 * unit) * 5
    paper = np.array((1.0, 0.985, 0.95), dtype=np.float32)
    return floats(np.clip(tone + grain, 24, 250)[..., None] * paper)


def pastel(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Chalk: pale colours on toothy paper."""
    unit, shape = unit_of(picture), picture.shape[:2]
    soft = painted(picture, max(1, round(4 * unit)))
    mean = soft.mean(axis=2, keepdims=True)
    pale = 255 - (255 - (mean + (soft - mean) * 1.0)) * 0.74
    tooth = noise(rng, shape, 2.2 * unit) * 6 + rng.standard_normal(shape).astype(np.float32) * 3
    return floats(pale + tooth[..., None] + np.array((2, -1, 1), dtype=np.float32))


def crayon(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Wax on paper, as a child holds it: wobbly outlines, strokes that leave the paper's tooth white."""
    unit, shape = unit_of(picture), picture.shape[:2]
    drawn = warped(picture, rng, 5 * unit, 70 * unit)
    wax = saturated(painted(drawn, max(1, round(6 * unit))), 1.35)
    rows, columns = np.indices(shape, dtype=np.float32)
    strokes = np.sin((rows * 0.8 + columns) / max(0.9, 3.4 * unit) + noise(rng, shape, 90 * unit) * 3)
    tooth = noise(rng, shape, 1.8 * unit) * 0.5 + strokes * 0.5 + noise(rng, shape, 50 * unit) * 0.25
    cover = np.clip(0.86 - tooth * 0.42, 0.12, 1)[..., None].astype(np.float32)
    line = np.clip(edges(drawn, 2.2 * unit + 0.3) * 5 - 22, 0, 190)[..., None]
    paper = np.array((252, 250, 243), dtype=np.float32)
    return floats((wax * 0.94 + 8) * cover + paper * (1 - cover) - line * cover * 0.8)
