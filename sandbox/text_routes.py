"""The text routes: completions and chat completions, whole or as server-sent events."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from sandbox import answers, asking, llama, moderation
from sandbox.answers import Answering, Part
from sandbox.asking import TextRequest
from sandbox.moderation import Results
from sandbox.shapes import Shape, frame
from sandbox.text import TextModel
from sandbox.wire import ApiVersion, WireError, read_body

_OPERATIONS = {"completion": "sandbox-text", "chatCompletion": "sandbox-chat"}
_DEPLOYMENTS = ("sandbox-text", "sandbox-chat", "sandbox-image")
_END_OF_TEXT = "<|endoftext|>"
_BLOCKED = (
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please "
    "modify your prompt and retry. To learn more about our content filtering policies please read our "
    "documentation: https://go.microsoft.com/fwlink/?linkid=2198766"
)
_FAILED = (
    "The server had an error while processing your request. Sorry about that! You can retry your request."
)


@dataclass(frozen=True, slots=True)
class TextRoutes:
    """Endpoints over one language model."""

    model: TextModel

    async def completions(self, request: Request) -> Response:
        _check_deployment(request, "completion")
        asked = asking.read_completions(await read_body(request), _version(request))
        return await self._respond(request, asked)

    async def chat(self, request: Request) -> Response:
        _check_deployment(request, "chatCompletion")
        asked, messages = asking.read_chat(await read_body(request))
        return await self._respond(request, asked, messages)

    async def _respond(
        self, request: Request, asked: TextRequest, messages: list[dict[str, str]] | None = None
    ) -> Response:
        found = [moderation.judge_prompt(prompt) for prompt in asked.prompts]
        if blocked := next((results for results in found if moderation.blocks(results)), None):
            raise _blocked(blocked, "messages" if asked.chat else "prompt")
        if not self.model.present:
            raise WireError(
                503,
                "ModelMissing",
                'The sandbox has no language model yet: run "make setup".',
                type="server_error",
            )
        try:
            prompts = [await self.model.chat_prompt(messages)] if messages else asked.prompts
            tokens = [await self.model.tokenize(prompt or _END_OF_TEXT) for prompt in prompts]
            accepted = answers.accept(asked, tokens)
            shape = Shape(accepted, _version(request).annotated)
            if asked.stream:
                headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
                events = _events(accepted, self.model, shape, found)
                return StreamingResponse(events, media_type="text/event-stream", headers=headers)
            return JSONResponse(await _unless_gone(request, _whole(accepted, self.model, shape, found)))
        except llama.ModelFailure:
            raise _failed() from None


async def _events(
    accepted: Answering, model: TextModel, shape: Shape, found: Sequence[Results]
) -> AsyncGenerator[str]:
    for chunk in shape.opening(found):
        yield frame(chunk)
    generated = 0
    try:
        async with contextlib.aclosing(answers.answer(accepted, model)) as parts:
            async for part in parts:
                generated += part.generated
                yield frame(shape.chunk(part))
    except llama.ModelFailure:
        yield frame({"error": _failed().error})
        return
    for chunk in shape.closing(generated):
        yield frame(chunk)
    yield frame("[DONE]")


async def _whole(
    accepted: Answering, model: TextModel, shape: Shape, found: Sequence[Results]
) -> dict[str, Any]:
    choices: dict[int, list[Part]] = defaultdict(list)
    async with contextlib.aclosing(answers.answer(accepted, model)) as parts:
        async for part in parts:
            choices[part.index].append(part)
    asked = accepted.request
    generated = sum(part.generated for parts in choices.values() for part in parts)
    chosen: list[list[Part]] = []
    for first in range(0, len(choices), asked.best_of):
        candidates = [choices[first + at] for at in range(asked.best_of)]
        if asked.best_of > asked.n:
            candidates.sort(key=_likelihood, reverse=True)
        chosen += candidates[: asked.n]
    return shape.whole(chosen, found, generated)


def _likelihood(parts: Sequence[Part]) -> float:
    return answers.likelihood([token for part in parts for token in part.tokens])


async def _unless_gone(request: Request, work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """The work's result; when the client hangs up first the work is cancelled."""

    async def hung_up() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, leaving = asyncio.create_task(work), asyncio.create_task(hung_up())
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


def _version(request: Request) -> ApiVersion:
    return ApiVersion.parse(request.query_params.get("api-version", ""))


def _check_deployment(request: Request, operation: str) -> None:
    deployment = request.path_params["deployment"]
    if deployment not in _DEPLOYMENTS:
        raise WireError(
            404,
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment within the "
            "last 5 minutes, please wait a moment and try again.",
        )
    if deployment != _OPERATIONS[operation]:
        raise WireError(
            400,
            "OperationNotSupported",
            f"The {operation} operation does not work with the specified model, {deployment}. Please choose "
            "different model and try again. You can learn more about which models can be used with each "
            "operation here: https://go.microsoft.com/fwlink/?linkid=2197993.",
        )


def _blocked(results: Results, param: str) -> WireError:
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": results}
    return WireError(400, "content_filter", _BLOCKED, type=None, param=param, status=400, innererror=inner)


def _failed() -> WireError:
    return WireError(500, None, _FAILED, type="server_error", param=None)
