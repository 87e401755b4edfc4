"""Nothing that a person wrote is lost, and nothing is cleared without asking."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.state import SessionState

from services import Deployment, ServiceError, Services
from tests.azure_bodies import operation
from tests.azure_reply import Reply
from tests.pages.browsing import HISTORY, IMAGES, ME, TEXT, Tab
from tests.upstream import Upstream
from ui import examples
from ui.turns import turns

PROMPT = '  my "prompt"\n\twith $x$ and 🏖️ '
SETTINGS = {
    "temperature": 0.35,
    "max_tokens": 77,
    "top_p": 0.5,
    "frequency_penalty": -1.0,
    "presence_penalty": 1.5,
    "stop_sequences": "a\n\\n",
    "n": 3,
    "api_version": "2024-10-21",
}


def held(tab: Tab, names: Any) -> dict[str, Any]:
    return {name: tab.at.get_by_key(f"{tab.page}-{name.replace('_', '-')}").value for name in names}


def test_a_new_tab_gets_prompt_and_settings_back(text: Tab, visit: Callable[..., Tab]) -> None:
    text.fill(prompt=PROMPT, **SETTINGS).at.run()
    assert held(visit(), SETTINGS | {"prompt": ""}) == SETTINGS | {"prompt": PROMPT}


def test_a_new_tab_gets_the_picture_and_its_settings_back(images: Tab, visit: Callable[..., Tab]) -> None:
    kept = {"prompt": PROMPT, "n": 4, "size": "256x256"}
    images.fill(**kept).at.run()
    assert held(visit().go(IMAGES), kept) == kept


def test_a_draft_survives_a_restart(
    text: Tab, start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    text.fill(prompt=PROMPT).at.run()
    text.services.close()
    assert visit(server=start()).value("prompt") == PROMPT


def test_another_owner_gets_nothing_of_it(text: Tab, visit: Callable[..., Tab]) -> None:
    text.fill(prompt=PROMPT, n=3).at.run()
    assert held(visit(owner="owner-other"), ("prompt", "n")) == {"prompt": "", "n": 1}


def test_a_page_switch_keeps_both_pages_as_they_were(text: Tab) -> None:
    text.fill(prompt=PROMPT, **SETTINGS).go(IMAGES)
    text.fill(prompt="a cat", n=2).go(TEXT)
    assert held(text, SETTINGS | {"prompt": ""}) == SETTINGS | {"prompt": PROMPT}
    assert held(text.go(IMAGES), ("prompt", "n")) == {"prompt": "a cat", "n": 2}


@pytest.mark.parametrize("elsewhere", [TEXT, HISTORY])
def test_what_a_script_run_could_not_save_before_it_was_broken_off_the_next_one_saves(
    text: Tab, visit: Callable[..., Tab], monkeypatch: pytest.MonkeyPatch, elsewhere: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(turns, "later", lambda do: None)  # noqa: ARG005 (what is put off is lost)
        text.fill(prompt=PROMPT).at.run()
        text.go(elsewhere)
    assert visit().value("prompt") == ""
    text.at.run()
    assert visit().value("prompt") == PROMPT


@pytest.mark.parametrize(("here", "there"), [(TEXT, IMAGES), (IMAGES, TEXT), (TEXT, HISTORY)])
def test_what_was_typed_just_before_a_page_switch_is_not_lost(
    text: Tab, monkeypatch: pytest.MonkeyPatch, here: str, there: str
) -> None:
    """A press on the navigation commits the text, and breaks off the script run for it before its first line;
    the browser sends no widget of the page that it leaves."""
    text.go(here)
    text.at.switch_page(there)
    switch = RerunData(page_script_hash=text.at._page_hash, widget_states=WidgetStates())
    text.at.switch_page(here)
    request, take_over = ScriptRunner.request_rerun, SessionState.on_script_will_rerun
    runners = list[ScriptRunner]()

    def started(runner: ScriptRunner, data: RerunData) -> bool:
        runners.append(runner)
        return request(runner, data)

    def interrupted(state: SessionState, *args: Any, **options: Any) -> None:
        take_over(state, *args, **options)
        if len(runners) == 1:
            started(runners[0], switch)

    with monkeypatch.context() as patch:
        patch.setattr(ScriptRunner, "request_rerun", started)
        patch.setattr(SessionState, "on_script_will_rerun", interrupted)
        text.fill(prompt=PROMPT).at.run()
    assert len(runners) == 2
    assert text.go(here).value("prompt") == PROMPT


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_a_draft_is_kept_while_what_was_asked_for_is_still_made(
    text: Tab, azure: Upstream, page: str
) -> None:
    azure.hold("completions")
    azure.enqueue("poll", Reply(200, operation(), {"retry-after": "20"}))
    text.go(page).fill(prompt=PROMPT).button("generate").click()
    text.until(lambda: text.services.draft(ME, text.page).get(f"{text.page}-prompt") == PROMPT)
    assert text.has(f"{text.page}-stop")


CHATTING = {"call": "Chat", "system": "You are a pirate.", "effort": "low"}


def test_a_new_tab_gets_the_chat_back(text: Tab, visit: Callable[..., Tab]) -> None:
    text.fill(call="Chat").at.run()
    text.fill(**CHATTING).at.run()
    assert held(visit(), CHATTING) == CHATTING


def test_what_is_not_drawn_is_kept_and_keeps_nothing_from_being_kept(
    text: Tab, visit: Callable[..., Tab]
) -> None:
    text.fill(call="Chat").at.run()
    text.fill(system="You are a pirate.").at.run()
    text.fill(call="Completion").at.run()
    text.fill(prompt=PROMPT, temperature=0.35).at.run()  # the first edit without the system message
    assert held(visit(), ("call", "prompt", "temperature")) == {
        "call": "Completion",
        "prompt": PROMPT,
        "temperature": 0.35,
    }
    text.fill(call="Chat").at.run()
    assert text.at.text_area(key="completion-system").value == "You are a pirate."


def test_a_page_switch_keeps_what_was_first_drawn_later(text: Tab) -> None:
    text.fill(call="Chat").at.run()
    text.fill(**CHATTING).at.run()
    assert held(text.go(IMAGES).go(TEXT), CHATTING) == CHATTING
    text.at.run()
    assert held(text, CHATTING) == CHATTING


def test_a_knob_that_is_first_drawn_later_keeps_its_value_too(
    start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    tab = visit(server=start(text_deployments=(Deployment("o3"),)))
    tab.fill(deployment="gpt-4.1").at.run()
    tab.fill(temperature=0.35).at.run()
    tab.fill(deployment="o3").at.run()
    tab.fill(prompt=PROMPT).at.run()
    tab.fill(deployment="gpt-4.1").at.run()
    assert tab.at.slider(key="completion-temperature").value == 0.35
    assert tab.value("temperature") == 0.35


def test_a_knob_that_comes_back_in_the_run_of_the_press_is_sent_as_it_was(text: Tab, azure: Upstream) -> None:
    text.fill(temperature=0.35, max_tokens=77, n=3).at.run()
    text.fill(deployment="o3").at.run()
    assert not text.has("completion-temperature")
    text.at.run()
    text.fill(deployment="o4-mini").at.run()
    text.generate("Hi", deployment="davinci-002")
    sent = azure.requests[0].json
    assert (sent["temperature"], sent["max_tokens"], sent["n"]) == (0.35, 77, 3)


def test_a_page_switch_keeps_the_result(text: Tab) -> None:
    text.generate("Hi").go(IMAGES).go(TEXT)
    assert text.lines("completion-text-0") == ["Hello from the fake"]


def test_a_deployment_that_was_typed_is_offered_again(text: Tab, visit: Callable[..., Tab]) -> None:
    text.fill(deployment="typed").at.run()
    choice = visit().at.selectbox(key="completion-deployment")
    assert (choice.value, choice.options) == ("typed", ["text", "typed"])


@pytest.mark.parametrize(
    ("page", "draft"),
    [
        ("completion", {"completion-temperature": 9.5}),
        ("completion", {"completion-n": "many"}),
        ("completion", {"completion-call": "Telephone"}),
        ("completion", {"completion-call": "Chat", "completion-effort": "ultra"}),
        ("image", {"image-size": "1792x1024"}),
        ("image", {"image-n": None}),
        ("image", {"strange": 1}),
    ],
    ids=["range", "type", "call", "effort", "size", "null", "key"],
)
def test_a_draft_of_another_version_does_not_break_the_page(
    services: Services, visit: Callable[..., Tab], page: str, draft: dict[str, Any]
) -> None:
    services.save_draft(ME, page, draft | {f"{page}-prompt": "mine"})
    tab = visit()
    tab.at.switch_page(IMAGES if page == "image" else TEXT).run()
    assert not tab.at.exception
    assert tab.value("prompt") == "mine"


def test_a_disk_that_refuses_the_draft_is_told_and_hurts_nothing(
    text: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.errors import NotSaved

    def full(*_: object) -> None:
        raise NotSaved("The disk is full.")

    monkeypatch.setattr(text.services, "save_draft", full)
    text.generate("Hi")
    assert text.sent.has("Your draft is not kept: The disk is full\\.")
    assert text.lines("completion-text-0") == ["Hello from the fake"]


# -- start over


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_start_over_asks_first_then_clears_prompt_and_result_but_no_parameter(text: Tab, page: str) -> None:
    text.go(page).generate("Hi", n=2)
    popover = text.at.get_by_key(f"{text.page}-clear")
    assert "Clear the prompt and the result?" in [node.value for node in text.at.main.text]
    assert popover.label == "Clear"
    text.press("clear")
    assert held(text, ("prompt", "n")) == {"prompt": "", "n": 2}
    assert "here" in text.look()
    assert text.lines()[1:] == (["Show the last result"] if page == IMAGES else [])  # pictures are kept
    assert text.at.query_params.get("run") is None


def test_start_over_stops_what_runs(text: Tab, azure: Upstream) -> None:
    azure.hold("completions")
    text.fill(prompt="Hi").button("generate").click()
    text.until(lambda: azure.requests and text.sent.has("Waiting"))
    id = text.shown
    text.press("clear")
    run = text.services.run(ME, id)
    assert run is not None
    assert run.ended
    assert text.lines()[0].startswith("The completion appears here")


def test_start_over_clears_a_sentence_too(text: Tab) -> None:
    text.generate("").press("clear")
    assert not text.at.error


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_a_sentence_does_not_stand_over_another_result(text: Tab, page: str) -> None:
    first = text.go(page).generate("Hi").shown
    text.generate("Hi again").generate("").go(HISTORY).go(page)
    assert "Nothing was sent." in text.look()
    text.at.query_params["run"] = first
    text.at.run()
    assert "Nothing was sent." not in text.look()


# -- examples


def menu(tab: Tab) -> Any:
    return tab.at.menu_button(key=f"{tab.page}-examples")


ALL = [(TEXT, example) for example in examples.TEXT] + [(IMAGES, example) for example in examples.IMAGES]
PLAIN = [pytest.param(*row, id=row[1].name) for row in ALL if not row[1].sandbox_only]


@pytest.mark.parametrize(("page", "example"), PLAIN)
def test_an_example_fills_prompt_and_settings_and_sends_nothing(
    text: Tab, azure: Upstream, page: str, example: examples.Example
) -> None:
    text.go(page).fill(prompt="mine", n=5).at.run()
    menu(text).set_value(example.name).run()
    usual = {"n": 1} | example.settings
    assert text.value("prompt") == example.prompt
    assert held(text, usual) == usual
    assert azure.requests == ()


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_examples_of_the_sandbox_are_offered_on_the_sandbox_alone(text: Tab, page: str) -> None:
    offered = menu(text.go(page)).options
    assert offered == [example.name for where, example in ALL if where == page and not example.sandbox_only]


def test_an_example_keeps_deployment_and_version_and_what_else_was_written(text: Tab) -> None:
    kept = {"deployment": "typed", "api_version": "2024-10-21", "suffix": "The end.", "user": "me"}
    text.fill(**kept).at.run()
    menu(text).set_value("A story").run()
    assert held(text, kept) == kept


def test_a_page_that_cannot_read_says_so_inside_the_frame(text: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ServiceError("The playground could not read its database.", advice="Reload.")

    monkeypatch.setattr(text.services, "run", broken)
    text.at.run()
    assert not text.at.exception
    assert text.sent.has("The playground could not read its database\\.")
