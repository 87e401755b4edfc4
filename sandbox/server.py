"""The sandbox's web application: the Azure OpenAI routes, their keys, and the health check."""

import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox import models
from sandbox.drawing_routes import DrawingRoutes
from sandbox.image_routes import ImageRoutes
from sandbox.limits import Limits
from sandbox.operations import Operations, Paint
from sandbox.text import TextModel
from sandbox.text_routes import TextRoutes
from sandbox.wire import ApiVersion, WireError, not_found

KEYS = ("sandbox-key-1", "sandbox-key-2")
_TOKENS = "/tokens"
_GUARDED = ("/openai/", _TOKENS)
_HOSTS = ("127.0.0.1", "localhost")
_DENIED = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key "
    "for an active subscription and use a correct regional API endpoint for your resource."
)


class Gate:
    """Asks for a key and an api-version on every API route, and adds the service's own headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_GUARDED):
            await self._app(scope, receive, send)
            return

        async def labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["apim-request-id"] = str(uuid.uuid4())
                headers["x-ms-region"] = "Sandbox"
            await send(message)

        request = Request(scope)
        try:
            bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
            if request.headers.get("api-key", bearer) not in KEYS:
                raise WireError(401, "401", _DENIED)
            if scope["path"] != _TOKENS:
                ApiVersion.of(request)
        except WireError as error:
            await error.response()(scope, receive, labelled)
            return
        await self._app(scope, receive, labelled)


def create_app(
    data_dir: Path, model: TextModel, paint: Paint, clock: Callable[[], float] = time.time
) -> Starlette:
    """The application over one data dir; at its start the model loads and drawing resumes."""
    operations = Operations(data_dir, paint, clock)
    limits = Limits()
    text, images = TextRoutes(model, limits), ImageRoutes(operations)
    drawing = DrawingRoutes(operations, paint, limits)

    async def health(_: Request) -> Response:
        return JSONResponse({"ok": True, "model": model.present})

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        model.start()
        operations.start()
        yield
        drawing.stop()
        operations.stop()
        model.stop()

    operation = "/openai/operations/images/{id:uuid}"
    by_deployment = [
        Route(f"{base}/{path}", endpoint, methods=["POST"])
        for base in ("/openai/deployments/{deployment}", "/openai/v1")
        for path, endpoint in (
            ("completions", text.completions),
            ("chat/completions", text.chat),
            ("images/generations", drawing.generate),
        )
    ]
    return Starlette(
        routes=[
            Route("/healthz", health),
            Route("/pictures/{name}", images.picture),
            Route(_TOKENS, text.tokens, methods=["POST"]),
            *by_deployment,
            *(Route(f"/openai{v1}/models", models.listed) for v1 in ("", "/v1")),
            *(Route(f"/openai{v1}/models/{{model}}", models.retrieved) for v1 in ("", "/v1")),
            Route("/openai/images/generations:submit", images.submit, methods=["POST"]),
            Route(operation, images.poll, methods=["GET"]),
            Route(operation, images.delete, methods=["DELETE"]),
        ],
        # A page elsewhere must not reach the sandbox through a name that resolves to this machine.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS), Middleware(Gate)],
        exception_handlers={WireError: _refuse, HTTPException: _no_such_route},
        lifespan=lifespan,
    )


async def _refuse(_: Request, error: Exception) -> Response:
    return error.response() if isinstance(error, WireError) else not_found().response()


async def _no_such_route(_: Request, __: Exception) -> Response:
    return not_found().response()
