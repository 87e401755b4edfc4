"""The wire: everything the playground knows about the Azure OpenAI REST API."""

from collections.abc import Callable, Generator

from services.azure import images, text_stream
from services.azure.downloads import PictureFetcher
from services.azure.image_request import ImageRequest
from services.azure.images import OperationReply
from services.azure.resource import POLL, Call, Resource
from services.azure.text_request import CompletionRequest
from services.azure.text_stream import Block
from services.config import Settings, is_dated
from services.endpoint import AZURE_V1

MODELS_API_VERSION = "2024-10-21"


class Azure:
    """The calls the playground makes, on one resource. Every method raises ServiceError and nothing else."""

    def __init__(self, settings: Settings) -> None:
        if settings.endpoint is None:
            raise ValueError("settings without an endpoint: start the sandbox first")
        self._settings = settings
        self._resource = Resource(settings.endpoint, settings.keys, settings.v1_path)
        self._pictures = PictureFetcher(settings)

    def try_key(self, key: int) -> None:
        """Lists models with one key: the cheapest call there is. Raises what the service refuses."""
        version = self._settings.api_version
        dated = is_dated(version)
        path = "/openai/models" if dated else f"{self._resource.v1_path or AZURE_V1}/models"
        call = Call("GET", path, MODELS_API_VERSION if dated else None, POLL)
        self._resource.probe(call, key)

    def stream(
        self,
        request: CompletionRequest,
        on_open: Callable[[Callable[[], None]], None],
    ) -> Generator[Block, None, None]:
        """A completion as it is written; `on_open` receives a function that wakes a blocked read."""
        version = request.api_version or self._settings.api_version
        return text_stream.stream(self._resource, version, request, on_open)

    def generate(self, request: ImageRequest) -> OperationReply:
        """The pictures of a deployment, waited for."""
        version = request.api_version or self._settings.image_api_version
        return images.generate(self._resource, version, request)

    def submit(self, request: ImageRequest, operation_id: str) -> OperationReply:
        """Starts an image operation, once."""
        return images.submit(self._resource, self._settings.image_api_version, request, operation_id)

    def poll(self, operation_id: str) -> OperationReply:
        """One look at an image operation; never sleeps."""
        return images.poll(self._resource, self._settings.image_api_version, operation_id)

    def download(self, url: str) -> bytes:
        """The bytes of a finished picture, fetched without a key."""
        return self._pictures.fetch(url)

    def close(self) -> None:
        """Closes the pooled connections."""
        self._resource.close()
        self._pictures.close()
