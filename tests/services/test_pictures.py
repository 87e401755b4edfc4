"""Pictures: what is no picture is refused, what is one is kept byte for byte, links are for one owner."""

import errno
import hashlib
import io
import os
import random
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from PIL import Image, PngImagePlugin

from services.config import Secret
from services.errors import BadReply, ConfigError, NotFound, NotSaved
from services.links import signing_secret
from services.pictures import Pictures
from tests.azure_bodies import picture
from tests.services.following import ME, OTHER
from tests.services.test_store import full_disk

HOUR = 3_600
FRAME = Image.new("RGB", (16, 12))
INSTEAD = "where a PNG, JPEG or WebP picture was expected."
Size = tuple[int, int]


def encode(format: str, size: Size = (16, 12), mode: str = "RGB", **options: Any) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(file, format, **options)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A picture that promises a size and holds nothing."""
    ihdr = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    parts = [ihdr, b"IDAT" + zlib.compress(b"\0" * 100), b"IEND"]
    chunks = (
        (len(part) - 4).to_bytes(4, "big") + part + zlib.crc32(part).to_bytes(4, "big") for part in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


@pytest.fixture
def pictures(folder: Path) -> Pictures:
    return Pictures(folder, Secret("signing"), clock=lambda: 100 * HOUR)


def shown(pictures: Pictures, key: str) -> Image.Image:
    with Image.open(pictures.path(key, "view")) as image:
        image.load()
        return image


# -- what is kept


@pytest.mark.parametrize(
    ("original", "suffix"),
    [
        (encode("PNG"), "png"),
        (encode("JPEG"), "jpg"),
        (encode("WEBP"), "webp"),
        (encode("PNG", mode="RGBA"), "png"),
        (encode("PNG", mode="P"), "png"),
        (encode("PNG", mode="LA"), "png"),
        (encode("PNG", mode="1"), "png"),
        (encode("PNG", mode="I;16"), "png"),
        (encode("JPEG", mode="CMYK"), "jpg"),
        (encode("JPEG", mode="L"), "jpg"),
        (encode("PNG", size=(1, 1)), "png"),
        (encode("PNG", size=(4_096, 3)), "png"),
        (encode("PNG") + b"<script>alert(1)</script>", "png"),
        (encode("PNG") + b"PK\x03\x04", "png"),
    ],
)
def test_an_original_is_kept_byte_for_byte(pictures: Pictures, original: bytes, suffix: str) -> None:
    stored = pictures.add(original)
    path = pictures.path(stored.key, "original")
    assert stored.key == hashlib.sha256(original).hexdigest()
    assert (path.read_bytes(), path.suffix, stored.size) == (original, f".{suffix}", len(original))
    with Image.open(io.BytesIO(original)) as image:
        assert (stored.width, stored.height) == image.size


def test_what_is_shown_is_another_file_without_what_hid_behind_the_end(pictures: Pictures) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "HIDDEN")
    stored = pictures.add(encode("PNG", pnginfo=info) + b"HIDDEN<script>")
    view = pictures.path(stored.key, "view")
    assert view.suffix == ".jpg" and b"HIDDEN" not in view.read_bytes()
    assert b"HIDDEN" in pictures.path(stored.key, "original").read_bytes()


@pytest.mark.parametrize(
    ("size", "expected"), [((16, 12), (16, 12)), ((2_048, 1_024), (1_024, 512)), ((10, 3_000), (3, 1_024))]
)
def test_what_is_shown_is_at_most_1024_pixels_a_side(pictures: Pictures, size: Size, expected: Size) -> None:
    assert shown(pictures, pictures.add(encode("PNG", size=size)).key).size == expected


def test_what_is_shown_stands_upright(pictures: Pictures) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert shown(pictures, pictures.add(encode("JPEG", exif=exif)).key).size == (12, 16)


def test_transparency_is_shown_on_white(pictures: Pictures) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(file, "PNG")
    assert shown(pictures, pictures.add(file.getvalue()).key).getpixel((4, 4)) == (255, 255, 255)


def test_the_same_picture_is_one_picture(pictures: Pictures, folder: Path) -> None:
    assert pictures.add(picture(1)) == pictures.add(picture(1))
    assert len(list(folder.iterdir())) == 3
    assert pictures.add(picture(2)).key != pictures.add(picture(1)).key


def test_many_threads_may_add_the_same_picture(pictures: Pictures, folder: Path) -> None:
    keys: list[str] = []
    threads = [threading.Thread(target=lambda: keys.append(pictures.add(picture(1)).key)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8 and len(set(keys)) == 1 and len(list(folder.iterdir())) == 3


# -- what is refused


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "an empty picture."),
        (b"<html><body>Error</body></html>", f"a web page {INSTEAD}"),
        (b"\n<!DOCTYPE html>", f"a web page {INSTEAD}"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", f"an SVG drawing {INSTEAD}"),
        (b"<?xml version='1.0'?>\n<svg/>", f"an SVG drawing {INSTEAD}"),
        (b'{"error": {}}', f"a JSON text {INSTEAD}"),
        (b"%PDF-1.7 ...", f"a PDF document {INSTEAD}"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", f"a PostScript file {INSTEAD}"),
        (b"PK\x03\x04" + encode("PNG"), f"a ZIP archive {INSTEAD}"),
        (b"RIFF\x00\x00\x00\x00WAVE", f"something unknown {INSTEAD}"),
        (encode("GIF"), f"a GIF {INSTEAD}"),
        (encode("BMP"), f"a BMP picture {INSTEAD}"),
        (encode("TIFF"), f"a TIFF picture {INSTEAD}"),
        (encode("ICO", size=(16, 16)), f"an icon {INSTEAD}"),
        (b"\x89PNG\r\n\x1a\n", "a picture that is damaged or not complete."),
        (png_header(4_000, 4_000), "a picture that is damaged or not complete."),
        (encode("PNG", save_all=True, append_images=[Image.new("RGB", (16, 12))]), f"an animation {INSTEAD}"),
        (
            encode("WEBP", save_all=True, append_images=[Image.new("RGB", (16, 12))]),
            f"an animation {INSTEAD}",
        ),
        (encode("PNG", size=(4_097, 1)), "a picture that is too large: 4097×1 pixels."),
        (png_header(1, 1_000_000), "a picture that is too large: 1×1000000 pixels."),
        (png_header(4_000, 4_400), "a picture that is too large: 4000×4400 pixels."),
        (png_header(9_400, 9_400), "a picture that is too large: 9400×9400 pixels."),
        (png_header(12_000, 12_000), "a picture that is too large to be opened."),
        (png_header(65_000, 65_000), "a picture that is too large to be opened."),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(
    pictures: Pictures, folder: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(BadReply) as caught:
        pictures.add(content)
    assert str(caught.value) == f"The service sent {reason}" and caught.value.advice
    assert list(folder.iterdir()) == []


def test_a_bomb_in_a_text_chunk_is_refused(pictures: Pictures) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("bomb", "x" * 2**23, zip=True)
    with pytest.raises(BadReply, match="hides far too much text"):
        pictures.add(encode("PNG", pnginfo=info))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_refused_wherever_it_ends(
    pictures: Pictures, folder: Path, format: str
) -> None:
    whole = encode(format)
    last = len(whole) - (4 if format == "PNG" else 2)  # the checksum of PNG's empty last chunk may be missing
    for size in range(1, last, max(1, last // 60)):
        with pytest.raises(BadReply):
            pictures.add(whole[:size])
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_picture_is_kept_or_refused_and_nothing_else(pictures: Pictures, format: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "text"
    whole, chance = encode(format, exif=exif), random.Random(7)  # noqa: S311
    for _ in range(400):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            pictures.add(bytes(damaged))
        except BadReply:
            continue


def test_exif_that_no_decoder_understands_is_refused_in_words(pictures: Pictures) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "text"
    whole = encode("PNG", exif=exif)
    at = whole.index(b"eXIf") + 4
    length = int.from_bytes(whole[at - 8 : at - 4], "big")
    for position in range(at, at + length):
        for value in (0, 1, 255):
            data = whole[:position] + bytes([value]) + whole[position + 1 :]
            crc = zlib.crc32(data[at - 4 : at + length]).to_bytes(4, "big")
            try:
                pictures.add(data[: at + length] + crc + data[at + length + 4 :])
            except BadReply as refused:
                assert str(refused).startswith("The service sent a picture that is damaged")


def test_a_full_disk_is_told_and_leaves_no_half_file(pictures: Pictures, folder: Path) -> None:
    with (
        full_disk(),
        pytest.raises(NotSaved, match="^The picture could not be saved: File too large.") as caught,
    ):
        pictures.add(picture(1))
    assert "space" in caught.value.advice and list(folder.iterdir()) == []
    assert pictures.path(pictures.add(picture(1)).key, "original").read_bytes() == picture(1)


def test_a_missing_folder_is_told(pictures: Pictures, folder: Path) -> None:
    folder.rmdir()
    with pytest.raises(NotSaved, match="could not be saved"):
        pictures.add(picture(1))


# -- files and links


@pytest.mark.parametrize("key", ["", "x", "0" * 63, "0" * 64, "../secret", "A" * 64, "0" * 64 + "\n"])
def test_a_key_that_is_none_finds_nothing(pictures: Pictures, key: str) -> None:
    for variant in ("view", "original"):
        with pytest.raises(NotFound):
            pictures.path(key, variant)


def test_neither_a_symlink_nor_a_folder_is_a_picture(
    pictures: Pictures, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    (folder / f"{'a' * 64}.png").symlink_to(tmp_path / "secret")
    (folder / f"{'b' * 64}.png").mkdir()
    for key in ("a" * 64, "b" * 64):
        with pytest.raises(NotFound):
            pictures.path(key, "original")


def follow(pictures: Pictures, link: str, owner: str | None = ME, **changes: str) -> tuple[Path, str]:
    parts = urlsplit(link)
    return pictures.open_link(parts.path.rsplit("/", 1)[1], dict(parse_qsl(parts.query)) | changes, owner)


def test_a_link_opens_its_picture_for_its_owner(pictures: Pictures) -> None:
    key = pictures.add(picture(1)).key
    for variant in ("view", "original"):
        link = pictures.link(key, variant, ME)
        assert follow(pictures, link) == (pictures.path(key, variant), variant)
        assert link.startswith(f"/pictures/{key}?") and ME not in link


def test_a_link_of_any_other_kind_is_not_found(pictures: Pictures) -> None:
    key, another = pictures.add(picture(1)).key, pictures.add(picture(2)).key
    link = pictures.link(key, "view", ME)
    query = dict(parse_qsl(urlsplit(link).query))
    attempts: list[Callable[[], Any]] = [
        lambda: follow(pictures, link, OTHER),
        lambda: follow(pictures, link, None),
        lambda: follow(pictures, link, ""),
        lambda: follow(pictures, link, v="original"),
        lambda: follow(pictures, link, e=str(int(query["e"]) + 1)),
        lambda: follow(pictures, link, e="9" * 13),
        lambda: follow(pictures, link, e="-1"),
        lambda: follow(pictures, link, e="soon"),
        lambda: follow(pictures, link, s=""),
        lambda: follow(pictures, link, s=query["s"][:-1]),
        lambda: follow(pictures, link, s="é" * 64),
        lambda: follow(pictures, link.replace(key, another)),
        lambda: follow(pictures, link.replace(key, "0" * 64)),
        lambda: pictures.open_link(key, {}, ME),
        lambda: pictures.open_link("random", {}, ME),
        lambda: follow(pictures, pictures.link("0" * 64, "view", ME)),
    ]
    sentences = set()
    for attempt in attempts:
        with pytest.raises(NotFound) as caught:
            attempt()
        sentences.add(str(caught.value))
    assert sentences == {"There is no such picture."}  # nobody learns whether there is one


def test_a_link_is_good_for_half_a_day_to_a_day_and_stays_the_same(folder: Path) -> None:
    now = [100.0 * HOUR]
    pictures = Pictures(folder, Secret("signing"), clock=lambda: now[0])
    key = pictures.add(picture(1)).key
    link = pictures.link(key, "view", ME)
    now[0] += 7 * HOUR
    assert pictures.link(key, "view", ME) == link
    now[0] += 5 * HOUR
    assert follow(pictures, link)
    assert pictures.link(key, "view", ME) != link
    now[0] += 12 * HOUR
    with pytest.raises(NotFound):
        follow(pictures, link)


def test_a_link_is_worth_nothing_under_another_secret(pictures: Pictures, folder: Path) -> None:
    link = pictures.link(pictures.add(picture(1)).key, "view", ME)
    with pytest.raises(NotFound):
        follow(Pictures(folder, Secret("another"), clock=lambda: 100 * HOUR), link)


# -- the secret


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = signing_secret(None, tmp_path / "data").reveal()
    path = tmp_path / "data" / "secret"
    assert signing_secret(None, tmp_path / "data").reveal() == first == path.read_text()
    assert (len(first), path.stat().st_mode & 0o777) == (64, 0o600)
    assert [each.name for each in path.parent.iterdir()] == ["secret"]
    assert signing_secret(Secret("given"), tmp_path / "data").reveal() == "given"


def test_servers_that_start_together_share_one_secret(tmp_path: Path) -> None:
    found: list[str] = []
    gate = threading.Barrier(8)

    def work() -> None:
        gate.wait()
        found.append(signing_secret(None, tmp_path / "data").reveal())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1 and len(found[0]) == 64


def test_a_disk_without_hard_links_takes_a_secret_that_is_there_and_else_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with pytest.raises(ConfigError) as caught:
        signing_secret(None, tmp_path)
    (problem,) = caught.value.problems
    assert (problem.variable, list(tmp_path.iterdir())) == ("PLAYGROUND_SECRET", [])
    assert "Operation not permitted" in problem.what and problem.mend
    (tmp_path / "secret").write_text("kept")
    assert signing_secret(None, tmp_path).reveal() == "kept"


def test_a_secret_that_cannot_be_written_is_never_an_empty_one(tmp_path: Path) -> None:
    with full_disk(), pytest.raises(ConfigError, match="PLAYGROUND_SECRET"):
        signing_secret(None, tmp_path / "data")
    assert len(signing_secret(None, tmp_path / "data").reveal()) == 64
