"""Pictures that are shown while they are drawn: a stream of previews, then the picture itself.

Events of `stream: true` with `partial_images` (github.com/openai/openai-openapi, ImageGenStreamEvent): any
number of `image_generation.partial_image`, one `image_generation.completed` a picture, at the end perhaps
`[DONE]`, which is not promised.
"""

import base64
import contextlib
from collections.abc import Callable
from itertools import chain
from typing import Any

from services.azure.body import clean, mapping, parse_object, whole
from services.azure.resource import Resource
from services.azure.sse import events
from services.azure.transport import Exchange
from services.errors import OutcomeUnknown

EVENT_CAP = 36 * 2**20  # bytes
PREVIEW, COMPLETED = "image_generation.partial_image", "image_generation.completed"


def collect(
    resource: Resource, exchange: Exchange, on_preview: Callable[[bytes], None], most: int
) -> dict[str, Any]:
    """Reads a stream of at most that many events; the same body as of an answer that is not streamed.

    Raises BadReply for an event over 36 MiB, OutcomeUnknown where the stream ends before the picture came.
    """
    pictures: list[dict[str, Any]] = []
    last: dict[str, Any] = {}
    for data in chain.from_iterable(events(exchange, EVENT_CAP, most * EVENT_CAP)):
        if data.startswith("[DONE]"):
            break
        event = parse_object(resource.hide_keys(data))
        if error := mapping(event.get("error")):
            return {"error": error}
        if event.get("type") == PREVIEW:
            with contextlib.suppress(ValueError):  # a preview that cannot be shown is none
                on_preview(base64.b64decode(clean(event.get("b64_json")), validate=True))
        elif event.get("type") == COMPLETED:
            pictures.append(event)
            last = event
    if not pictures:
        raise OutcomeUnknown(
            "The service ended its answer before the picture came.",
            advice="It may have been made, and may be billed.",
            status=exchange.status,
        )
    return {"created": whole(last.get("created_at")), "usage": last.get("usage"), "data": pictures}
