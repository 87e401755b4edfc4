"""The wire: everything the playground knows about the Azure OpenAI REST API."""

from collections.abc import Callable, Generator

from services.azure import completions, images
from services.azure.completions import Block, CompletionRequest
from services.azure.downloads import PictureFetcher
from services.azure.images import ImageRequest, OperationReply
from services.azure.resource import Resource
from services.config import Settings


class Azure:
    """The calls the playground makes, on one resource. Every method raises ServiceError and nothing else."""

    def __init__(self, settings: Settings) -> None:
        if settings.endpoint is None:
            raise ValueError("settings without an endpoint: start the sandbox first")
        self._settings = settings
        self._resource = Resource(settings.endpoint, settings.keys)
        self._pictures = PictureFetcher(settings)

    def stream(
        self,
        request: CompletionRequest,
        on_open: Callable[[Callable[[], None]], None],
    ) -> Generator[Block, None, None]:
        """A completion as it is written; `on_open` receives a function that wakes a blocked read."""
        version = request.api_version or self._settings.api_version
        return completions.stream(self._resource, version, request, on_open)

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
