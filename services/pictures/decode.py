"""The one place where pictures are decoded: anything else is refused, copies are re-encoded."""

import io
import re
from collections.abc import Collection
from dataclasses import dataclass

from services.errors import BadReply

MAX_SIDE = 4_096
MAX_PIXELS = 16_777_216
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}

_OURS = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|RIFF....WEBP", re.DOTALL)
_OTHERS = (
    (rb"GIF8", "a GIF"),
    (rb"BM", "a BMP picture"),
    (rb"II\*\x00|MM\x00\*", "a TIFF picture"),
    (rb"\x00\x00\x01\x00", "an icon"),
    (rb"%PDF", "a PDF document"),
    (rb"%!PS", "a PostScript file"),
    (rb"PK\x03\x04", "a ZIP archive"),
    (rb"\s*(<\?xml.*?>\s*)?<svg", "an SVG drawing"),
    (rb"\s*<", "a web page"),
    (rb"\s*[{\[]", "a JSON text"),
)
_EXPECTED = "where a PNG, JPEG or WebP picture was expected"
_ADVICE = "The other pictures are not affected. Generate again for another try."


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

    if not _OURS.match(original):
        raise _refused(f"{_kind(original)} {_EXPECTED}" if original else "an empty picture")
    try:
        with Image.open(io.BytesIO(original), formats=list(SUFFIXES)) as image:
            format, (width, height) = image.format or "", image.size
            if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
                raise _refused(f"a picture that is too large: {width}×{height} pixels")
            if getattr(image, "n_frames", 1) != 1:
                raise _refused(f"an animation {_EXPECTED}")
            image.verify()
        with Image.open(io.BytesIO(original), formats=list(SUFFIXES)) as image:
            image.load()
            copies = {side: _copy(image, side) for side in sides}
            return Decoded(format, width, height, copies)
    except BadReply:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _refused("a picture that is too large to be opened") from None
    except Exception as error:  # a decoder that is fed anything may raise anything
        if "MAX_TEXT" in str(error):
            raise _refused("a picture that hides far too much text") from None
        raise _refused("a picture that is damaged or not complete") from None


def _kind(content: bytes) -> str:
    """What something that is none of our pictures seems to be."""
    found = (name for start, name in _OTHERS if re.match(start, content[:1_000], re.DOTALL | re.IGNORECASE))
    return next(found, "something unknown")


def _refused(what: str) -> BadReply:
    return BadReply(f"The service sent {what}.", advice=_ADVICE)


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
