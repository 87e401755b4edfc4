"""What is deployed in the sandbox, found by the name in the path or, on the v1 route, in the body."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.requests import Request

from sandbox.wire import WireError, invalid


class Operation(StrEnum):
    """What a deployment can be asked for, as the service's errors call it."""

    COMPLETION = "completion"
    CHAT = "chatCompletion"
    IMAGE = "imageGeneration"


@dataclass(frozen=True, slots=True)
class Deployment:
    """asynchronous: its content filter annotates a stream afterwards instead of holding text back."""

    name: str
    operation: Operation
    asynchronous: bool = False


_DEPLOYMENTS = {
    deployment.name: deployment
    for deployment in (
        Deployment("sandbox-text", Operation.COMPLETION),
        Deployment("sandbox-text-async", Operation.COMPLETION, asynchronous=True),
        Deployment("sandbox-chat", Operation.CHAT),
        Deployment("sandbox-chat-async", Operation.CHAT, asynchronous=True),
        Deployment("sandbox-image", Operation.IMAGE),
    )
}


def deployment_for(request: Request, body: dict[str, Any], operation: Operation) -> Deployment:
    """The deployment a request names; raises the service's 404 or 400 where it does not serve the call."""
    name = request.path_params.get("deployment", body.get("model"))
    if not isinstance(name, str) or not name:
        raise invalid("you must provide a model parameter", "model")
    deployment = _DEPLOYMENTS.get(name)
    if deployment is None:
        raise WireError(
            404,
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment within the "
            "last 5 minutes, please wait a moment and try again.",
        )
    if deployment.operation is not operation:
        raise WireError(
            400,
            "OperationNotSupported",
            f"The {operation} operation does not work with the specified model, {name}. Please choose "
            "different model and try again. You can learn more about which models can be used with each "
            "operation here: https://go.microsoft.com/fwlink/?linkid=2197993.",
        )
    return deployment
