"""The image route that answers with the pictures: whole, or as events with the drawing on its way."""

import asyncio
import base64
import contextlib
import secrets
import time
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from sandbox import moderation
from sandbox.deployments import Operation, deployment_for
from sandbox.drawing import Drawing, read_drawing
from sandbox.encoding import jpeg
from sandbox.limits import Limits
from sandbox.operations import PICTURE_FILTERED, Operations, Paint
from sandbox.wire import EVENTS, WireError, frame, read_body, unless_gone

_SAFETY = "Your request was rejected as a result of our safety system."


class DrawingRoutes:
    """Draws one picture at a time, on a thread of its own; links are those of `operations`."""

    def __init__(self, operations: Operations, paint: Paint, limits: Limits) -> None:
        self._operations = operations
        self._paint = paint
        self._limits = limits
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="sandbox-drawing")

    def stop(self) -> None:
        """Lets the thread go; what it draws is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def generate(self, request: Request) -> Response:
        body = await read_body(request)
        deployment = deployment_for(request, body, Operation.IMAGE)
        asked = read_drawing(body)
        if blocked := moderation.blocking(moderation.judge_prompt(asked.prompt)):
            raise _rejected("input", blocked)
        filtered = asked.n - 1 if moderation.filters_one_picture(asked.prompt) else None
        if filtered == 0:
            raise _rejected("output", ())
        headers = self._limits.spend(deployment.name)
        if asked.stream:
            events = self._events(asked, filtered)
            return StreamingResponse(events, media_type="text/event-stream", headers=EVENTS | headers)
        data = await unless_gone(request, self._whole(asked, filtered, str(request.base_url).rstrip("/")))
        return JSONResponse({"created": int(time.time()), "data": data} | asked.echoed, headers=headers)

    async def _whole(self, asked: Drawing, filtered: int | None, origin: str) -> list[dict[str, Any]]:
        slots: list[dict[str, Any]] = []
        pictures: list[bytes] = []
        for index in range(asked.n):
            if index == filtered:
                slots.append({"error": PICTURE_FILTERED})
                continue
            async for picture in self._drawn(asked, partials=0):
                pictures.append(picture)
                slots.append({"b64_json": _encoded(picture)})
        if not asked.as_link:
            return slots
        links = iter(await asyncio.to_thread(self._operations.keep, pictures, asked.output_format, origin))
        return [slot if "error" in slot else {"url": next(links)} for slot in slots]

    async def _events(self, asked: Drawing, filtered: int | None) -> AsyncGenerator[str]:
        for index in range(asked.n):
            if index == filtered:
                yield frame({"type": "error", "error": PICTURE_FILTERED}, "error")
                continue
            about = {"created_at": int(time.time()), **asked.echoed}
            position, ready = 0, b""
            async for picture in self._drawn(asked, asked.partials):
                if ready:
                    kind = "image_generation.partial_image"
                    partial = {"partial_image_index": position, "b64_json": _encoded(ready)}
                    yield frame({"type": kind, **partial, **about}, kind)
                    position += 1
                ready = picture
            kind = "image_generation.completed"
            yield frame({"type": kind, "b64_json": _encoded(ready), **about}, kind)

    async def _drawn(self, asked: Drawing, partials: int) -> AsyncGenerator[bytes]:
        """The stages of one picture as they are finished; each step waits for the one drawing thread."""
        stages = self._paint(asked.prompt, asked.size, secrets.randbelow(2**32), partials)
        loop = asyncio.get_running_loop()
        while (picture := await loop.run_in_executor(self._pool, _next, stages, asked)) is not None:
            yield picture


def _next(stages: Iterator[bytes], asked: Drawing) -> bytes | None:
    with contextlib.suppress(StopIteration):
        png = next(stages)
        return jpeg(png, asked.compression) if asked.output_format == "jpeg" else png
    return None


def _encoded(picture: bytes) -> str:
    return base64.b64encode(picture).decode("ascii")


def _rejected(stage: str, categories: tuple[str, ...]) -> WireError:
    return WireError(
        400,
        "moderation_blocked",
        _SAFETY,
        type="image_generation_user_error",
        param=None,
        moderation_details={"moderation_stage": stage, "categories": list(categories)},
    )
