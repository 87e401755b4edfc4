"""Reading requests for pictures that are waited for: the fields of gpt-image models, and `response_format`.

Fields and ranges: learn.microsoft.com "How to use image generation models".
"""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.wire import Fields, WireError, invalid

MOST_PARTIALS = 3
_LONGEST_PROMPT = 32_000  # characters
_MOST_PICTURES = 10
_DEFAULT_SIZE = "1024x1024"
_SMALLEST, _LARGEST = 655_360, 8_294_400  # pixels
_SIZE = re.compile(r"([1-9]\d{1,3})x([1-9]\d{1,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What to draw. size: width and height in pixels. compression: 0 to 100, of a jpeg. partials: 0 to 3."""

    prompt: str
    n: int
    size: tuple[int, int]
    quality: str
    background: str
    output_format: str
    compression: int
    as_link: bool
    stream: bool
    partials: int

    @property
    def echoed(self) -> dict[str, str]:
        """The settings as an answer repeats them."""
        return {
            "size": "{}x{}".format(*self.size),
            "quality": self.quality,
            "background": self.background,
            "output_format": self.output_format,
        }


def read_drawing(body: dict[str, Any]) -> Drawing:
    """Reads the body; raises the service's 400 for what it does not take."""
    fields = Fields(body, ignored=("model", "user"), unsupported=("style", "input_fidelity"))
    prompt = fields.get("prompt")
    if not isinstance(prompt, str) or not 1 <= len(prompt) <= _LONGEST_PROMPT:
        raise invalid(f"'prompt' must be a string of 1 to {_LONGEST_PROMPT} characters", "prompt")
    background = fields.choice("background", "auto", ("auto", "opaque", "transparent"))
    if background == "transparent":
        raise WireError(
            400,
            "unsupported_value",
            "Unsupported value: 'background' does not support transparent with this model.",
            type="invalid_request_error",
            param="background",
        )
    stream = fields.boolean("stream")
    partials = fields.integer("partial_images", 0, 0, MOST_PARTIALS)
    if partials and not stream:
        raise invalid("'partial_images' is only allowed when 'stream' is true", "partial_images")
    image_format = fields.choice("output_format", "png", ("png", "jpeg"))
    compression = fields.integer("output_compression", 100, 0, 100)
    if compression != 100 and image_format != "jpeg":
        raise invalid("'output_compression' needs 'output_format' to be jpeg", "output_compression")
    drawing = Drawing(
        prompt=prompt,
        n=fields.integer("n", 1, 1, _MOST_PICTURES),
        size=_size(fields.get("size")),
        quality=_settled(fields.choice("quality", "auto", ("auto", "low", "medium", "high")), "high"),
        background="opaque",
        output_format=image_format,
        compression=compression,
        as_link=fields.choice("response_format", "b64_json", ("b64_json", "url")) == "url",
        stream=stream,
        partials=partials,
    )
    fields.choice("moderation", "auto", ("auto", "low"))
    fields.finish()
    return drawing


def _settled(value: str, default: str) -> str:
    return default if value == "auto" else value


def _size(value: Any) -> tuple[int, int]:
    text = _DEFAULT_SIZE if value in (None, "auto") else str(value)
    found = _SIZE.fullmatch(text)
    width, height = (int(found[1]), int(found[2])) if found else (0, 0)
    if (
        found is None
        or width % 16
        or height % 16
        or max(width, height) > min(3_840, 3 * min(width, height))
        or not _SMALLEST <= width * height <= _LARGEST
    ):
        raise invalid(
            f"{text[:20]!r} is not a size - 'size': both sides are multiples of 16, up to 3840 and no longer "
            f"than 3 to 1, with {_SMALLEST} to {_LARGEST} pixels",
            "size",
        )
    return width, height
