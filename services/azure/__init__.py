"""The wire: everything the playground knows about the Azure OpenAI REST API."""

from collections.abc import Callable, Generator

from services.azure import images, text_stream
from services.azure.body import whole
from services.azure.downloads import PictureFetcher
from services.azure.headroom import Headroom
from services.azure.image_request import ImageRequest
from services.azure.images import OperationReply
from services.azure.resource import Call, Resource
from services.azure.retry import ALONE, POLICIES, Caller, Deadline, Policies, Policy, RetryBudget
from services.azure.text_request import CompletionRequest
from services.azure.text_stream import Block
from services.config import Settings, is_dated
from services.endpoint import AZURE_V1

MODELS_API_VERSION = "2024-10-21"
_COUNT = Policy(deadline=Deadline(first_byte=2, idle=2, total=2), attempts=1)  # a page waits for it


class Azure:
    """The calls the playground makes, on one resource. Every method raises ServiceError and nothing else.

    A caller may end a call and is asked before it is tried again; without one it is made once.
    """

    def __init__(self, settings: Settings, policies: Policies = POLICIES) -> None:
        if settings.endpoint is None:
            raise ValueError("settings without an endpoint: start the sandbox first")
        self._settings = settings
        budget = RetryBudget()  # of this connection alone: a dead one takes nothing from the others
        self._policies = policies
        self._resource = Resource(settings.endpoint, settings.keys, settings.v1_path, budget)
        self._pictures = PictureFetcher(settings, budget, policies.picture)

    def try_key(self, key: int, caller: Caller = ALONE) -> None:
        """Lists models with one key: the cheapest call there is. Raises what the service refuses."""
        version = self._settings.api_version
        dated = is_dated(version)
        path = "/openai/models" if dated else f"{self._resource.v1_path or AZURE_V1}/models"
        call = Call("GET", path, MODELS_API_VERSION if dated else None, self._policies.poll, caller=caller)
        self._resource.probe(call, key)

    def headroom(self, deployment: str) -> Headroom | None:
        """What the last answer of a deployment said is left of its limits."""
        return self._resource.headroom.get(deployment)

    @property
    def key_in_use(self) -> int:
        """The number of the key that is tried first."""
        return self._resource.preferred + 1

    def count_tokens(self, text: str) -> int | None:
        """How many tokens a text is, by a route that only the sandbox has."""
        return whole(
            self._resource.send(Call("POST", "/tokens", None, _COUNT, {"text": text})).body.get("count")
        )

    def stream(self, request: CompletionRequest, caller: Caller = ALONE) -> Generator[Block, None, None]:
        """A completion as it is written."""
        version = request.api_version or self._settings.api_version
        return text_stream.stream(self._resource, version, request, self._policies.completion, caller)

    def generate(
        self,
        request: ImageRequest,
        caller: Caller = ALONE,
        on_preview: Callable[[bytes], None] = lambda preview: None,  # noqa: ARG005
    ) -> OperationReply:
        """The pictures of a deployment, waited for."""
        version, policy = request.api_version or self._settings.image_api_version, self._policies.generation
        return images.generate(self._resource, version, request, policy, caller, on_preview)

    def submit(self, request: ImageRequest, operation_id: str, caller: Caller = ALONE) -> OperationReply:
        """Starts an image operation, once."""
        version, policy = self._settings.image_api_version, self._policies.submit
        return images.submit(self._resource, version, request, operation_id, policy, caller)

    def poll(self, operation_id: str, caller: Caller = ALONE) -> OperationReply:
        """One look at an image operation; never sleeps."""
        version = self._settings.image_api_version
        return images.poll(self._resource, version, operation_id, self._policies.poll, caller)

    def download(self, url: str, caller: Caller = ALONE) -> bytes:
        """The bytes of a finished picture, fetched without a key."""
        return self._pictures.fetch(url, caller)
