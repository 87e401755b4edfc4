"""The wire: everything the playground knows about the Azure OpenAI REST API."""

from collections.abc import Callable, Generator

from services.azure import images, targets, text_stream
from services.azure.body import whole
from services.azure.downloads import PictureFetcher
from services.azure.headroom import Headroom
from services.azure.image_request import ImageRequest
from services.azure.images import OperationReply
from services.azure.resource import Call, Resource
from services.azure.retry import ALONE, POLICIES, Caller, Deadline, Policies, Policy, RetryBudget
from services.azure.text_request import CompletionRequest
from services.azure.text_stream import Block
from services.azure.versions import Target
from services.config import Settings

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
        where = targets.models(self._settings)
        self._resource.probe(Call("GET", where, self._policies.poll, caller=caller), key)

    def headroom(self, deployment: str) -> Headroom | None:
        """What the last answer of a deployment said is left of its limits."""
        return self._resource.headroom.get(deployment)

    @property
    def key_in_use(self) -> int:
        """The number of the key that is tried first."""
        return self._resource.preferred + 1

    def count_tokens(self, text: str) -> int | None:
        """How many tokens a text is, by a route that only the sandbox has."""
        call = Call("POST", Target("/tokens", None, {"text": text}), _COUNT)
        return whole(self._resource.send(call).body.get("count"))

    def stream(self, request: CompletionRequest, caller: Caller = ALONE) -> Generator[Block, None, None]:
        """A completion as it is written."""
        where, policy = targets.completion(request, self._settings), self._policies.completion
        call = Call("POST", where, policy, caller=caller, deployment=request.deployment)
        return text_stream.stream(self._resource, call)

    def generate(
        self,
        request: ImageRequest,
        caller: Caller = ALONE,
        on_preview: Callable[[bytes], None] = lambda preview: None,  # noqa: ARG005
    ) -> OperationReply:
        """The pictures of a deployment, waited for.

        on_preview: takes the encoded pictures that come before the last one, where the request asks for some.
        """
        where, policy = targets.generation(request, self._settings), self._policies.generation
        cap = images.PICTURE_CAP * request.n
        call = Call("POST", where, policy, caller=caller, cap=cap, deployment=request.deployment)
        return images.generate(self._resource, call, on_preview)

    def submit(self, request: ImageRequest, operation_id: str, caller: Caller = ALONE) -> OperationReply:
        """Starts an image operation, once. operation_id: a UUID of ours, by which a replay is recognised."""
        where, headers = targets.submission(request, self._settings), {"Operation-Id": operation_id}
        call = Call("POST", where, self._policies.submit, headers, caller)
        return images.submit(self._resource, call)

    def poll(self, operation_id: str, caller: Caller = ALONE) -> OperationReply:
        """One look at an image operation; never sleeps."""
        where, policy = targets.operation(operation_id, self._settings), self._policies.poll
        return images.poll(self._resource, Call("GET", where, policy, caller=caller), operation_id)

    def download(self, url: str, caller: Caller = ALONE) -> bytes:
        """The bytes of a finished picture, fetched without a key."""
        return self._pictures.fetch(url, caller)
