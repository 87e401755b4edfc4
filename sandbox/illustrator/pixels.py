"""Pictures as float arrays (height x width x 3, values 0..255) and what several style filters share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Picture = npt.NDArray[np.float32]


def image_of(picture: Picture) -> Image.Image:
    """The array as a Pillow image, clipped to what a screen can show."""
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def array_of(image: Image.Image) -> Picture:
    """A Pillow image as an array."""
    return np.asarray(image, dtype=np.float32)


def floats(values: npt.ArrayLike) -> Picture:
    """Any array in the precision that pictures are kept in."""
    return np.asarray(values, dtype=np.float32)


def unit_of(picture: Picture) -> float:
    """One thousandth of the shorter side, in pixels."""
    return float(min(picture.shape[:2])) / 1000


def noise(rng: np.random.Generator, shape: tuple[int, int], cell: float) -> npt.NDArray[np.float32]:
    """Smooth noise of mean 0 and spread about 1, its blotches `cell` pixels wide."""
    rows, columns = (max(2, int(side / max(1.0, cell))) for side in shape)
    small = rng.standard_normal((rows, columns)).astype(np.float32)
    return np.asarray(Image.fromarray(small).resize((shape[1], shape[0]), Image.Resampling.BICUBIC))


def gray_of(picture: Picture) -> npt.NDArray[np.float32]:
    """Brightness, height x width."""
    return floats(picture[..., 0] * 0.299 + picture[..., 1] * 0.587 + picture[..., 2] * 0.114)


def saturated(picture: Picture, strength: float) -> Picture:
    """The picture with every colour that much further from grey."""
    mean = picture.mean(axis=2, keepdims=True)
    return floats(mean + (picture - mean) * strength)


def flattened(picture: Picture, tones: int) -> Picture:
    """The picture in its few most telling colours."""
    few = image_of(picture).quantize(tones, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return array_of(few.convert("RGB"))


def inset(picture: Picture, left: int, top: int, right: int, bottom: int) -> Picture:
    """The picture made smaller so that margins of so many pixels of white stand around it."""
    rows, columns = picture.shape[:2]
    page = np.full_like(picture, 250)
    inner = (max(1, columns - left - right), max(1, rows - top - bottom))
    small = array_of(image_of(picture).resize(inner, Image.Resampling.LANCZOS))
    page[top : top + inner[1], left : left + inner[0]] = small
    return page


def vignette(picture: Picture, strength: float) -> npt.NDArray[np.float32]:
    """A factor for each pixel, 1 in the middle and less by `strength` in the corners."""
    rows, columns = picture.shape[:2]
    y = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, columns, dtype=np.float32)[None, :]
    return (1 - strength * np.clip((x * x + y * y) / 2 - 0.15, 0, 1))[..., None].astype(np.float32)


def painted(picture: Picture, radius: int) -> Picture:
    """Kuwahara's filter: each pixel takes the mean of its calmest corner, making dabs of paint."""
    blur = ImageFilter.BoxBlur(radius)
    gray = gray_of(picture)
    mean = array_of(image_of(picture).filter(blur))
    flat = np.asarray(Image.fromarray(gray).convert("L").filter(blur), dtype=np.float32)
    spread = np.asarray(Image.fromarray(np.abs(gray - flat)).convert("L").filter(blur), dtype=np.float32)
    best, lowest = mean, np.full(gray.shape, 1e9, dtype=np.float32)
    for down in (-radius, radius):
        for along in (-radius, radius):
            there = np.roll(spread, (down, along), (0, 1))
            calm = there < lowest
            best = np.where(calm[..., None], np.roll(mean, (down, along), (0, 1)), best)
            lowest = np.where(calm, there, lowest)
    return best


def warped(picture: Picture, rng: np.random.Generator, reach: float, cell: float) -> Picture:
    """The picture with its pixels moved about by up to twice `reach` pixels, in swirls `cell` pixels wide."""
    rows, columns = picture.shape[:2]
    down = np.clip(np.arange(rows)[:, None] + noise(rng, (rows, columns), cell) * reach, 0, rows - 1).astype(
        np.intp
    )
    along = np.clip(
        np.arange(columns)[None, :] + noise(rng, (rows, columns), cell) * reach, 0, columns - 1
    ).astype(np.intp)
    return picture[down, along]


def edges(picture: Picture, blur: float) -> npt.NDArray[np.float32]:
    """How abruptly brightness changes, 0..255."""
    gray = gray_of(array_of(image_of(picture).filter(ImageFilter.GaussianBlur(blur))))
    down, along = np.gradient(gray)
    return floats(np.hypot(down, along))
