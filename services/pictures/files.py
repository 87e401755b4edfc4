"""Picture bytes: originals kept untouched under the SHA-256 of their content, and small pictures to show.

An original is only ever handed out as an attachment. What a page shows is a re-encoded copy, so nothing that
hides behind a picture's end ever reaches a browser as a page. Every file is checked each time before it is
handed out; a damaged one never is.
"""

import contextlib
import hashlib
import logging
import os
import re
import shutil
import stat
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.config import Secret
from services.errors import NotFound, NotSaved, PictureLost
from services.links import Links
from services.pictures.decode import SUFFIXES, decode

Variant = Literal["view", "thumbnail", "original"]
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
LEAST_FREE = 200 * 2**20
ORPHAN_S = 3600
LOST = "This picture is lost on disk: its file is missing or damaged."

_SIDES: dict[Variant, int] = {"view": 1_024, "thumbnail": 320}
PREVIEW_SIDE = 512
_NAMES = (*MEDIA_TYPES, *(f"{variant}.jpg" for variant in _SIDES))
_KEY = re.compile(r"[0-9a-f]{64}")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture on disk. key: SHA-256 of the original bytes, hex. width, height: pixels. size: bytes."""

    key: str
    width: int
    height: int
    size: int


class Pictures:
    """The pictures folder. At most two pictures are decoded at a time."""

    def __init__(
        self,
        folder: Path,
        secret: Secret,
        clock: Callable[[], float] = time.time,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._links = Links(secret, clock)
        self._free = free
        self._decoding = threading.Semaphore(2)
        self._remove_orphans(time.time() - ORPHAN_S)

    def add(self, original: bytes) -> StoredPicture:
        """Checks and keeps a picture. Raises BadReply for no picture, NotSaved where the disk refuses."""
        key = hashlib.sha256(original).hexdigest()
        with self._decoding:
            decoded = decode(original, _SIDES.values())
        try:
            _write(self._folder / f"{key}.{SUFFIXES[decoded.format]}", original)
            for variant, side in _SIDES.items():
                _write(self._folder / f"{key}.{variant}.jpg", _sealed(decoded.copies[side]))
        except OSError as error:
            raise NotSaved(
                f"The picture could not be saved: {error.strerror or 'the disk refused it'}.",
                advice="Make space in the data folder, then check again.",
            ) from None
        return StoredPicture(key, decoded.width, decoded.height, len(original))

    def preview(self, encoded: bytes) -> bytes:
        """A JPEG of at most 512 pixels a side, kept nowhere. Raises BadReply for no picture."""
        with self._decoding:
            return decode(encoded, [PREVIEW_SIDE]).copies[PREVIEW_SIDE]

    def path(self, key: str, variant: Variant) -> Path:
        """The file of a picture, found to be whole. A copy that is not is made anew from the original.

        Raises NotFound where there is none, or where the original is damaged too.
        """
        if not _KEY.fullmatch(key):
            raise NotFound("There is no such picture.")
        try:
            return self._original(key) if variant == "original" else self._copy(key, variant)
        except OSError as error:
            raise NotFound(f"The picture cannot be read: {error.strerror or 'the disk failed'}.") from None

    def link(self, key: str, variant: Variant, owner: str) -> str:
        """A path for the owner's browser alone, good for 12 to 24 hours and the same all that time."""
        return f"/pictures/{key}?v={variant}&{self._links.sign(owner, 'picture', key, variant)}"

    def open_link(self, key: str, query: dict[str, str], owner: str | None) -> tuple[Path, Variant]:
        """The file behind a link. Raises NotFound for a bad, expired or somebody else's link alike."""
        known: dict[str | None, Variant] = {"original": "original", "thumbnail": "thumbnail"}
        variant = known.get(query.get("v"), "view")
        try:
            self._links.check(owner, query, "picture", key, variant)
        except NotFound:
            raise NotFound("There is no such picture.") from None
        return self.path(key, variant), variant

    def size(self, key: str) -> int:
        """How many bytes a picture and its copies take."""
        return sum(_size(self._folder / f"{key}.{name}") for name in _NAMES)

    def remove(self, keys: Collection[str]) -> None:
        """Removes pictures and everything made of them. Raises NotSaved where the disk refuses."""
        try:
            for key in keys:
                for path in (self._folder / f"{key}.{name}" for name in _NAMES):
                    _remove(path)
        except OSError as error:
            raise NotSaved(
                f"Pictures could not be removed: {error.strerror or 'the disk refused it'}.",
                advice="Let the server write to the data folder, then try again.",
            ) from None

    @property
    def free_bytes(self) -> int:
        """What the disk has left."""
        return self._free(self._folder)

    def require_space(self) -> None:
        """Raises NotSaved while too little of the disk is left to take another set of pictures."""
        if self.free_bytes < LEAST_FREE:
            raise NotSaved(
                f"The disk is nearly full: {self.free_bytes / 2**20:.0f} MB are free, "
                f"{LEAST_FREE / 2**20:.0f} MB are needed. Nothing was sent.",
                advice="Delete pictures in the history, or make space on the server's disk.",
            )

    def _original(self, key: str) -> Path:
        lost = False
        for suffix in MEDIA_TYPES:
            path = self._folder / f"{key}.{suffix}"
            content = _read(path)
            if content is not None and hashlib.sha256(content).hexdigest() == key:
                return path
            lost = lost or os.path.lexists(path)
        if not lost:
            raise NotFound("There is no such picture.")
        _LOG.error("the file of picture %s is damaged", key)
        raise PictureLost(LOST)

    def _copy(self, key: str, variant: Variant) -> Path:
        path, side = self._folder / f"{key}.{variant}.jpg", _SIDES[variant]
        if not _is_sealed(_read(path)):
            original = self._original(key).read_bytes()
            with self._decoding:
                decoded = decode(original, [side])
            _write(path, _sealed(decoded.copies[side]))
        return path

    def _remove_orphans(self, before: float) -> None:
        """Removes what a crash left of files being written."""
        for path in self._folder.glob(".*"):
            with contextlib.suppress(FileNotFoundError):  # another server is at it too
                if path.is_file() and path.stat().st_mtime < before:
                    path.unlink()


def _sealed(content: bytes) -> bytes:
    """A JPEG followed by the SHA-256 of its bytes, which decoders pass over."""
    return content + hashlib.sha256(content).digest()


def _is_sealed(content: bytes | None) -> bool:
    return content is not None and hashlib.sha256(content[:-32]).digest() == content[-32:]


def _read(path: Path) -> bytes | None:
    """The bytes of a plain file; None where there is none, or a link or a folder in its place."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISREG(path.lstat().st_mode):
            return path.read_bytes()
    return None


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _remove(path: Path) -> None:
    """Removes whatever has a picture file's name, a folder too."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Writes a file so that it is there whole or not at all; one that is there already is left alone."""
    if _read(path) == content:
        return
    if path.is_dir():
        _remove(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
