"""Two people on one server: whatever is asked with the other's ids, nothing of theirs is told or changed."""

import inspect
import itertools
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services import CompletionRequest, HistoryQuery, ImageRequest, NotFound, Outcome, Services
from services.deployments import Deployments
from services.exports import Exports
from tests.services.following import ME, OTHER, ended, finished, wait
from tests.upstream import Upstream

ALL = HistoryQuery()
ASK = CompletionRequest(deployment="text", prompt="CANARY")
DRAW = ImageRequest(prompt="CANARY", n=1, size="256x256")


def furnish(services: Services, owner: str, prompt: str = "CANARY") -> tuple[str, str]:
    """A text run, an operation with a picture, a draft and a preset; the ids of the first two."""
    text = ended(services.complete(owner, replace(ASK, prompt=prompt))).id
    image = services.generate(owner, "once", replace(DRAW, prompt=prompt))
    finished(services, image, owner)
    services.save_draft(owner, "images", {"prompt": prompt})
    services.save_preset(owner, "images", "mine", {"prompt": prompt})
    wait(lambda: [entry.outcome for entry in services.history(owner, ALL)] == [Outcome.SUCCEEDED] * 2)
    return text, image


def everything(services: Services, owner: str, text: str, image: str) -> list[Any]:
    """All that can be known of an owner."""
    run = services.run(owner, text)
    return [
        services.history(owner, ALL),
        services.operation(owner, image),
        run and (run.state, run.request, run.value),
        services.draft(owner, "images"),
        services.presets(owner, "images"),
        services.disk_use(owner).pictures_bytes,
        b"".join(services.exports.lines(owner)),
    ]


# Every method that takes an owner, called by somebody else with an id; a stranger's call tells nothing.
ATTEMPTS: dict[str, Callable[[Services, str], Any]] = {
    "run": lambda services, id: services.run(OTHER, id),
    "operation": lambda services, id: services.operation(OTHER, id),
    "latest_operation": lambda services, _: services.latest_operation(OTHER),
    "unfinished_operations": lambda services, _: services.unfinished_operations(OTHER),
    "cancel_operation": lambda services, id: services.cancel_operation(OTHER, id),
    "check_operation": lambda services, id: services.check_operation(OTHER, id),
    "history": lambda services, _: services.history(OTHER, HistoryQuery(text="canary")),
    "entry": lambda services, id: services.entry(OTHER, id),
    "deployments_used": lambda services, _: services.deployments_used(OTHER),
    "mark_favourite": lambda services, id: services.mark_favourite(OTHER, id, True),
    "delete": lambda services, id: services.delete(OTHER, [id]),
    "restore": lambda services, id: services.restore(OTHER, [id]),
    "delete_everything": lambda services, _: services.delete_everything(OTHER),
    "disk_use": lambda services, _: services.disk_use(OTHER).pictures_bytes,
    "exports.zip": lambda services, id: list(services.exports.zip(OTHER, [id])),
    "exports.record": lambda services, id: services.exports.record(OTHER, id),
    "exports.lines": lambda services, _: b"".join(services.exports.lines(OTHER)),
    "exports.link": lambda services, id: opened(services, services.exports.link(OTHER, [id])),
    "exports.open": lambda services, id: opened(services, services.exports.link(ME, [id])),
    "presets": lambda services, _: services.presets(OTHER, "images"),
    "save_preset": lambda services, _: services.save_preset(OTHER, "images", "mine", {}),
    "delete_preset": lambda services, _: services.delete_preset(OTHER, "images", "mine"),
    "draft": lambda services, _: services.draft(OTHER, "images"),
    "save_draft": lambda services, _: services.save_draft(OTHER, "images", {}),
    "through": lambda services, id: services.through(OTHER, id),
    "disconnect": lambda services, id: services.disconnect(OTHER, id),
}
# These begin something of the caller's own, or are tried below.
BEGINNINGS = {"complete", "generate", "diagnose", "connect", "picture_link", "open_picture"}


def opened(services: Services, link: str) -> list[bytes]:
    path, _, text = link.partition("?")
    query = dict(part.split("=", 1) for part in text.split("&"))
    return list(services.exports.open(path.rsplit("/", 1)[1], query, OTHER))


def test_every_method_that_takes_an_owner_is_tried() -> None:
    owned = {
        prefix + name
        for prefix, kind in (("", Services), ("exports.", Exports), ("deployments.", Deployments))
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") and "owner" in inspect.signature(method).parameters
    }
    assert owned == {*ATTEMPTS, *BEGINNINGS}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_another_s_id_is_like_a_random_one(services: Services, name: str) -> None:
    text, image = furnish(services, ME)
    before = everything(services, ME, text, image)

    def answer(id: str) -> object:
        try:
            return ATTEMPTS[name](services, id)
        except NotFound as error:
            return str(error), error.advice

    random = answer("random")
    for id in (text, image):
        told = answer(id)
        assert told == random and "CANARY" not in repr(told)
    assert everything(services, ME, text, image) == before


def test_a_picture_link_is_worth_nothing_to_another(services: Services) -> None:
    _, image = furnish(services, ME)
    key = services.operation(ME, image).slots[0].key or ""
    for variant in ("view", "thumbnail", "original"):
        query = dict(
            part.split("=") for part in services.picture_link(ME, key, variant).partition("?")[2].split("&")
        )
        assert services.open_picture(key, query, ME)
        with pytest.raises(NotFound, match="^There is no such picture.$"):
            services.open_picture(key, query, OTHER)


def test_fifty_threads_of_two_people_never_see_each_other(services: Services, azure: Upstream) -> None:
    """Each thread asks, lists, searches, marks and exports for its owner alone, all at once."""
    crossed: list[str] = []
    gate, turn = threading.Barrier(50), itertools.count()

    def work(owner: str, canary: str, foreign: str) -> None:
        gate.wait()
        prompt = f"{canary} {next(turn)}"
        run = services.complete(owner, replace(ASK, prompt=prompt))
        services.save_draft(owner, "images", {"prompt": prompt})
        ended(run)
        told = [
            repr(services.history(owner, HistoryQuery(text="canary"))),
            repr(services.run(owner, run.id) and run.request),
            repr(services.draft(owner, "images")),
            b"".join(services.exports.lines(owner)).decode(),
        ]
        crossed.extend(text for text in told if foreign in text)

    people = [(ME, "CANARY-MINE", "CANARY-THEIRS"), (OTHER, "CANARY-THEIRS", "CANARY-MINE")]
    threads = [threading.Thread(target=work, args=people[number % 2]) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert crossed == []
    for owner, canary, foreign in people:
        wait(lambda owner=owner: len(services.history(owner, ALL)) == 25)  # type: ignore[misc]
        assert all(canary in entry.prompt for entry in services.history(owner, ALL))
        assert foreign.encode() not in b"".join(services.exports.lines(owner))
