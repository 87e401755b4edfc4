"""Style filters after brush, pencil, print and glass."""

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


def popart(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Few flat colours, black outlines and a screen of dots."""
    del rng
    unit = max(unit_of(picture), 0.35)
    flat = np.round(painted(picture, max(1, round(3 * unit))) / 64) * 64
    mean = flat.mean(axis=2, keepdims=True)
    flat = mean + (flat - mean) * 1.5
    rows, columns = np.indices(picture.shape[:2], dtype=np.float32)
    pitch = 5.2 * unit
    dots = np.sin((rows + columns) * 0.7 / pitch) * np.sin((rows - columns) * 0.7 / pitch)
    flat = flat + np.where(dots > 0.25, 14, -6)[..., None].astype(np.float32)
    ink = np.clip(edges(picture, 1.3 * unit) * 3.4 - 26, 0, 200)
    return floats(flat - ink[..., None])


def mosaic(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Pieces of glass with dark leading between them."""
    rows, columns = picture.shape[:2]
    cell = max(3.0, 19 * unit_of(picture))
    down, along = int(rows / cell) + 4, int(columns / cell) + 4
    jitter = rng.uniform(-0.42, 0.42, (down, along, 2)).astype(np.float32)
    y, x = np.indices((rows, columns), dtype=np.float32) / cell + 1
    base_y, base_x = y.astype(np.intp), x.astype(np.intp)
    near, second = (np.full((rows, columns), 9.0, dtype=np.float32) for _ in range(2))
    owner = np.zeros((rows, columns), dtype=np.intp)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            cy, cx = np.clip(base_y + dy, 0, down - 1), np.clip(base_x + dx, 0, along - 1)
            spot = jitter[cy, cx]
            far = (cy + 0.5 + spot[..., 0] - y) ** 2 + (cx + 0.5 + spot[..., 1] - x) ** 2
            closer = far < near
            second = np.where(closer, near, np.minimum(second, far))
            owner, near = np.where(closer, cy * along + cx, owner), np.where(closer, far, near)
    count = np.maximum(np.bincount(owner.ravel(), minlength=down * along), 1)
    tones = np.stack(
        [np.bincount(owner.ravel(), picture[..., k].ravel(), down * along) / count for k in range(3)], axis=1
    )
    lead = np.clip((np.sqrt(second) - np.sqrt(near)) * 8, 0.35, 1)[..., None].astype(np.float32)
    return floats((tones[owner].astype(np.float32) * 1.08 + 6) * lead)


def pastel(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Chalk: pale colours on toothy paper."""
    unit, shape = unit_of(picture), picture.shape[:2]
    soft = painted(picture, max(1, round(4 * unit)))
    mean = soft.mean(axis=2, keepdims=True)
    pale = 255 - (255 - (mean + (soft - mean) * 1.0)) * 0.74
    tooth = noise(rng, shape, 2.2 * unit) * 6 + rng.standard_normal(shape).astype(np.float32) * 3
    return floats(pale + tooth[..., None] + np.array((2, -1, 1), dtype=np.float32))
