"""The facade: what one server process offers its pages, put together from the modules beside it."""

import copy
from collections.abc import Collection
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from services.azure import Azure
from services.azure.image_request import ImageRequest
from services.azure.image_request import check as check_image
from services.azure.retry import POLICIES, Policies
from services.azure.snapshots import TextSnapshot
from services.azure.text_request import CompletionRequest, only
from services.azure.text_request import check as check_completion
from services.code import Snippet, image_code, text_code
from services.completing import complete
from services.config import V1, Settings, prepare
from services.deployments import Deployments
from services.doctor import Check, diagnose
from services.embedded import EmbeddedSandbox, sandbox_settings
from services.errors import NotFound, NotSaved, PictureLost, no_such_run
from services.exports import Exports
from services.history import Entry, HistoryQuery
from services.housekeeping import DiskUse, Housekeeping
from services.lessons import Lessons
from services.links import Links, signing_secret
from services.logs import discreet
from services.operations import Operations, OperationView, OperationWorker
from services.own_connections import OwnConnections, TypedConnection, own_settings
from services.pictures import Pictures, Variant
from services.recorder import Recorder
from services.runs import Run, Runs
from services.store import Store


class Services:
    """What one server process offers its pages; made when it starts, closed when it ends."""

    def __init__(self, settings: Settings, policies: Policies = POLICIES) -> None:
        prepare(settings.data_dir)
        self.connection: str | None = None  # the id of a connection of one's own that these go through
        with ExitStack() as opened:  # what was opened is closed again where a later step fails
            self.secret = signing_secret(settings.signing_secret, settings.data_dir)
            self.pictures = Pictures(settings.data_dir / "pictures", self.secret)
            self._store = opened.enter_context(closing(Store(settings.data_dir / "playground.db")))
            self._lessons = Lessons(self._store)
            self.sandbox = EmbeddedSandbox(settings.data_dir) if settings.endpoint is None else None
            if self.sandbox:
                opened.callback(self.sandbox.close)
                settings = sandbox_settings(settings, self.sandbox.url)
            self.settings = self._server = settings
            opened.enter_context(discreet(settings.keys))
            self._azure = Azure(settings, policies)
            embedded = self.sandbox is not None
            self.deployments = Deployments(settings, self._azure, self._lessons, embedded=embedded)
            self._own = OwnConnections(lambda own: Azure(own, policies))
            worker = OperationWorker(self._store, self._azure_for, self.pictures)
            self._operations = opened.enter_context(closing(Operations(self._store, worker)))
            self._recorder = opened.enter_context(closing(Recorder(self._store)))
            self._runs = opened.enter_context(closing(Runs(on_end=self._recorder.wake)))
            self.exports = Exports(self._store, self.pictures, Links(self.secret))
            housekeeping = Housekeeping(self._store, self.pictures, settings.quota_mb * 2**20)
            self._housekeeping = opened.enter_context(closing(housekeeping))
            self._opened = opened.pop_all()

    def connect(self, owner: str, typed: TypedConnection) -> str:
        """Keeps a connection of the owner's own in memory; returns the id that `through` takes.

        Raises Invalid where the endpoint is not on the administrator's list, or anything is malformed.
        """
        return self._own.open(owner, own_settings(self.settings, typed))

    def through(self, owner: str, connection: str) -> "Services":
        """These services by way of a connection of the owner's own; everything that is kept is shared.

        Raises NotFound for one that was forgotten.
        """
        settings, azure = self._own.find(owner, connection)
        other = copy.copy(self)
        other.settings, other._azure = settings, azure
        other.deployments = Deployments(settings, azure, self._lessons)
        other.sandbox, other.connection = None, connection
        return other

    def disconnect(self, owner: str, connection: str) -> None:
        """Forgets a connection of the owner's own, and its key."""
        self._own.forget(owner, connection)

    @property
    def notices(self) -> tuple[str, ...]:
        """What everybody should know about this server's data folder."""
        unsaved = self._recorder.problem
        waiting = f"Text runs are not saved at the moment. {unsaved} {unsaved.advice}" if unsaved else None
        return tuple(notice for notice in (self._store.notice, waiting) if notice)

    def complete(self, owner: str, request: CompletionRequest, *, keep: bool = True) -> Run[TextSnapshot]:
        """Starts a completion, without the knobs its deployment does not take. Raises Invalid before anything
        is sent. keep: write it to the history as it grows; else it lives in memory alone."""
        request = only(request, self.deployments.text_family(request.deployment).knobs)
        check_completion(request)
        work = partial(complete, azure=self._azure, frame_s=self.frame_s)
        run = self._runs.start(owner, request, TextSnapshot(), work)
        if keep:
            self._recorder.follow(run)
        return run

    def run(self, owner: str, id: str) -> Run[TextSnapshot] | None:
        """The owner's run, to follow it again, or as it was kept; None for an empty id, too."""
        return (self._runs.find(owner, id) or self._recorder.restore(owner, id)) if id else None

    def frame_s(self) -> float:
        """Seconds between two updates of a text that is being written."""
        return self._runs.frame_s()

    def diagnose(self, owner: str) -> Run[tuple[Check, ...]]:
        """Starts the connection doctor; the run's value grows by one check after the other."""
        family, embedded = self.deployments.text_family, self.sandbox is not None
        work = partial(diagnose, settings=self.settings, azure=self._azure, family=family, embedded=embedded)
        return self._runs.start(owner, None, (), work)

    def generate(self, owner: str, intent: str, request: ImageRequest, *, keep: bool = True) -> str:
        """Queues an image operation and returns its id; the same (owner, intent) is the same operation.

        keep: list it in the history; else it is removed once it has ended and nobody looks at it any more. A
        request that names a deployment but no api-version takes the first that serves its family. Raises
        Invalid before anything is kept or sent.
        """
        family = self.deployments.image_family(request.deployment)
        if request.deployment is not None and request.api_version is None:
            version = V1 if self.settings.v1_path else family.api_version
            request = replace(request, api_version=version)
        check_image(request, family)
        self.pictures.require_space()
        request = replace(request, endpoint=self.settings.endpoint if self.connection else None)
        return self._operations.generate(owner, intent, request, keep=keep)

    def operation(self, owner: str, id: str) -> OperationView:
        """How an image operation stands: one read. Raises NotFound."""
        return self._operations.view(owner, id)

    def await_step(self, seconds: float) -> None:
        """Waits until an image operation has moved on in this process, at most so long."""
        self._store.await_step(seconds)

    def latest_operation(self, owner: str) -> str | None:
        """The id of the owner's newest image operation that is kept."""
        return self._operations.latest(owner)

    def unfinished_operations(self, owner: str) -> tuple[OperationView, ...]:
        """The owner's image operations that have not ended, oldest first."""
        return self._operations.unfinished(owner)

    def cancel_operation(self, owner: str, id: str) -> bool:
        """Cancels an operation that has not been sent; tells whether that was so. Raises NotFound."""
        return self._operations.cancel(owner, id)

    def check_operation(self, owner: str, id: str) -> None:
        """Asks the service once more about an operation that may still bring pictures. Raises NotFound."""
        self._operations.check_again(owner, id)

    def image_code(self, request: ImageRequest) -> tuple[Snippet, ...]:
        """A request as code that makes it again where it was made; the key comes from the environment of
        whoever runs it."""
        endpoint = request.endpoint or self._server.endpoint
        known = {each.endpoint: each for each in (self._server, self.settings)}
        forgotten = replace(self.settings, endpoint=endpoint, v1_path=None)
        return image_code(request, known.get(endpoint, forgotten))

    def text_code(self, request: CompletionRequest) -> tuple[Snippet, ...]:
        """A completion as code, through the connection that is used now."""
        return text_code(request, self.settings)

    def picture_link(self, owner: str, key: str, variant: Variant) -> str:
        """A path at which the owner's browser gets a picture."""
        return self.pictures.link(key, variant, owner)

    def open_picture(self, key: str, query: dict[str, str], owner: str | None) -> tuple[Path, Variant]:
        """The file behind a picture link. One that is lost is said so in its result from then on.

        Raises NotFound for a bad, expired or somebody else's link alike.
        """
        try:
            return self.pictures.open_link(key, query, owner)
        except PictureLost as lost:
            if query.get("v") == "view":  # else the copy that is shown still stands
                with suppress(NotSaved):
                    self._store.drop_pictures([key], str(lost), self.pictures.remove)
            raise

    def history(
        self, owner: str, query: HistoryQuery, *, before: tuple[float, str] | None = None, limit: int = 50
    ) -> tuple[Entry, ...]:
        """The owner's runs, newest first; the next page begins after the last entry's (at, id)."""
        return self._store.history(owner, query, before, limit)

    def entry(self, owner: str, id: str) -> Entry:
        """One run as the history lists it. Raises NotFound."""
        return self._store.entry(owner, id)

    def deployments_used(self, owner: str) -> tuple[str, ...]:
        """The deployments in the owner's history."""
        return self._store.deployments_used(owner)

    def mark_favourite(self, owner: str, id: str, on: bool) -> None:
        """Makes a run a favourite, or no longer one. Raises NotFound."""
        if not self._store.mark_favourite(owner, id, on):
            raise no_such_run()

    def delete(self, owner: str, ids: Collection[str]) -> None:
        """Hides runs at once; ten minutes later they are gone with their pictures. What waits is not sent."""
        self._runs.forget(owner, ids)
        self._store.delete(owner, ids)

    def restore(self, owner: str, ids: Collection[str]) -> None:
        """Takes a deletion back, as long as the runs are not removed. Raises NotFound where none is left."""
        if not self._store.restore(owner, ids):
            advice = "The ten minutes are over, or the runs are back already."
            raise NotFound("There is nothing to take back.", advice=advice)

    def delete_everything(self, owner: str) -> None:
        """Removes everything of an owner now, from the disk too: runs, drafts, presets, and their pictures.

        An image operation under way is hidden now and removed as soon as it has ended.
        """
        self._runs.forget(owner)
        self._recorder.forget(owner)
        self._housekeeping.delete_everything(owner)

    def disk_use(self, owner: str) -> DiskUse:
        """What the owner's runs take on the disk, and what is left."""
        return self._housekeeping.disk_use(owner)

    def presets(self, owner: str, page: str) -> dict[str, dict[str, Any]]:
        """The owner's named settings of a page."""
        return self._store.presets(owner, page)

    def save_preset(self, owner: str, page: str, name: str, settings: dict[str, Any]) -> None:
        """Keeps settings under a name; the same name is overwritten."""
        self._store.save_preset(owner, page, name, settings)

    def delete_preset(self, owner: str, page: str, name: str) -> None:
        """Forgets named settings."""
        self._store.delete_preset(owner, page, name)

    def draft(self, owner: str, page: str) -> dict[str, Any]:
        """What the owner last committed on a page."""
        return self._store.draft(owner, page)

    def save_draft(self, owner: str, page: str, content: dict[str, Any]) -> None:
        """Keeps what the owner committed on a page, for a new tab."""
        self._store.save_draft(owner, page, content)

    def close(self) -> None:
        """Stops text, lets image operations rest where they are, and ends the sandbox."""
        self._opened.close()

    def _azure_for(self, owner: str, endpoint: str | None) -> Azure:
        return self._azure if endpoint is None else self._own.to(owner, endpoint)
