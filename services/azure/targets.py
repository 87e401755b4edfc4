"""What a request becomes on the wire: its address below the endpoint, and its body."""

from services.azure import chat, completions
from services.azure.image_request import ImageRequest
from services.azure.text_request import CompletionRequest
from services.azure.versions import Operation, Target, target
from services.config import Settings, is_dated
from services.endpoint import AZURE_V1, is_azure

MODELS_API_VERSION = "2024-10-21"


def completion(request: CompletionRequest, settings: Settings) -> Target:
    """A completion or a chat completion."""
    version = request.api_version or settings.api_version
    if request.chat:
        azure = is_azure(settings.endpoint or "", settings.v1_path)
        operation, body = Operation.CHAT, chat.body(request, version, azure=azure)
    else:
        operation, body = Operation.COMPLETION, completions.body(request, version)
    return target(version, operation, request.deployment, body, settings.v1_path)


def generation(request: ImageRequest, settings: Settings) -> Target:
    """Pictures of a deployment."""
    version = request.api_version or settings.image_api_version
    return target(version, Operation.IMAGE, request.deployment or "", request.body(), settings.v1_path)


def submission(request: ImageRequest, settings: Settings) -> Target:
    """The start of an image operation."""
    return Target("/openai/images/generations:submit", settings.image_api_version, request.body())


def operation(id: str, settings: Settings) -> Target:
    """An image operation, to look at."""
    return Target(f"/openai/operations/images/{id}", settings.image_api_version)


def models(settings: Settings) -> Target:
    """The list of models."""
    if is_dated(settings.api_version):
        return Target("/openai/models", MODELS_API_VERSION)
    return Target(f"{settings.v1_path or AZURE_V1}/models", None)
