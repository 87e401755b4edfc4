"""What each family of image models takes, told from its model's name.

Values: learn.microsoft.com "How to use image generation models" and the 2024-10-21 inference specification.
The asynchronous route has no deployment: it is DALL·E 2's, and the first of the families here.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFamily:
    """sizes: width x height in pixels, the first is the default; free_size: others too, within limits.

    most: pictures a request. prompt_cap: characters. api_version: the first that serves it. Empty tuples mean
    that the family has no such knob.
    """

    sizes: tuple[str, ...]
    most: int
    prompt_cap: int
    api_version: str
    free_size: bool = False
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
)
GPT_IMAGE_2 = ImageFamily(
    sizes=GPT_IMAGE.sizes,
    most=GPT_IMAGE.most,
    prompt_cap=GPT_IMAGE.prompt_cap,
    api_version=GPT_IMAGE.api_version,
    free_size=True,
    qualities=GPT_IMAGE.qualities,
    backgrounds=GPT_IMAGE.backgrounds,
    formats=GPT_IMAGE.formats,
    moderations=GPT_IMAGE.moderations,
)


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


def fits(family: ImageFamily, size: str) -> bool:
    """Whether the family draws this size."""
    if size in family.sizes:
        return True
    found = re.fullmatch(r"([1-9][0-9]{0,3})x([1-9][0-9]{0,3})", size)
    if not family.free_size or found is None:
        return False
    width, height = int(found[1]), int(found[2])
    return (
        width % 16 == height % 16 == 0
        and max(width, height) <= 3_840
        and max(width, height) <= 3 * min(width, height)
        and 655_360 <= width * height <= 8_294_400
    )
