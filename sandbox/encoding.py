"""Another file format for a picture that was drawn as PNG."""

import io

from PIL import Image


def jpeg(png: bytes, quality: int) -> bytes:
    """The picture as JPEG; `quality` is 0 to 100. What the PNG says of its artwork goes into the comment."""
    picture = Image.open(io.BytesIO(png))
    said = picture.info.get("Artwork", "")
    kept = io.BytesIO()
    picture.convert("RGB").save(kept, "JPEG", quality=max(1, quality), comment=said)
    return kept.getvalue()
