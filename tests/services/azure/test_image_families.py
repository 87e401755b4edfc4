"""What a model's name tells about the pictures it makes."""

import pytest

from services.azure.image_families import (
    ASYNCHRONOUS,
    DALL_E_3,
    GPT_IMAGE,
    GPT_IMAGE_2,
    ImageFamily,
    image_family,
    size_problem,
)

FAMILIES = (ASYNCHRONOUS, DALL_E_3, GPT_IMAGE, GPT_IMAGE_2)


@pytest.mark.parametrize(
    ("model", "family"),
    [
        (None, ASYNCHRONOUS),
        ("dall-e-3", DALL_E_3),
        ("Dalle3", DALL_E_3),
        (" DALL-E-3 ", DALL_E_3),
        ("dalle-3-hd", DALL_E_3),
        ("gpt-image-1", GPT_IMAGE),
        ("gpt-image-1-mini", GPT_IMAGE),
        ("gpt-image-1.5", GPT_IMAGE),
        ("GPT-Image-2", GPT_IMAGE_2),
        ("gpt-image-2-2026-04-21", GPT_IMAGE_2),
        ("pictures", GPT_IMAGE),
        ("my-dall-e-3", GPT_IMAGE),
        ("", GPT_IMAGE),
    ],
)
def test_a_name_tells_the_family(model: str | None, family: ImageFamily) -> None:
    assert image_family(model) is family


@pytest.mark.parametrize("family", FAMILIES)
def test_every_listed_size_is_drawn_and_the_square_is_the_default(family: ImageFamily) -> None:
    assert all(size_problem(family, size) == "" for size in family.sizes)
    assert family.sizes[0] == "1024x1024"


@pytest.mark.parametrize(
    ("family", "sizes", "most", "cap"),
    [
        (ASYNCHRONOUS, {"256x256", "512x512", "1024x1024"}, 5, 1_000),
        (DALL_E_3, {"1024x1024", "1792x1024", "1024x1792"}, 1, 4_000),
        (GPT_IMAGE, {"1024x1024", "1024x1536", "1536x1024", "auto"}, 10, 32_000),
        (GPT_IMAGE_2, {"1024x1024", "1024x1536", "1536x1024", "auto"}, 10, 32_000),
    ],
)
def test_each_family_has_its_limits(family: ImageFamily, sizes: set[str], most: int, cap: int) -> None:
    assert (set(family.sizes), family.most, family.prompt_cap) == (sizes, most, cap)


@pytest.mark.parametrize(
    "size", ["", "AUTO", "1024", "1024x", "1024X1024", "1024×1024", "2048x2048", "512x512"]
)
@pytest.mark.parametrize("family", [DALL_E_3, GPT_IMAGE])
def test_no_other_size_is_drawn(family: ImageFamily, size: str) -> None:
    assert size_problem(family, size) == f"The size must be one of {', '.join(family.sizes)}."


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        ("1040x1024", True),
        ("1032x1024", False),  # no multiple of 16
        ("1024x1032", False),
        ("3840x2160", True),  # 8,294,400 pixels, the most
        ("2160x3840", True),
        ("3840x2176", False),
        ("3856x2048", False),  # too long a side
        ("2048x3856", False),
        ("1024x640", True),  # 655,360 pixels, the least
        ("1024x624", False),
        ("640x1024", True),
        ("512x512", False),
        ("2304x768", True),  # 3 to 1
        ("768x2304", True),
        ("2320x768", False),
        ("768x2320", False),
        ("3840x1280", True),
        ("3840x1264", False),
        ("2880x2880", True),  # 8,294,400 again
        ("2896x2880", False),
        ("0x0", False),
        ("0x1024", False),
        ("16x16", False),
        ("-1024x1024", False),
        ("01024x1024", False),
        ("0960x0960", False),
        ("960x960", True),
        ("10240x1024", False),
        ("1024x1024\n", False),
        (" 1024x1024", False),
        ("1024 x 1024", False),
        ("１０４０x１０２４", False),  # full-width digits
        ("1040.0x1024", False),
        ("auto", True),
        ("", False),
    ],
)
def test_a_free_size_has_bounds(size: str, drawn: bool) -> None:
    assert (size_problem(GPT_IMAGE_2, size) == "") is drawn


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        (
            "large",
            "The size must be one of 1024x1024, 1024x1536, 1536x1024, auto, "
            "or width x height in pixels, such as 1280x720.",
        ),
        ("1000x750", "Both sides of the size must be multiples of 16, for example 992x752."),
        ("3x1024", "Both sides of the size must be multiples of 16, for example 16x1024."),
        ("4096x2048", "No side of the size may be longer than 3,840 pixels."),
        ("3200x640", "The longer side of the size may be at most 3 times the shorter one."),
        ("512x512", "512x512 has 262,144 pixels; this model makes from 655,360 to 8,294,400."),
    ],
)
def test_a_free_size_that_is_not_drawn_says_what_would_be(size: str, sentence: str) -> None:
    assert size_problem(GPT_IMAGE_2, size) == sentence


def test_only_the_families_that_have_a_knob_name_its_values() -> None:
    knobs = ("qualities", "styles", "backgrounds", "formats", "moderations")
    had = [{knob for knob in knobs if getattr(family, knob)} for family in FAMILIES]
    gpt = {"qualities", "backgrounds", "formats", "moderations"}
    assert had == [set(), {"qualities", "styles"}, gpt, gpt]
    assert [family.free_size for family in FAMILIES] == [False, False, False, True]
