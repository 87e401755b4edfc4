"""The history lists every run of the owner: to find, to mark, to delete and to bring back."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from services import CompletionRequest, HistoryQuery, Services
from services.errors import NotSaved
from services.housekeeping import DiskUse
from tests.azure_bodies import IMAGE_BLOCKED, error, prompt_blocked, succeeded
from tests.pages.browsing import HISTORY, IMAGES, ME, TEXT, Tab, wait
from tests.upstream import Upstream
from ui.history import listing, words

Open = Callable[..., Tab]


def ids(services: Services, owner: str = ME) -> list[str]:
    return [entry.id for entry in services.history(owner, HistoryQuery())]


def prompts(tab: Tab) -> list[str]:
    """The prompts that are listed, from top to bottom."""
    links = [node for node in tab.at.main if getattr(node, "type", "") == "page_link"]
    return [link.proto.label for link in links if link.proto.query_string]


def link(tab: Tab, key: str) -> str:
    """The path and query that a link leads to."""
    return str(tab.at.get_by_key(key).proto.url).removeprefix("http://localhost")


@pytest.fixture
def history(text: Tab, azure: Upstream) -> Tab:
    """The history after a text, a picture, a blocked prompt and a refusal, in that order."""
    text.generate("First text").go(IMAGES).generate("Then a picture").go(TEXT)
    azure.enqueue("completions", prompt_blocked(), error("no_deployment"))
    text.generate("Blocked one").generate("Refused one", deployment="wrong")
    return text.go(HISTORY)


def test_it_is_empty_at_first(text: Tab) -> None:
    lines = text.go(HISTORY).all
    assert "Nothing here yet. What you generate is listed here, newest first." in lines
    assert {"Write a text", "Make a picture"} <= set(lines)
    assert "Your data" in lines
    assert text.has("history-wipe-confirmed")  # of drafts, presets, and what was deleted a moment ago


def test_runs_of_both_pages_are_listed_newest_first(history: Tab) -> None:
    assert prompts(history) == ["Refused one", "Blocked one", "Then a picture", "First text"]
    lines = history.all
    outcomes = [line.partition(": ")[2] for line in lines if " · :material/" in line]
    assert outcomes == [
        "Failed · wrong",
        "Filtered · text",
        "Succeeded · submit and poll",
        "Succeeded · text",
    ]
    assert lines.index("Today") < lines.index("Refused one")
    assert lines[lines.index("First text") + 2] == "Hello from the fake"


def test_a_picture_is_listed_with_a_small_one_of_it(history: Tab, azure: Upstream) -> None:
    (image,) = history.at.image
    assert image.proto.imgs[0].alt == "Then a picture"
    assert "/pictures/" in image.proto.imgs[0].url


def test_nobody_sees_another_ones_runs(history: Tab, visit: Open) -> None:
    assert prompts(visit(owner="owner-other").go(HISTORY)) == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"text": "PICTURE"}, ["Then a picture"]),
        ({"text": " one "}, ["Refused one", "Blocked one"]),
        ({"kind": "Images"}, ["Then a picture"]),
        ({"kind": "Text", "outcome": "Succeeded"}, ["First text"]),
        ({"outcome": "Filtered"}, ["Blocked one"]),
        ({"deployment": "wrong"}, ["Refused one"]),
        ({"text": "%"}, []),
    ],
)
def test_runs_are_found_by_words_and_by_what_they_are(
    history: Tab, filters: dict[str, Any], found: list[str]
) -> None:
    history.fill(**filters).at.run()
    assert prompts(history) == found
    if not found:
        assert any("Nothing matches." in line for line in history.all)
        assert len(prompts(history.press("reset"))) == 4


def test_a_search_is_still_there_after_a_look_at_a_run(history: Tab) -> None:
    history.fill(text="text").at.run()
    history.at.query_params["run"] = ids(history.services)[-1]
    history.at.run()
    history.at.query_params.clear()
    history.at.run()
    assert prompts(history) == ["First text"]
    assert prompts(history.go(TEXT).go(HISTORY)) == ["First text"]


def test_favourites_are_marked_found_and_unmarked(history: Tab) -> None:
    first = ids(history.services)[-1]
    history.press(f"star-off-{first}").fill(favourites=True).at.run()
    assert prompts(history) == ["First text"]
    history.press(f"star-on-{first}")
    assert prompts(history) == []


def test_a_long_history_shows_more_at_each_press(text: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(5):
        text.generate(f"text {number}")
    text.go(HISTORY)
    assert len(prompts(text)) == 2
    assert len(prompts(text.press("more"))) == 4
    assert len(prompts(text.press("more"))) == 5
    assert not text.has("history-more")
    text.fill(text="text").at.run()
    assert len(prompts(text)) == 2  # another search begins at its newest runs


def test_runs_that_are_picked_are_deleted_and_brought_back(history: Tab) -> None:
    newest, second, *_ = before = ids(history.services)
    for id in (newest, second):
        history.at.checkbox(key=f"history-pick-{id}").check()
    history.at.run()
    assert "2 runs selected" in "\n".join(history.all)
    history.press("delete")
    assert prompts(history) == ["Then a picture", "First text"]
    assert any("2 runs deleted." in line for line in history.all)
    assert prompts(history.press("undo")) == ["Refused one", "Blocked one", "Then a picture", "First text"]
    assert ids(history.services) == before
    assert not history.has("history-undo-bar")


def test_everything_shown_is_picked_at_once(history: Tab) -> None:
    history.press("pick-all")
    assert "4 runs selected" in "\n".join(history.all)
    history.press("pick-none")
    assert not history.has("history-delete")


def test_the_last_run_is_deleted_and_brought_back(text: Tab) -> None:
    text.generate("Only one").go(HISTORY).press("pick-all").press("delete")
    assert any("Nothing here yet." in line for line in text.all)
    assert prompts(text.press("undo")) == ["Only one"]


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_a_page_no_longer_shows_what_was_deleted(text: Tab, page: str) -> None:
    empty = text.go(page).lines()
    text.generate("Only one").go(HISTORY).press("pick-all").press("delete")
    assert text.go(page).lines() == empty


def test_a_second_press_of_undo_has_nothing_to_complain_of(text: Tab) -> None:
    text.generate("Only one").go(HISTORY).press("pick-all").press("delete")
    text.press_twice("undo", "services.Services.restore")
    assert prompts(text) == ["Only one"]
    assert "There is nothing to take back." not in "\n".join(text.all)
    assert not text.has("history-undo-bar")


def test_what_cannot_be_taken_back_any_more_is_said(text: Tab) -> None:
    text.generate("Only one").go(HISTORY).press("pick-all").press("delete")
    assert re.search(r"1 run deleted\.\*\* For good at \d\d:\d\d\.", "\n".join(text.all))
    text.services.delete_everything(ME)
    assert "There is nothing to take back." in "\n".join(text.press("undo").all)


def test_the_word_that_something_was_deleted_can_be_sent_away(history: Tab) -> None:
    history.press("pick-all").press("delete").press("dismiss")
    assert not history.has("history-undo-bar")
    assert ids(history.services) == []


def test_what_the_disk_refuses_is_said(history: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NotSaved("The playground could not write to its database.", advice="Make space.")

    monkeypatch.setattr(history.services, "delete", refuse)
    history.press("pick-all").press("delete")
    assert "The playground could not write to its database." in "\n".join(history.all)
    assert len(prompts(history)) == 4
    assert not history.has("history-undo-bar")
    monkeypatch.undo()
    assert "could not write" not in "\n".join(history.press("delete").all)


def test_a_run_that_goes_on_is_listed_as_running(text: Tab, azure: Upstream) -> None:
    azure.hold("completions")
    run = text.services.complete(ME, CompletionRequest(deployment="text", prompt="Slow one"))
    text.go(HISTORY)
    assert prompts(text) == ["Slow one"]
    assert any("Running · text" in line for line in text.all)
    azure.release("completions")
    wait(lambda: run.ended)


def test_what_is_not_to_be_kept_is_not_listed(text: Tab, visit: Open) -> None:
    text.fill(keep=False).generate("Between us")
    assert "Hello from the fake" in text.look()
    text.go(IMAGES).fill(keep=False).generate("A secret place")
    text.at.run()
    assert prompts(text.go(HISTORY)) == []
    assert visit().value("prompt") == ""  # nor is the draft
    assert visit().go(IMAGES).value("prompt") == ""


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_a_new_tab_keeps_nothing_where_the_last_one_kept_nothing(text: Tab, visit: Open, page: str) -> None:
    text.go(page).fill(keep=False).at.run()
    other = visit().go(page)
    assert other.at.get_by_key(f"{other.page}-keep").value is False
    assert prompts(other.generate("Between us").go(HISTORY)) == []
    assert visit().go(page).fill(keep=True).at.run()
    assert visit().go(page).value("keep") is True


def test_what_is_not_kept_stays_in_its_own_tab(text: Tab) -> None:
    text.fill(keep=False).generate("Between us").go(IMAGES).go(TEXT)
    assert text.value("prompt") == "Between us"
    assert text.at.toggle(key="completion-keep").value is False


def test_pictures_are_shown_on_one_sheet(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/x/0.png", IMAGE_BLOCKED))
    images.generate("older", n=2).generate("newer", n=1).go(TEXT).generate("a text").go(HISTORY)
    images.fill(view="Pictures").at.run()
    assert not images.at.exception
    sheet = images.at.get_by_key("history-sheet")
    assert sheet.proto.json.count('"picture"') == 2
    assert sheet.proto.json.index("newer") < sheet.proto.json.index("older")
    assert "a text" not in sheet.proto.json
    images.fill(text="nowhere").at.run()
    assert any("Nothing matches." in line for line in images.all)


def test_runs_are_taken_along_as_a_file(history: Tab) -> None:
    newest = ids(history.services)[0]
    assert link(history, "history-export-all") == history.services.exports.link(ME)
    history.at.checkbox(key=f"history-pick-{newest}").check().run()
    assert link(history, "history-export") == history.services.exports.link(ME, [newest])


def test_what_the_disk_holds_is_said(images: Tab) -> None:
    said = "\n".join(images.generate("a cat").go(HISTORY).all)
    use = images.services.disk_use(ME)
    assert f"You keep {words.size(use.pictures_bytes)} of pictures" in said
    assert "nearly full" not in said


def test_a_disk_that_is_nearly_full_is_said(history: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history.services, "disk_use", lambda _: DiskUse(0, 0, 2**31, 5 * 2**20))
    history.at.run()
    assert "**The disk is nearly full:** 5.0 MB are left." in "\n".join(history.all)


def test_everything_is_deleted_once_that_is_confirmed(history: Tab, visit: Open) -> None:
    other = visit(owner="owner-other").generate("Mine stays").go(HISTORY)
    history.press("wipe-confirmed")
    assert ids(history.services) == []
    assert any("Nothing here yet." in line for line in history.all)
    assert history.go(TEXT).value("prompt") == ""  # what this tab held would be kept again
    assert visit().value("prompt") == ""
    other.at.run()
    assert prompts(other) == ["Mine stays"]


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 kB"), (300 * 2**20, "300 MB"), (2 * 2**30, "2.0 GB")],
)
def test_sizes_are_said_in_words(count: int, said: str) -> None:
    assert words.size(count) == said
