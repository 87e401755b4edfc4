"""The one place where pictures are decoded: anything else is refused, copies are re-encoded."""

import io
import warnings
from collections.abc import Collection
from dataclasses import dataclass

from services.errors import BadReply

MAX_SIDE = 4_096
MAX_PIXELS = 16_777_216
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture's format (a key of SUFFIXES), its size in pixels, and JPEG copies by their longest side."""

    format: str
    width: int
    height: int
    copies: dict[int, bytes]


def decode(original: bytes, sides: Collection[int]) -> Decoded:
    """Checks a picture's sizes before decoding it, then makes a copy for each side, in pixels.

    Raises BadReply for what is no whole picture.
    """
    from PIL import Image  # 0.1 s and 10 MB that a text page never needs

    if not original:
        raise BadReply("The service sent an empty picture.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(original), formats=list(SUFFIXES)) as image:
                format, (width, height) = image.format or "", image.size
                if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
                    raise BadReply(f"The service sent a picture that is too large: {width}×{height} pixels.")
                if getattr(image, "n_frames", 1) != 1:
                    raise BadReply("The service sent an animation where a picture was expected.")
                image.verify()
            with Image.open(io.BytesIO(original), formats=list(SUFFIXES)) as image:
                image.load()
                copies = {side: _copy(image, side) for side in sides}
                return Decoded(format, width, height, copies)
    except BadReply:
        raise
    except Exception:  # a decoder that is fed anything may raise anything
        raise BadReply(
            "The service sent something that is not a whole PNG, JPEG or WebP picture.",
            advice="The other pictures are not affected. Generate again for another try.",
        ) from None


def _copy(image: object, side: int) -> bytes:
    """Upright, on white, without metadata, neither side longer than asked."""
    from PIL import Image, ImageOps

    assert isinstance(image, Image.Image)  # noqa: S101 (the import stays lazy, the type stays true)
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "P", "PA"):
        backdrop = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(backdrop, upright.convert("RGBA"))
    small = upright.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    small.info.clear()  # a comment in it would be written out again
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=85, optimize=True, progressive=True)
    return buffer.getvalue()
