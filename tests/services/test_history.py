"""The history: every run of an owner in one list, searched, marked, deleted, and nobody else's."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services import (
    CompletionRequest,
    HistoryQuery,
    ImageRequest,
    NotFound,
    Outcome,
    RunState,
    Services,
)
from tests.azure_bodies import chunk, error, prompt_blocked, sse
from tests.azure_reply import Reply
from tests.services.following import ME, OTHER, ended, finished, wait
from tests.upstream import Upstream

ASK = CompletionRequest(deployment="text", prompt="Hi")
DRAW = ImageRequest(prompt="A cat", n=2, size="256x256")
ALL = HistoryQuery()


def ask(services: Services, prompt: str = "Hi", owner: str = ME, *replies: Reply) -> str:
    """A completion that has ended and is in the history."""
    run = ended(services.complete(owner, replace(ASK, prompt=prompt)))
    wait(lambda: listed(services, run.id, owner) not in (None, Outcome.RUNNING))
    return run.id


def listed(services: Services, id: str, owner: str = ME) -> Outcome | None:
    return next((entry.outcome for entry in services.history(owner, ALL) if entry.id == id), None)


def draw(services: Services, prompt: str = "A cat", owner: str = ME) -> str:
    id = services.generate(owner, prompt, replace(DRAW, prompt=prompt))
    finished(services, id, owner)
    return id


def ids(services: Services, query: HistoryQuery = ALL, owner: str = ME) -> list[str]:
    return [entry.id for entry in services.history(owner, query)]


def test_text_and_pictures_stand_in_one_list_newest_first(services: Services) -> None:
    made = [ask(services, "one"), draw(services, "two"), ask(services, "three")]
    entries = services.history(ME, ALL)
    assert [entry.id for entry in entries] == made[::-1]
    assert [entry.prompt for entry in entries] == ["three", "two", "one"]
    assert [entry.kind for entry in entries] == ["text", "image", "text"]
    assert {entry.outcome for entry in entries} == {Outcome.SUCCEEDED}
    assert [len(entry.keys) for entry in entries] == [0, 2, 0]
    assert [entry.excerpt for entry in entries] == [" Hello from the fake", "", " Hello from the fake"]
    assert [entry.deployment for entry in entries] == ["text", None, "text"]
    assert services.entry(ME, made[1]) == entries[1]
    assert services.deployments_used(ME) == ("text",)


def test_pages_follow_one_another_without_gap_or_repeat(services: Services) -> None:
    made = [ask(services, str(number)) for number in range(7)]
    found, before = [], None
    while page := services.history(ME, ALL, before=before, limit=3):
        found += [entry.id for entry in page]
        before = (page[-1].at, page[-1].id)
    assert found == made[::-1]


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("A Cat on a mat", "cat ON"),
        ("Ein Haus in der STRASSE", "straße"),
        ("ÉCLAIR", "e\u0301clair"),
        ("100% sure", "0%"),
        ("snake_case", "e_c"),
        ("back\\slash", "k\\s"),
        ("a 'quoted' \"word\"", "'QUOTED' \""),
        ("before\0after", "\0AFTER"),
        ("alone \ud800 here", "\ud800"),
        ("家の猫", "の"),
    ],
)
def test_prompts_are_searched_as_they_are_written(services: Services, prompt: str, text: str) -> None:
    wanted = ask(services, prompt)
    ask(services, "0 percent, snakecase, backslash, quoted word, Katze")
    assert ids(services, HistoryQuery(text=text)) == [wanted]
    assert services.entry(ME, wanted).prompt == prompt


def test_entries_are_chosen_by_kind_deployment_and_favourite(services: Services) -> None:
    text, image = ask(services), draw(services)
    assert ids(services, HistoryQuery(kind="text")) == [text]
    assert ids(services, HistoryQuery(kind="image")) == [image]
    assert ids(services, HistoryQuery(deployment="text")) == [text]
    assert ids(services, HistoryQuery(deployment="another")) == []
    services.mark_favourite(ME, image, True)
    assert ids(services, HistoryQuery(favourites=True)) == [image]
    assert services.entry(ME, image).favourite and not services.entry(ME, text).favourite
    services.mark_favourite(ME, image, False)
    assert ids(services, HistoryQuery(favourites=True)) == []


TEXT_OUTCOMES = [
    (sse(chunk(" Hello", finish="stop")), Outcome.SUCCEEDED),
    (sse(chunk(" Hello"), chunk("", finish="content_filter")), Outcome.FILTERED),
    (prompt_blocked(), Outcome.FILTERED),
    (error("no_deployment"), Outcome.FAILED),
    (sse(chunk(" Hello"), done=False), Outcome.INCOMPLETE),
]


@pytest.mark.parametrize(("reply", "outcome"), TEXT_OUTCOMES)
def test_how_a_text_came_out(services: Services, azure: Upstream, reply: Reply, outcome: Outcome) -> None:
    azure.enqueue("completions", reply)
    id = ask(services)
    assert listed(services, id) is outcome
    assert ids(services, HistoryQuery(outcome=outcome)) == [id]
    assert [ids(services, HistoryQuery(outcome=other)) for other in Outcome if other is not outcome] == [
        []
    ] * 6


def test_a_deleted_run_is_hidden_and_can_be_taken_back(services: Services) -> None:
    text, image, kept = ask(services), draw(services), ask(services, "kept")
    services.delete(ME, [text, image])
    assert ids(services) == [kept]
    for id in (text, image):
        with pytest.raises(NotFound):
            services.entry(ME, id)
        with pytest.raises(NotFound):
            services.mark_favourite(ME, id, True)
    with pytest.raises(NotFound):
        services.operation(ME, image)
    services.restore(ME, [text, image])
    assert ids(services) == [kept, image, text]
    assert services.operation(ME, image).state == "succeeded"
    with pytest.raises(NotFound, match="nothing to take back"):
        services.restore(ME, [text, image])


def test_what_is_not_kept_is_in_no_list(services: Services) -> None:
    text = ended(services.complete(ME, ASK, keep=False))
    image = services.generate(ME, "once", DRAW, keep=False)
    assert finished(services, image).state == "succeeded"
    assert services.run(ME, text.id) is text
    seen = ask(services, "kept")
    assert ids(services) == [seen]
    with pytest.raises(NotFound):
        services.entry(ME, image)


def test_a_run_is_listed_while_it_is_written(services: Services, azure: Upstream) -> None:
    gate = threading.Event()

    def pieces() -> Any:
        yield from sse(chunk(" Hello"), done=False).pieces or ()
        gate.wait(20)
        yield from sse(chunk(" you")).pieces or ()

    azure.enqueue("completions", Reply(200, headers={"content-type": "text/event-stream"}, pieces=pieces()))
    run = services.complete(ME, ASK)
    wait(lambda: [entry.excerpt for entry in services.history(ME, ALL)] == [" Hello"])
    assert listed(services, run.id) is Outcome.RUNNING
    gate.set()
    wait(lambda: listed(services, run.id) is Outcome.SUCCEEDED)
    assert services.entry(ME, run.id).excerpt == " Hello you"


def test_a_text_run_is_found_after_a_restart(start: Callable[..., Services], azure: Upstream) -> None:
    azure.enqueue("completions", error("wrong_key"), prompt_blocked())
    first = start()
    blocked = ended(first.complete(ME, ASK))
    whole = ended(first.complete(ME, replace(ASK, prompt="a\0b\ud800", logprobs=2, stop=("x",))))
    first.close()
    second = start()
    for before in (blocked, whole):
        after = second.run(ME, before.id)
        assert after is not None and after.ended
        assert (after.id, after.state, after.request) == (before.id, before.state, before.request)
        assert (after.value, after.seconds, after.notice) == (before.value, before.seconds, before.notice)
        assert repr(after.error) == repr(before.error)
        assert second.run(OTHER, before.id) is None
    assert blocked.notice == "Key 1 was refused, using key 2."
    assert whole.state is RunState.DONE and len(whole.value.choices[0].tokens) == 4


def test_presets_are_kept_per_owner_page_and_name(services: Services) -> None:
    services.save_preset(ME, "completion", "b", {"n": 1})
    services.save_preset(ME, "completion", "a\ud800", {"prompt": "x\0"})
    services.save_preset(ME, "completion", "b", {"n": 2})
    services.save_preset(ME, "images", "c", {})
    assert services.presets(ME, "completion") == {"a\\ud800": {"prompt": "x\0"}, "b": {"n": 2}}
    assert services.presets(OTHER, "completion") == {}
    services.delete_preset(OTHER, "completion", "b")
    services.delete_preset(ME, "completion", "b")
    assert list(services.presets(ME, "completion")) == ["a\\ud800"]


def test_another_owner_reaches_nothing(services: Services) -> None:
    theirs = [ask(services), draw(services)]
    services.delete(OTHER, theirs)
    with pytest.raises(NotFound, match="nothing to take back"):
        services.restore(OTHER, theirs)
    assert services.history(OTHER, ALL) == services.deployments_used(OTHER) == ()
    for id in [*theirs, "random", "\ud800", "a\0b"]:
        said = set()
        for call in (services.entry, lambda owner, id: services.mark_favourite(owner, id, True)):
            with pytest.raises(NotFound) as caught:
                call(OTHER, id)
            said.add(str(caught.value))
        assert said == {"There is no such run here."}
        assert services.run(OTHER, id) is None
    assert ids(services) == theirs[::-1]
    assert not any(entry.favourite for entry in services.history(ME, ALL))
