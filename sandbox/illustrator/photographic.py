"""Style filters after cameras and lamps: snapshots, film noir, old prints and neon light."""

from __future__ import annotations

import numpy as np
from PIL import ImageFilter

from .pixels import (
    Picture,
    array_of,
    edges,
    floats,
    gray_of,
    image_of,
    inset,
    noise,
    saturated,
    unit_of,
    vignette,
)


def neon(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Deep shadows, magenta and cyan light, and a bloom around everything bright."""
    del rng
    unit = unit_of(picture)
    gray = gray_of(picture)[..., None] / 255
    tinted = picture * 0.82 + (gray - 0.35) * np.array((70, -10, 90), dtype=np.float32)
    lines = np.clip(edges(picture, 1.2 * unit + 0.3) * 2.6, 0, 255)
    x = np.linspace(0, 1, picture.shape[1], dtype=np.float32)[None, :, None]
    hue = (
        np.array((255, 60, 190), dtype=np.float32) * (1 - x) + np.array((40, 220, 255), dtype=np.float32) * x
    )
    light = (lines[..., None] / 255) * hue + np.clip(picture - 165, 0, 90) * 1.2
    half = image_of(light).resize((max(1, picture.shape[1] // 2), max(1, picture.shape[0] // 2)))
    bloom = array_of(
        half.filter(ImageFilter.GaussianBlur(max(0.5, 7 * unit))).resize((picture.shape[1], picture.shape[0]))
    )
    return floats((tinted + light * 0.4 + bloom * 1.25) * vignette(picture, 0.5))


def camera(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """A cheap plastic lens: faded blacks, warm cast, soft corners, a light leak and grain."""
    unit, shape = unit_of(picture), picture.shape[:2]
    soft = array_of(image_of(picture).filter(ImageFilter.GaussianBlur(1.1 * unit)))
    toned = (
        20
        + (soft / 255) ** 0.94 * np.array((236, 222, 196), dtype=np.float32)
        + np.array((2, 4, 14), dtype=np.float32)
    )
    toned = (toned - 128) * 1.12 + 128
    x = np.linspace(0, 1, shape[1], dtype=np.float32)[None, :]
    x = x if rng.random() < 0.5 else x[:, ::-1]
    y = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    leak = np.exp(-((x / 0.13) ** 2)) * (0.55 + 0.45 * np.sin(3 + 4 * y + float(rng.uniform(0, 6))))
    toned = toned + leak[..., None] * np.array((120, 52, 10), dtype=np.float32)
    grain = rng.standard_normal(shape).astype(np.float32) * 6.5
    return floats(toned * vignette(picture, 0.62) + grain[..., None])


def polaroid(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """An instant photo: square in a white frame that is broad at the foot, its colours a little faded."""
    rows, columns = picture.shape[:2]
    edge, foot = (max(1, round(share * min(rows, columns))) for share in (0.055, 0.19))
    print_ = (
        inset(saturated(camera(picture, rng), 0.9), edge, edge, edge, foot) if rows > foot * 2 else picture
    )
    paper = noise(rng, (rows, columns), 1.5 * unit_of(picture)) * 1.6
    return floats(print_ + paper[..., None] - np.array((0, 1, 5), dtype=np.float32))


def noir(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Hard black and white, with the light of a blind across it."""
    shape = picture.shape[:2]
    gray = gray_of(picture) / 255
    hard = 1 / (1 + np.exp(-(gray - 0.46) * 6))
    y = (
        np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
        + np.linspace(0, 0.22, shape[1], dtype=np.float32)[None, :]
    )
    blind = 0.9 + 0.1 * np.tanh(4 * np.sin(y * 62))
    grain = rng.standard_normal(shape).astype(np.float32) * 7
    return np.repeat(((hard * 245 + 4) * blind + grain)[..., None], 3, axis=2) * vignette(picture, 0.85)


def sepia(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """An old brown print."""
    shape = picture.shape[:2]
    gray = (
        gray_of(picture) * 0.86
        + 22
        + noise(rng, shape, 90 * unit_of(picture)) * 5
        + rng.standard_normal(shape).astype(np.float32) * 5
    )
    return gray[..., None] * np.array((1.07, 0.9, 0.68), dtype=np.float32) * vignette(picture, 0.5)


def plain(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """No style asked for: a breath of grain against banding, and slightly darker corners."""
    grain = rng.integers(-2, 3, picture.shape[:2]).astype(np.float32)
    return picture * vignette(picture, 0.12) + grain[..., None]
