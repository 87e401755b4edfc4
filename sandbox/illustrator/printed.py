"""Style filters after press, glass, thread and drawing board."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from .pixels import (
    Picture,
    array_of,
    edges,
    flattened,
    floats,
    gray_of,
    image_of,
    inset,
    noise,
    painted,
    saturated,
    unit_of,
)

_INK = np.array((28, 34, 62), dtype=np.float32)


def popart(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Few flat, loud colours, black outlines and a screen of dots."""
    del rng
    unit = max(unit_of(picture), 0.35)
    flat = saturated(floats(np.round(painted(picture, max(1, round(3 * unit))) / 64) * 64), 1.5)
    flat = flat + np.where(_dots(picture.shape[:2], 5.2 * unit) > 0.25, 14, -6)[..., None].astype(np.float32)
    return floats(flat - _outlines(picture, 1.3 * unit, 3.4, 26)[..., None])


def comic(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """A printed panel: flat colours, thick ink, dots in the shadows, a white gutter around it."""
    del rng
    unit = max(unit_of(picture), 0.35)
    flat = saturated(flattened(painted(picture, max(1, round(4 * unit))), 48), 1.25) * 1.04
    dark = np.clip((170 - gray_of(flat)) / 170, 0, 1)
    flat = flat - (np.clip(_dots(picture.shape[:2], 4.2 * unit) + dark - 0.75, 0, 1) * 130)[..., None]
    flat = flat - _outlines(picture, 1.8 * unit, 6.0, 30)[..., None]
    rim, gutter = max(1, round(7 * unit)), max(1, round(26 * unit))
    flat[:rim], flat[-rim:], flat[:, :rim], flat[:, -rim:] = 20, 20, 20, 20
    return inset(floats(flat), gutter, gutter, gutter, gutter)


def poster(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """A travel poster: a handful of warm, flat inks that miss each other a little, in a cream margin."""
    unit, shape = unit_of(picture), picture.shape[:2]
    flat = flattened(painted(picture, max(1, round(5 * unit))), 14)
    warm = flat * np.array((1.03, 0.97, 0.86), dtype=np.float32) + np.array((10, 7, 8), dtype=np.float32)
    light = gray_of(warm)[..., None] > np.median(gray_of(warm))
    shift = max(1, round(2 * unit))
    inked = np.where(light, warm, np.roll(warm, (shift, shift), (0, 1)))
    worn = np.clip(noise(rng, shape, 2 * unit) - 1.6, 0, 1)[..., None] * 60
    margin = max(1, round(44 * unit))
    return floats(inset(floats(inked + worn), margin, margin, margin, margin) * (1.0, 0.975, 0.92))


def woodblock(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """A colour woodblock print: muted flat tones with a grain, indigo outlines, a band of blue above."""
    unit, shape = unit_of(picture), picture.shape[:2]
    flat = saturated(flattened(painted(picture, max(1, round(6 * unit))), 12), 0.72)
    paper = np.array((240, 226, 196), dtype=np.float32)
    wood = noise(rng, (shape[0], max(2, shape[1] // 16)), 2.4 * unit)
    grain = np.asarray(Image.fromarray(wood).resize((shape[1], shape[0]), Image.Resampling.BICUBIC))
    print_ = flat * paper / 255 + 12 + grain[..., None] * 4
    band = np.clip(1 - np.linspace(0, 1, shape[0], dtype=np.float32) / 0.2, 0, 1)[:, None, None] * 0.75
    print_ = print_ * (1 - band) + np.array((38, 70, 122), dtype=np.float32) * band
    line = (_outlines(picture, 1.5 * unit, 4.5, 22) / 200)[..., None]
    return floats(print_ * (1 - line) + _INK * line)


def blueprint(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """A draughtsman's sheet: white lines on blue over a fine grid."""
    unit, shape = unit_of(picture), picture.shape[:2]
    line = np.clip(edges(picture, 1.2 * unit + 0.2) * 7 - 8, 0, 225)
    tone = (gray_of(picture) / 255 - 0.5) * 26
    rows, columns = np.indices(shape)
    sheet = noise(rng, shape, 120 * unit) * 4 + tone
    for pitch, ink in ((20, 9), (100, 10)):
        step, width = max(4, round(pitch * unit)), max(1, round(1.3 * unit))
        sheet = sheet + floats((rows % step < width) | (columns % step < width)) * ink
    blue = np.array((22, 66, 138), dtype=np.float32)
    return floats(
        blue + sheet[..., None] + (line / 255)[..., None] * np.array((225, 180, 112), dtype=np.float32)
    )


def glass(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """A lit window: glowing colours in large pieces, with lead along them and along every outline."""
    unit, shape = unit_of(picture), picture.shape[:2]
    _, gap = _cells(rng, shape, max(6.0, 92 * unit))
    pane = saturated(painted(picture, max(1, round(6 * unit))), 1.75) * 1.12
    streaks = noise(rng, (shape[0], max(2, shape[1] // 10)), 16 * unit)
    streaks = np.asarray(Image.fromarray(streaks).resize((shape[1], shape[0]), Image.Resampling.BICUBIC))
    glow = image_of(pane).filter(ImageFilter.GaussianBlur(max(0.5, 14 * unit)))
    pane = pane * 0.72 + array_of(glow) * 0.38 + streaks[..., None] * 7
    outline = 1 - np.clip(_outlines(picture, 2.4 * unit, 6.0, 30) / 110, 0, 1)
    lead = np.minimum(np.clip(gap * 13 - 0.35, 0, 1), outline)[..., None]
    return floats(pane * lead + 14 * (1 - lead))


def mosaic(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Small stones, each of one colour, with dark joints between them."""
    owner, gap = _cells(rng, picture.shape[:2], max(3.0, 19 * unit_of(picture)))
    most = int(owner.max()) + 1
    count = np.maximum(np.bincount(owner.ravel(), minlength=most), 1)
    tones = np.stack([np.bincount(owner.ravel(), picture[..., k].ravel(), most) / count for k in range(3)], 1)
    joints = np.clip(gap * 8, 0.35, 1)[..., None]
    return floats((tones[owner].astype(np.float32) * 1.08 + 6) * joints)


def lowpoly(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Facets: triangles over a shaken grid, each in the colour under its middle, side-lit."""
    rows, columns = picture.shape[:2]
    step = max(3.0, 30 * unit_of(picture))
    down, along = int(rows / step) + 2, int(columns / step) + 2
    corner = np.indices((down + 1, along + 1)).transpose(1, 2, 0) - 0.5
    corner = (corner + rng.uniform(-0.34, 0.34, corner.shape)) * step
    soft = array_of(image_of(picture).filter(ImageFilter.GaussianBlur(step * 0.16)))
    image = Image.new("RGB", (columns, rows))
    pen = ImageDraw.Draw(image)
    lights = rng.uniform(-13, 13, (down, along, 2))
    for y in range(down):
        for x in range(along):
            a, b, c, d = corner[y, x], corner[y, x + 1], corner[y + 1, x + 1], corner[y + 1, x]
            halves = ((a, b, c), (a, c, d)) if (x + y) % 2 else ((a, b, d), (b, c, d))
            for light, points in zip(lights[y, x], halves, strict=True):
                cy, cx = np.clip(np.mean(points, axis=0), 0, (rows - 1, columns - 1)).astype(int)
                tone = tuple(np.clip(soft[cy, cx] + light, 0, 255).astype(int))
                pen.polygon([(float(px), float(py)) for py, px in points], fill=tone)
    return saturated(array_of(image), 1.15)


def embroidery(picture: Picture, rng: np.random.Generator, /) -> Picture:
    """Satin stitches in a few threads on linen."""
    unit, shape = unit_of(picture), picture.shape[:2]
    flat = saturated(flattened(painted(picture, max(1, round(6 * unit))), 36), 1.35)
    lean = np.sin(flat @ np.array((0.11, 0.07, 0.05), dtype=np.float32)) * 1.1  # a slant for each thread
    rows, columns = np.indices(shape, dtype=np.float32)
    pitch = max(1.0, 4.2 * unit)
    across = (rows * np.cos(lean) + columns * np.sin(lean)) / pitch
    sheen = np.sin(across * np.pi) ** 2
    ends = np.abs(
        np.sin((columns * np.cos(lean) - rows * np.sin(lean)) / (pitch * 9) + np.floor(across) * 1.7)
    )
    border = np.clip(edges(flat, 1.4 * unit + 0.3) * 3, 0, 70)
    shade = floats(np.clip(0.14 - ends, 0, 1) * 260 + border)
    stitched = flat * np.expand_dims(0.72 + 0.4 * sheen, 2) - shade[..., None]
    weave = floats(np.sin(rows / pitch * 3) + np.sin(columns / pitch * 3))
    linen = np.expand_dims(weave * 5 + noise(rng, shape, 2 * unit) * 3, 2)
    down, along = np.arange(shape[0])[:, None], np.arange(shape[1])[None, :]
    edge = np.minimum(np.minimum(down, down[::-1]), np.minimum(along, along[:, ::-1])) / unit
    share = np.expand_dims(np.clip((edge - 30 - 4 * np.sin(across)) / 5, 0, 1), 2)
    return floats(stitched * share + (np.array((226, 214, 190)) + linen) * (1 - share))


def _outlines(picture: Picture, blur: float, gain: float, floor: float) -> npt.NDArray[np.float32]:
    """Ink along outlines, 0..200."""
    return floats(np.clip(edges(picture, blur) * gain - floor, 0, 200))


def _dots(shape: tuple[int, ...], pitch: float) -> npt.NDArray[np.float32]:
    """A printer's screen at 45 degrees, -1..1, its dots `pitch` pixels apart."""
    rows, columns = np.indices(shape, dtype=np.float32)
    return floats(np.sin((rows + columns) * 0.7 / pitch) * np.sin((rows - columns) * 0.7 / pitch))


def _cells(
    rng: np.random.Generator, shape: tuple[int, int], cell: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """Uneven cells about `cell` pixels wide: which one each pixel lies in, and how far from its border."""
    rows, columns = shape
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
    return owner, floats(np.sqrt(second) - np.sqrt(near))
