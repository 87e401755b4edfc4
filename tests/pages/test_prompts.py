"""Undo and redo of the prompt, and what an answer can become."""

from collections.abc import Callable

import pytest

from services import Services
from tests.pages.browsing import IMAGES, TEXT, Tab
from tests.upstream import Upstream
from ui import prompts


def write(tab: Tab, *texts: str) -> Tab:
    """Commits one text after the other."""
    for text in texts:
        tab.fill(prompt=text).at.run()
    return tab


def back(tab: Tab, name: str, times: int) -> list[str]:
    """What stands in the box after each press."""
    return [tab.press(name).value("prompt") for _ in range(times)]


def test_undo_and_redo_walk_through_everything_that_was_committed(text: Tab) -> None:
    write(text, "a", "b", "c")
    assert back(text, "undo", 3) == ["b", "a", ""]
    assert back(text, "redo", 3) == ["a", "b", "c"]


def test_at_the_ends_nothing_changes_and_it_says_so(text: Tab) -> None:
    write(text, "a").press("redo")
    assert text.at.toast[0].value == "There is nothing to redo."
    assert back(text, "undo", 2) == ["", ""]
    assert text.at.toast[0].value == "There is nothing to undo."


def test_what_is_typed_and_not_yet_sent_is_a_step_too(text: Tab) -> None:
    write(text, "a").fill(prompt="b")
    assert back(text, "undo", 1) + back(text, "redo", 1) == ["a", "b"]


def test_typing_after_an_undo_forgets_what_was_undone_and_nothing_else(text: Tab) -> None:
    write(text, "a", "b").press("undo")
    write(text, "c")
    assert back(text, "redo", 1) + back(text, "undo", 2) == ["c", "a", ""]


def test_the_past_survives_a_page_switch_a_new_tab_and_a_restart(
    text: Tab, visit: Callable[..., Tab], start: Callable[..., Services]
) -> None:
    write(text, "a", "b").go(IMAGES).go(TEXT)
    assert back(visit(), "undo", 2) == ["a", ""]
    text.services.close()
    tab = visit(server=start())
    assert back(tab, "redo", 2) == ["a", "b"]


def test_another_owner_has_another_past(text: Tab, visit: Callable[..., Tab]) -> None:
    write(text, "a", "b")
    other = write(visit(owner="owner-other"), "c")
    assert back(other, "undo", 2) == ["", ""]


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_the_buttons_are_there_once_there_is_a_past_and_stay(text: Tab, page: str) -> None:
    text.go(page)
    assert not text.has(f"{text.page}-undo") and not text.has(f"{text.page}-redo")
    write(text, "a")
    for press in ("undo", "undo", "redo", "redo"):
        text.press(press)
        assert text.has(f"{text.page}-undo") and text.has(f"{text.page}-redo")


@pytest.mark.parametrize(
    ("page", "press"),
    [
        (TEXT, "A story"),
        (TEXT, "clear"),
        (IMAGES, "Red sailboat"),
        (IMAGES, "clear"),
        (IMAGES, "use-prompt"),
        (IMAGES, "use-all-settings"),
    ],
)
def test_what_a_press_replaces_can_be_had_back(text: Tab, page: str, press: str) -> None:
    text.go(page).generate("Hi").fill(prompt="mine")
    menu = text.at.menu_button(key=f"{text.page}-examples")
    if press in menu.options:
        menu.set_value(press).run()
    else:
        text.press(press)
    assert text.value("prompt") != "mine"
    assert back(text, "undo", 2) == ["mine", "Hi"]


def test_a_failing_run_changes_neither_prompt_nor_past(text: Tab, azure: Upstream) -> None:
    write(text, "a")
    azure.close()
    text.generate("b")
    assert text.value("prompt") == "b"
    assert back(text, "undo", 1) == ["a"]


def test_the_oldest_steps_go_first(text: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts, "STEPS", 3)
    write(text, *"abcde")
    assert back(text, "undo", 4) == ["d", "c", "b", "b"]


def test_the_past_is_bounded_in_characters_too(text: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts, "CHARACTERS", 10)
    write(text, "x" * 8, "y" * 8, "z")
    assert back(text, "undo", 2) == ["y" * 8, "y" * 8]


# -- what an answer can become


def test_continue_goes_on_from_prompt_and_answer_and_can_be_undone(text: Tab, azure: Upstream) -> None:
    text.generate("Hi").press("continue-0")
    assert [request.json["prompt"] for request in azure.requests] == ["Hi", "Hi Hello from the fake"]
    assert text.value("prompt") == "Hi Hello from the fake"
    assert back(text, "undo", 1) == ["Hi"]


def test_continue_takes_the_prompt_of_the_answer_and_not_what_stands_in_the_box(
    text: Tab, azure: Upstream
) -> None:
    text.generate("Hi").fill(prompt="something else").press("continue-0")
    assert azure.requests[1].json["prompt"] == "Hi Hello from the fake"
    assert back(text, "undo", 2) == ["something else", "Hi"]


def test_an_answer_becomes_the_prompt_without_being_sent(text: Tab, azure: Upstream) -> None:
    text.generate("Hi").press("use-0")
    assert text.value("prompt") == "Hello from the fake"
    assert len(azure.requests) == 1


def test_regenerate_sends_the_prompt_of_the_result_again(text: Tab, azure: Upstream) -> None:
    text.generate("Hi").fill(prompt="something else", temperature=0.5).press("regenerate")
    assert [request.json["prompt"] for request in azure.requests] == ["Hi", "Hi"]
    assert azure.requests[1].json["temperature"] == 0.5
    assert back(text, "undo", 1) == ["something else"]


@pytest.mark.parametrize("name", ["continue-0", "regenerate"])
def test_a_second_press_sends_nothing_more(text: Tab, azure: Upstream, name: str) -> None:
    text.generate("Hi").button(name).click()
    pressed = text.at._tree.get_widget_states()
    text.at.run()
    text.at._run(pressed)
    assert len(azure.requests) == 2
