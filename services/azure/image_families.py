"""What each family of image models takes, told from its model's name.

Values: learn.microsoft.com "How to use image generation models" and the 2024-10-21 inference specification.
The asynchronous route has no deployment: it is DALL·E 2's, and the first of the families here.
"""

import re
from dataclasses import dataclass, replace

# gpt-image-2's free sizes: pixels a side, times the shorter side, pixels in all
STEP, LONGEST, STRETCH, FEWEST, MOST = 16, 3_840, 3, 655_360, 8_294_400


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFamily:
    """sizes: width x height in pixels, the first is the default; free_size: others too, within limits.

    most: pictures a request. previews: of a picture while it is drawn, at most. prompt_cap: characters.
    api_version: the first that serves it. Empty tuples mean that the family has no such knob.
    """

    sizes: tuple[str, ...]
    most: int
    prompt_cap: int
    api_version: str
    free_size: bool = False
    previews: int = 0
    qualities: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    backgrounds: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    moderations: tuple[str, ...] = ()


ASYNCHRONOUS = ImageFamily(
    sizes=("1024x1024", "512x512", "256x256"), most=5, prompt_cap=1_000, api_version="2023-06-01-preview"
)
DALL_E_3 = ImageFamily(
    sizes=("1024x1024", "1792x1024", "1024x1792"),
    most=1,
    prompt_cap=4_000,
    api_version="2024-10-21",
    qualities=("standard", "hd"),
    styles=("vivid", "natural"),
)
GPT_IMAGE = ImageFamily(
    sizes=("1024x1024", "1024x1536", "1536x1024", "auto"),
    most=10,
    prompt_cap=32_000,
    api_version="2025-04-01-preview",
    qualities=("auto", "low", "medium", "high"),
    backgrounds=("auto", "opaque", "transparent"),
    formats=("png", "jpeg"),
    moderations=("auto", "low"),
    previews=3,
)
GPT_IMAGE_2 = replace(GPT_IMAGE, free_size=True)


def image_family(model: str | None) -> ImageFamily:
    """The family of a model's name, or of a deployment named after its model; None is the asynchronous route.

    An unknown name is taken for a gpt-image model: the only ones that are still deployed.
    """
    if model is None:
        return ASYNCHRONOUS
    name = model.strip().lower()
    if re.match(r"dall-?e-?3", name):
        return DALL_E_3
    return GPT_IMAGE_2 if re.match(r"gpt-image-2", name) else GPT_IMAGE


def size_problem(family: ImageFamily, size: str) -> str:
    """What is wrong with a size, in a sentence that says what would be right; empty where nothing is."""
    listed = ", ".join(family.sizes)
    if size in family.sizes:
        return ""
    if not family.free_size:
        return f"The size must be one of {listed}."
    found = re.fullmatch(r"([1-9][0-9]{0,3})x([1-9][0-9]{0,3})", size)
    if found is None:
        return f"The size must be one of {listed}, or width x height in pixels, such as 1280x720."
    width, height = int(found[1]), int(found[2])
    nearest = "x".join(str(max(1, round(side / STEP)) * STEP) for side in (width, height))
    rules = (
        (
            width % STEP == height % STEP == 0,
            f"Both sides of the size must be multiples of {STEP}, for example {nearest}.",
        ),
        (max(width, height) <= LONGEST, f"No side of the size may be longer than {LONGEST:,} pixels."),
        (
            max(width, height) <= STRETCH * min(width, height),
            f"The longer side of the size may be at most {STRETCH} times the shorter one.",
        ),
        (
            FEWEST <= width * height <= MOST,
            f"{size} has {width * height:,} pixels; this model makes from {FEWEST:,} to {MOST:,}.",
        ),
    )
    return next((sentence for holds, sentence in rules if not holds), "")
