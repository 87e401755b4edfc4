"""Picture bytes: originals kept untouched under the SHA-256 of their content, and small pictures to show.

An original is only ever handed out as an attachment. What a page shows is a re-encoded copy, so nothing that
hides behind a picture's end ever reaches a browser as a page.
"""

import contextlib
import hashlib
import hmac
import io
import math
import os
import re
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.config import Secret
from services.errors import BadReply, NotFound, NotSaved

MAX_SIDE = 4_096
MAX_PIXELS = 16_777_216
SHOWN_SIDE = 1_024
LINK_S = 12 * 3600

Variant = Literal["view", "original"]
_KEY = re.compile(r"[0-9a-f]{64}")
_SUFFIX = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture on disk. key: SHA-256 of the original bytes, hex. width, height: pixels. size: bytes."""

    key: str
    width: int
    height: int
    size: int


class Pictures:
    """The pictures folder. At most two pictures are decoded at a time."""

    def __init__(self, folder: Path, secret: Secret, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._secret = secret
        self._clock = clock
        self._decoding = threading.Semaphore(2)

    def add(self, original: bytes) -> StoredPicture:
        """Checks and keeps a picture. Raises BadReply for no picture, NotSaved where the disk refuses."""
        key = hashlib.sha256(original).hexdigest()
        with self._decoding:
            format, width, height, shown = _examine(original)
        try:
            _write(self._folder / f"{key}.{_SUFFIX[format]}", original)
            _write(self._folder / f"{key}.view.jpg", shown)
        except OSError as error:
            raise NotSaved(
                f"The picture could not be saved: {error.strerror or 'the disk refused it'}.",
                advice="Make space in the data folder, then check again.",
            ) from None
        return StoredPicture(key, width, height, len(original))

    def path(self, key: str, variant: Variant) -> Path:
        """The file of a picture. Raises NotFound where there is none, or where it is not a plain file."""
        if _KEY.fullmatch(key):
            names = ["view.jpg"] if variant == "view" else list(MEDIA_TYPES)
            for name in names:
                path = self._folder / f"{key}.{name}"
                if path.is_file() and not path.is_symlink():
                    return path
        raise NotFound("There is no such picture.")

    def link(self, key: str, variant: Variant, owner: str) -> str:
        """A path for the owner's browser alone, good for 12 to 24 hours and the same all that time."""
        until = (math.floor(self._clock() / LINK_S) + 2) * LINK_S
        query = f"v={variant}&e={until}&s={self._signature(key, variant, owner, until)}"
        return f"/pictures/{key}?{query}"

    def open_link(self, key: str, query: dict[str, str], owner: str | None) -> tuple[Path, Variant]:
        """The file behind a link. Raises NotFound for a bad, expired or somebody else's link alike."""
        variant: Variant = "original" if query.get("v") == "original" else "view"
        until = query.get("e", "")
        if owner is None or not re.fullmatch(r"\d{1,12}", until) or int(until) < self._clock():
            raise NotFound("There is no such picture.")
        expected = self._signature(key, variant, owner, int(until))
        if not hmac.compare_digest(expected.encode(), query.get("s", "").encode()):
            raise NotFound("There is no such picture.")
        return self.path(key, variant), variant

    def _signature(self, key: str, variant: str, owner: str, until: int) -> str:
        text = "\n".join(("picture", key, variant, owner, str(until)))
        return hmac.new(self._secret.reveal().encode(), text.encode(), hashlib.sha256).hexdigest()


def _examine(original: bytes) -> tuple[str, int, int, bytes]:
    """Format, width, height, and a JPEG of at most 1,024 pixels a side; sizes are checked before decoding."""
    from PIL import Image  # 0.1 s and 10 MB that a text page never needs

    if not original:
        raise BadReply("The service sent an empty picture.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(original), formats=list(_SUFFIX)) as image:
                format, (width, height) = image.format or "", image.size
                if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
                    raise BadReply(f"The service sent a picture that is too large: {width}×{height} pixels.")
                if getattr(image, "n_frames", 1) != 1:
                    raise BadReply("The service sent an animation where a picture was expected.")
                image.verify()
            with Image.open(io.BytesIO(original), formats=list(_SUFFIX)) as image:
                image.load()
                return format, width, height, _shown(image)
    except BadReply:
        raise
    except Exception:  # a decoder that is fed anything may raise anything
        raise BadReply(
            "The service sent something that is not a whole PNG, JPEG or WebP picture.",
            advice="The other pictures are not affected. Generate again for another try.",
        ) from None


def _shown(image: "object") -> bytes:
    from PIL import Image, ImageOps

    assert isinstance(image, Image.Image)  # noqa: S101 (the import stays lazy, the type stays true)
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "P", "PA"):
        backdrop = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(backdrop, upright.convert("RGBA"))
    small = upright.convert("RGB")
    small.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
    small.info.clear()  # a comment in it would be written out again
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=85, optimize=True, progressive=True)
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Writes a file so that it is there whole or not at all; one that is there already is left alone."""
    if path.is_file() and path.stat().st_size == len(content):
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def signing_secret(settings_secret: Secret | None, data_dir: Path) -> Secret:
    """The configured secret, else one made once and kept in the data folder, readable by its owner alone."""
    if settings_secret is not None:
        return settings_secret
    path = data_dir / "secret"
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".secret.{os.getpid()}.{threading.get_ident()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(os.urandom(32).hex())
        with contextlib.suppress(FileExistsError):  # another server was first: its secret counts
            path.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    return Secret(path.read_text().strip())
