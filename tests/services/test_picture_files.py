"""Picture files are checked whenever they are handed out: a damaged one reaches nobody."""

import errno
import hashlib
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from services.config import Secret
from services.errors import NotFound, NotSaved
from services.pictures import Pictures, Variant
from services.pictures.files import LOST, ORPHAN_S
from tests.azure_bodies import picture
from tests.services.following import ME

VARIANTS: list[Variant] = ["view", "thumbnail", "original"]
KEY = hashlib.sha256(picture(1)).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


@pytest.fixture
def pictures(folder: Path) -> Pictures:
    made = Pictures(folder, Secret("signing"))
    made.add(picture(1))
    return made


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[random.Random(3).randrange(len(content))] ^= 1  # noqa: S311
    path.write_bytes(content)


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"<script>")


def linked(path: Path) -> None:
    """To a file with the very bytes: still none of ours."""
    copy = path.parent.parent / path.name
    copy.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(copy)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def gone(path: Path) -> None:
    path.unlink()


DAMAGES = [emptied, truncated, zeroed, flipped, longer, linked, a_folder]


@pytest.mark.parametrize("damage", [*DAMAGES, gone])
def test_a_damaged_original_is_lost_and_what_is_shown_of_it_stays(
    pictures: Pictures, damage: Callable[[Path], None]
) -> None:
    shown = pictures.path(KEY, "view").read_bytes()
    damage(pictures.path(KEY, "original"))
    for _ in range(2):
        with pytest.raises(NotFound) as caught:
            pictures.path(KEY, "original")
    assert str(caught.value) == (LOST if damage is not gone else "There is no such picture.")
    assert pictures.path(KEY, "view").read_bytes() == shown
    assert pictures.add(picture(1)).key == KEY  # made again, it is whole again
    assert pictures.path(KEY, "original").read_bytes() == picture(1)


@pytest.mark.parametrize("damage", [*DAMAGES, gone])
def test_whatever_lies_in_a_picture_s_place_is_removed_with_it(
    pictures: Pictures, folder: Path, damage: Callable[[Path], None]
) -> None:
    for variant in VARIANTS:
        damage(pictures.path(KEY, variant))
    with pytest.raises(NotFound):
        pictures.path(KEY, "original")
    pictures.remove([KEY])
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("variant", ["view", "thumbnail"])
@pytest.mark.parametrize("damage", [*DAMAGES, gone])
def test_a_damaged_copy_is_made_again_from_the_original(
    pictures: Pictures, damage: Callable[[Path], None], variant: Variant
) -> None:
    before = pictures.path(KEY, variant).read_bytes()
    damage(pictures.path(KEY, variant))
    path = pictures.path(KEY, variant)
    assert path.read_bytes() == before and not path.is_symlink()


@pytest.mark.parametrize("damage", DAMAGES)
def test_with_both_damaged_the_picture_is_lost(pictures: Pictures, damage: Callable[[Path], None]) -> None:
    for variant in VARIANTS:
        damage(pictures.path(KEY, variant))
    for variant in VARIANTS:
        with pytest.raises(NotFound, match="lost on disk"):
            pictures.path(KEY, variant)


def test_another_picture_s_bytes_under_this_name_are_damage_too(pictures: Pictures) -> None:
    pictures.path(KEY, "original").write_bytes(picture(2))
    with pytest.raises(NotFound, match="lost on disk"):
        pictures.path(KEY, "original")


def test_a_copy_of_the_last_release_is_made_again_with_its_check(pictures: Pictures, folder: Path) -> None:
    whole = pictures.path(KEY, "view").read_bytes()
    (folder / f"{KEY}.view.jpg").write_bytes(whole[:-32])
    (folder / f"{KEY}.thumbnail.jpg").unlink()
    assert pictures.path(KEY, "view").read_bytes() == whole
    with Image.open(pictures.path(KEY, "thumbnail")) as image:
        image.load()
        assert max(image.size) <= 320


def test_a_file_that_cannot_be_read_just_now_is_not_lost(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    for variant in VARIANTS:
        with monkeypatch.context() as patched, pytest.raises(NotFound, match="cannot be read: Too many open"):
            patched.setattr(Path, "read_bytes", fail)
            pictures.path(KEY, variant)
    assert all(pictures.path(KEY, variant) for variant in VARIANTS)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("step", ["open", "write", "fsync", "rename"])
def test_a_refused_step_of_a_write_is_told_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    pictures = Pictures(folder, Secret("signing"))

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    class Refusing:
        """A file that takes no byte."""

        write = flush = fail

        def __enter__(self) -> "Refusing":
            return self

        def __exit__(self, *_: object) -> None:
            pass

    replaced = {
        "open": (Path, "open", fail),
        "write": (Path, "open", lambda *_: Refusing()),
        "fsync": (os, "fsync", fail),
        "rename": (Path, "replace", fail),
    }
    with monkeypatch.context() as patched, pytest.raises(NotSaved) as caught:
        patched.setattr(*replaced[step])
        pictures.add(picture(1))
    assert os.strerror(code) in str(caught.value) and caught.value.advice
    assert list(folder.iterdir()) == []
    assert pictures.add(picture(1)).key == KEY  # the disk takes it again


def test_what_a_crash_left_half_written_goes_after_an_hour_and_nothing_else(
    pictures: Pictures, folder: Path
) -> None:
    old, young, foreign = folder / ".a.png.1.1", folder / ".b.png.1.1", folder / "notes.txt"
    for path in (old, young, foreign):
        path.write_bytes(b"half")
    (folder / ".folder").mkdir()
    long_ago = time.time() - ORPHAN_S - 1
    for path in [*folder.iterdir()]:
        if path != young:
            os.utime(path, (long_ago, long_ago))
    Pictures(folder, Secret("signing"))
    assert not old.exists()
    assert young.exists() and foreign.exists() and (folder / ".folder").exists()
    assert all(pictures.path(KEY, variant) for variant in VARIANTS)


def test_a_thumbnail_is_small_and_has_a_link_of_its_own(pictures: Pictures) -> None:
    link = pictures.link(KEY, "thumbnail", ME)
    query = dict(part.split("=") for part in link.partition("?")[2].split("&"))
    assert pictures.open_link(KEY, query, ME) == (pictures.path(KEY, "thumbnail"), "thumbnail")
    with pytest.raises(NotFound):
        pictures.open_link(KEY, query | {"v": "original"}, ME)


def test_removing_leaves_nothing_behind(pictures: Pictures, folder: Path) -> None:
    pictures.add(picture(2))
    flipped(pictures.path(KEY, "original"))
    with pytest.raises(NotFound):
        pictures.path(KEY, "original")
    pictures.remove([KEY, "0" * 64])
    assert {path.name[:64] for path in folder.iterdir()} == {hashlib.sha256(picture(2)).hexdigest()}
    assert (pictures.size(KEY), pictures.size("0" * 64)) == (0, 0)
