"""What the deployments of one connection can do, and how it stands with them."""

import contextlib

from services.azure import Azure
from services.azure.families import Family, context_window, family
from services.azure.headroom import Headroom
from services.azure.image_families import ImageFamily, image_family
from services.azure.versions import Operation
from services.config import Settings
from services.errors import ServiceError
from services.lessons import Lesson, Lessons


class Deployments:
    """Told by their models' names or their own, corrected by what the service has refused before.

    embedded: whether the sandbox answers. origin: what answers: the endpoint, or the sandbox, whose port
    changes.
    """

    def __init__(self, settings: Settings, azure: Azure, lessons: Lessons, *, embedded: bool = False) -> None:
        self._settings = settings
        self._azure = azure
        self._lessons = lessons
        self._embedded = embedded
        self.origin = "sandbox" if embedded else settings.endpoint or ""

    def text_family(self, deployment: str) -> Family:
        """Which call a deployment serves and which knobs it takes."""
        known = family(self._settings.text_model(deployment))
        return self.lessons.get(deployment, Lesson()).correct(known)

    def image_family(self, deployment: str | None) -> ImageFamily:
        """What a deployment's model takes; None is the asynchronous route."""
        return image_family(None if deployment is None else self._settings.image_model(deployment))

    def context_window(self, deployment: str) -> int | None:
        """How many tokens a deployment's model holds, prompt and answer together; None where unknown."""
        return context_window(self._settings.text_model(deployment))

    @property
    def lessons(self) -> dict[str, Lesson]:
        """What they have taught, by their names."""
        return self._lessons.of(self.origin)

    def learn(
        self, deployment: str, *, operation: Operation | None = None, without: str | None = None
    ) -> None:
        """Remembers that a deployment serves an operation, or does not take a parameter."""
        self._lessons.learn(self.origin, deployment, operation, without)

    def forget(self, deployment: str) -> None:
        """Forgets what a deployment taught."""
        self._lessons.forget(self.origin, deployment)

    def headroom(self, deployment: str) -> Headroom | None:
        """What the last answer of a deployment said is left of its limits; None if it said nothing."""
        return self._azure.headroom(deployment)

    @property
    def key_in_use(self) -> int:
        """Which key is tried first: 1, or 2 once the service has refused the first."""
        return self._azure.key_in_use

    def count_tokens(self, deployment: str, text: str) -> int | None:  # noqa: ARG002 (one model serves all)
        """How many tokens a text is to a deployment's model; None where nobody says, which is everywhere but
        in the sandbox."""
        if self._embedded:
            with contextlib.suppress(ServiceError):  # no model yet, or it is busy
                return self._azure.count_tokens(text)
        return None
