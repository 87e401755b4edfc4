"""The list of base models, in both shapes: with a dated api-version, and on the v1 route."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox import text
from sandbox.deployments import Operation
from sandbox.wire import WireError, is_v1

_CREATED = 1730419200  # 2024-11-01, when the language model was published
_MODELS = {
    text.NAME: (Operation.COMPLETION, Operation.CHAT),
    "sandbox-illustrator": (Operation.IMAGE,),
}


async def listed(request: Request) -> Response:
    """`GET …/models`."""
    return JSONResponse({"data": [_describe(name, request) for name in _MODELS], "object": "list"})


async def retrieved(request: Request) -> Response:
    """`GET …/models/{model}`."""
    name = request.path_params["model"]
    if name not in _MODELS:
        raise WireError(404, "ResourceNotFound", f"The model '{name[:80]}' does not exist.")
    return JSONResponse(_describe(name, request))


def _describe(name: str, request: Request) -> dict[str, Any]:
    if is_v1(request):
        return {"id": name, "object": "model", "created": _CREATED, "owned_by": "sandbox"}
    serves = _MODELS[name]
    return {
        "id": name,
        "object": "model",
        "status": "succeeded",
        "created_at": _CREATED,
        "updated_at": _CREATED,
        "lifecycle_status": "generally-available",
        "deprecation": {},
        "capabilities": {
            "inference": True,
            "completion": Operation.COMPLETION in serves,
            "chat_completion": Operation.CHAT in serves,
            "embeddings": False,
            "fine_tune": False,
        },
    }
