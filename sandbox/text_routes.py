"""The text routes: completions and chat completions, whole or as server-sent events."""

import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from sandbox import answers, asking, llama, moderation
from sandbox.answers import Answering, Part
from sandbox.asking import TextRequest
from sandbox.deployments import Deployment, Operation, deployment_for
from sandbox.limits import Limits
from sandbox.moderation import Results
from sandbox.shapes import Shape
from sandbox.text import TextModel
from sandbox.wire import EVENTS, ApiVersion, WireError, frame, invalid, read_body, unless_gone

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
    limits: Limits

    async def completions(self, request: Request) -> Response:
        body = await read_body(request)
        deployment = deployment_for(request, body, Operation.COMPLETION)
        asked = asking.read_completions(body, ApiVersion.of(request))
        return await self._respond(request, deployment, asked)

    async def chat(self, request: Request) -> Response:
        body = await read_body(request)
        deployment = deployment_for(request, body, Operation.CHAT)
        asked, messages = asking.read_chat(body)
        return await self._respond(request, deployment, asked, messages)

    async def tokens(self, request: Request) -> Response:
        """How many tokens a text is to the model; Azure has no such route."""
        text = (await read_body(request)).get("text")
        if not isinstance(text, str):
            raise invalid("'text' must be a string", "text")
        self._check_model()
        return JSONResponse({"count": len(await self.model.tokenize(text))})

    async def _respond(
        self,
        request: Request,
        deployment: Deployment,
        asked: TextRequest,
        messages: list[dict[str, str]] | None = None,
    ) -> Response:
        found = [moderation.judge_prompt(prompt) for prompt in asked.prompts]
        if blocked := next((results for results in found if moderation.blocks(results)), None):
            raise _blocked(blocked, "messages" if asked.chat else "prompt")
        self._check_model()
        annotated = ApiVersion.of(request).annotated
        unfiltered = deployment.asynchronous and asked.stream and annotated
        try:
            prompts = [await self.model.chat_prompt(messages)] if messages else asked.prompts
            tokens = [await self.model.tokenize(prompt or _END_OF_TEXT) for prompt in prompts]
            accepted = answers.accept(asked, tokens, unfiltered=unfiltered)
            headers = self.limits.spend(deployment.name, accepted.most_tokens)
            shape = Shape(accepted, annotated)
            if asked.stream:
                events = _events(accepted, self.model, shape, found)
                return StreamingResponse(events, media_type="text/event-stream", headers=EVENTS | headers)
            whole = await unless_gone(request, _whole(accepted, self.model, shape, found))
            return JSONResponse(whole, headers=headers)
        except llama.ModelFailure:
            raise _failed() from None

    def _check_model(self) -> None:
        if not self.model.present:
            raise WireError(
                503,
                "ModelMissing",
                'The sandbox has no language model yet: run "make setup".',
                type="server_error",
            )


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


def _blocked(results: Results, param: str) -> WireError:
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": results}
    return WireError(400, "content_filter", _BLOCKED, type=None, param=param, status=400, innererror=inner)


def _failed() -> WireError:
    return WireError(500, None, _FAILED, type="server_error", param=None)
