"""A fake Azure that streams and paints by the clock, so that what is measured is what lies in front of it.

    python -m bench.upstream PORT LOG

The prompt says what happens: "stream 2000 at 200" is 2,000 tokens at 200 a second ("at max": as fast as they
are read), "ready 2.3" a picture that is ready 2.3 s after its submit. Token i is i in base 36 and "; ", so a
page can be asked which it shows. LOG gets one JSON object a line, its times CLOCK_MONOTONIC in seconds.
"""

import asyncio
import contextlib
import io
import json
import random
import re
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PARAGRAPH = 50  # tokens
PICTURE_SIDE = 1024  # pixels
_STREAM = re.compile(r"stream (\d+) at (\d+|max)")
_READY = re.compile(r"ready ([\d.]+)")


def token(position: int) -> str:
    """The text of a token; every fiftieth ends its paragraph."""
    name = ""
    rest = position
    while rest or not name:
        rest, digit = divmod(rest, 36)
        name = DIGITS[digit] + name
    return name + (";\n\n" if position % PARAGRAPH == PARAGRAPH - 1 else "; ")


def text(tokens: int) -> str:
    """What a stream of so many tokens says."""
    return "".join(map(token, range(tokens)))


def picture() -> bytes:
    """A PNG of about 1.9 MB, as a photograph-like picture of that size is."""
    noise = np.random.default_rng(7)
    y, x = np.mgrid[0:PICTURE_SIDE, 0:PICTURE_SIDE] / PICTURE_SIDE
    tones = np.stack(
        [120 + 90 * np.sin(3 * x + 2 * y), 110 + 80 * np.cos(4 * y - x), 130 + 70 * np.sin(5 * x * y)], 2
    )
    grainy = np.clip(tones + noise.normal(0, 5.2, tones.shape), 0, 255).astype(np.uint8)
    kept = io.BytesIO()
    Image.fromarray(grainy).save(kept, "PNG")
    return kept.getvalue()


class Upstream:
    """The routes; `faults` is the share of completions that break off or are refused."""

    def __init__(self, log: Path, faults: float = 0.0) -> None:
        self._log = log.open("a", buffering=1)
        self._faults = faults
        self._chance = random.Random(1)  # noqa: S311 (spreads faults, protects nothing)
        self._ready: dict[str, float] = {}
        self._picture = picture()
        self.app = Starlette(
            routes=[
                Route("/openai/deployments/{name}/completions", self._complete, methods=["POST"]),
                Route("/openai/images/generations:submit", self._submit, methods=["POST"]),
                Route("/openai/operations/images/{id}", self._poll),
                Route("/pictures/{id}.png", self._fetch),
                Route("/healthz", lambda _: Response("ok")),
            ]
        )

    def _tell(self, event: str, **facts: Any) -> None:
        self._log.write(json.dumps({"event": event, **facts}) + "\n")

    async def _complete(self, request: Request) -> Response:
        asked = time.monotonic()
        prompt = str((await request.json()).get("prompt", ""))
        found = _STREAM.search(prompt)
        tokens, rate = (int(found[1]), 0 if found[2] == "max" else int(found[2])) if found else (64, 0)
        fault = self._chance.choice(("refuse", "break")) if self._chance.random() < self._faults else ""
        self._tell("completion", at=asked, prompt=prompt, fault=fault)
        if fault == "refuse":
            return JSONResponse({"error": {"code": "500", "message": "The server had an error"}}, 500)
        stream = self._stream(tokens // 2 if fault else tokens, rate, complete=not fault)
        return StreamingResponse(stream, media_type="text/event-stream")

    async def _stream(self, tokens: int, rate: int, *, complete: bool) -> AsyncIterator[str]:
        sent: list[float] = []
        start = time.monotonic()
        for position in range(tokens):
            if rate and (wait := start + position / rate - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            elif not rate and position % 64 == 63:
                await asyncio.sleep(0)
            sent.append(time.monotonic())
            yield _event(token(position), None)
        if complete:
            yield _event("", "length") + "data: [DONE]\n\n"
        self._tell("sent", at=sent)

    async def _submit(self, request: Request) -> Response:
        asked = time.monotonic()
        found = _READY.search(str((await request.json()).get("prompt", "")))
        id = f"picture-{len(self._ready)}"
        self._ready[id] = asked + (float(found[1]) if found else 0.0)
        self._tell("submit", at=asked, ready=self._ready[id])
        location = str(request.base_url) + f"openai/operations/images/{id}?api-version=2023-06-01-preview"
        return JSONResponse({"id": id, "status": "notRunning"}, 202, {"operation-location": location})

    async def _poll(self, request: Request) -> Response:
        id = request.path_params["id"]
        done = time.monotonic() >= self._ready[id]
        self._tell("poll", at=time.monotonic(), done=done)
        if not done:
            return JSONResponse({"id": id, "status": "running", "created": 1})
        link = str(request.base_url) + f"pictures/{id}.png"
        return JSONResponse(
            {"id": id, "status": "succeeded", "created": 1, "result": {"data": [{"url": link}]}}
        )

    async def _fetch(self, request: Request) -> Response:
        del request
        return Response(self._picture, media_type="image/png")


def _event(words: str, reason: str | None) -> str:
    choice = {"text": words, "index": 0, "finish_reason": reason, "logprobs": None}
    chunk = {"id": "cmpl-1", "object": "text_completion", "created": 1, "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n"


def main(port: int, log: Path, faults: float = 0.0) -> None:
    """Serves until it is ended."""
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.run(
            Upstream(log, faults).app, host="127.0.0.1", port=port, log_level="error", access_log=False
        )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0.0)
