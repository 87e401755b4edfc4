"""The image routes: submit, poll and delete an operation, and the pictures themselves."""

import asyncio
import uuid
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from sandbox.operations import Operation, Operations
from sandbox.wire import Fields, WireError, read_body

_SIZES = ("256x256", "512x512", "1024x1024")
_LONGEST_PROMPT = 1000  # characters
_MOST_PICTURES = 5


@dataclass(frozen=True, slots=True)
class ImageRoutes:
    """Endpoints over the operations of one data dir."""

    operations: Operations

    async def submit(self, request: Request) -> Response:
        fields = Fields(await read_body(request), ignored=("user",))
        try:
            prompt = fields.get("prompt")
            if not isinstance(prompt, str) or not 1 <= len(prompt) <= _LONGEST_PROMPT:
                raise _bad(f"'prompt' must be a string of 1 to {_LONGEST_PROMPT} characters", "prompt")
            n = fields.integer("n", 1, 1, _MOST_PICTURES)
            size = int(fields.choice("size", _SIZES[-1], _SIZES).partition("x")[0])
            fields.choice("response_format", "url", ("url",))
            fields.finish()
        except WireError as error:
            raise _bad(str(error), error.error.get("param")) from None
        wanted = _operation_id(request)
        operation = await asyncio.to_thread(self.operations.submit, wanted, prompt, size, n)
        if operation is None:
            raise _bad("The Operation-Id was already used with a different request body.", "Operation-Id")
        location = request.url.replace(path=f"/openai/operations/images/{operation.id}")
        headers = {"operation-location": str(location), "x-ms-request-id": str(uuid.uuid4())}
        body = {"id": operation.id, "status": self.operations.status(operation)}
        return JSONResponse(body, status_code=202, headers=headers)

    async def poll(self, request: Request) -> Response:
        operation = await self._find(request)
        body = self.operations.describe(operation, str(request.base_url).rstrip("/"))
        headers = {"x-ms-request-id": str(uuid.uuid4())}
        if body["status"] in ("notRunning", "running"):
            headers["retry-after"] = "1"
        return JSONResponse(body, headers=headers)

    async def delete(self, request: Request) -> Response:
        operation = await self._find(request)
        if self.operations.status(operation) in ("notRunning", "running"):
            raise WireError(400, "operationNotInTerminalState", "The operation has not ended yet.")
        await asyncio.to_thread(self.operations.delete, operation)
        return Response(status_code=204)

    async def picture(self, request: Request) -> Response:
        asked = request.query_params
        path = self.operations.picture(request.path_params["name"], asked.get("se", ""), asked.get("sig", ""))
        if path is None:
            raise WireError(403, "AuthenticationFailed", "The link is not valid, or its 24 hours are over.")
        if not path.exists():
            raise WireError(404, "BlobNotFound", "The picture does not exist any more.")
        media_type = f"image/{path.suffix.removeprefix('.')}"
        return FileResponse(path, media_type=media_type, headers={"X-Content-Type-Options": "nosniff"})

    async def _find(self, request: Request) -> Operation:
        operation = await asyncio.to_thread(self.operations.find, str(request.path_params["id"]))
        if operation is None:
            raise WireError(404, "notFound", "The operation does not exist, or its 24 hours are over.")
        return operation


def _operation_id(request: Request) -> str | None:
    given = request.headers.get("operation-id")
    if given is None:
        return None
    try:
        return str(uuid.UUID(given))
    except ValueError:
        raise _bad("The Operation-Id header must be a UUID.", "Operation-Id") from None


def _bad(message: str, param: str | None) -> WireError:
    return WireError(400, "badRequest", message, type="invalid_request_error", param=param)
