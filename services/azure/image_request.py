"""What a person asks of an image model, checked before anything is sent."""

from dataclasses import asdict, dataclass
from typing import Any

from services.azure.image_families import ImageFamily, size_problem
from services.config import is_version
from services.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """What to draw. deployment: None for the asynchronous route, which has none. size: width x height.

    endpoint: where a connection of one's own goes that it is sent through, None for the server's connection.
    output_compression: 0–100, for jpeg. partial_images: previews of a single picture while it is drawn, 0–3;
    of several none is asked for. None leaves a field to the settings or to the service's own default.
    """

    prompt: str
    endpoint: str | None = None
    deployment: str | None = None
    api_version: str | None = None
    n: int = 1
    size: str = "1024x1024"
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    moderation: str | None = None
    partial_images: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a row of the store."""
        return asdict(self)

    def body(self) -> dict[str, Any]:
        """The JSON body the service takes; what is None is left out."""
        fields = asdict(self)
        streamed = {"stream": True} if self.n == 1 and self.partial_images else {"partial_images": None}
        left_out = ("endpoint", "deployment", "api_version")
        asked = {name: value for name, value in (fields | streamed).items() if name not in left_out}
        return {name: value for name, value in asked.items() if value is not None}


def check(request: ImageRequest, family: ImageFamily) -> None:
    """Raises Invalid, with the sentence for the person, where the service would refuse the request."""
    length, formats = len(request.prompt), (request.output_format or "png", request.background)
    wrong_size = size_problem(family, request.size)
    rules = (
        (request.prompt != "", "Write a prompt first."),
        (
            length <= family.prompt_cap,
            f"The prompt has {length:,} characters; this model takes at most {family.prompt_cap:,}. "
            "Shorten it.",
        ),
        (
            1 <= request.n <= family.most,
            f"The number of images must be from 1 to {family.most}."
            if family.most > 1
            else "This model makes one image at a time.",
        ),
        (not wrong_size, wrong_size),
        (
            request.api_version is None or is_version(request.api_version),
            "The API version must be a date such as 2024-10-21, or v1.",
        ),
        (formats != ("jpeg", "transparent"), "A transparent background needs the format png."),
        (
            request.output_compression is None or 0 <= request.output_compression <= 100,
            "The compression must be from 0 to 100.",
        ),
        (
            0 <= (request.partial_images or 0) <= family.previews,
            f"The number of previews must be from 0 to {family.previews}."
            if family.previews
            else "This model shows no previews.",
        ),
    )
    for holds, sentence in rules:
        if not holds:
            raise Invalid(f"{sentence} Nothing was sent.")
