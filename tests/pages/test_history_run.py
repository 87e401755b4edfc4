"""One run of the history: everything kept of it, and its use for new runs."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from services import CompletionRequest, Deployment, HistoryQuery, ImageFamily, ImageRequest, Services
from tests.azure_bodies import (
    IMAGE_BLOCKED,
    choice,
    chunk,
    completion,
    error,
    logprobs,
    prompt_chunk,
    sse,
    succeeded,
)
from tests.pages.browsing import HISTORY, IMAGES, ME, TEXT, Tab, wait
from tests.pages.test_hostile import NASTY, check
from tests.upstream import Upstream
from ui import parameters

Open = Callable[..., Tab]
NO_SUCH = "There is no such run here."


def newest(services: Services, owner: str = ME) -> str:
    return services.history(owner, HistoryQuery(), limit=1)[0].id


@pytest.fixture
def look(visit: Open) -> Open:
    """Opens the address of a run, of the newest one if none is named."""

    def make(services: Services, run: str = "", **kwargs: Any) -> Tab:
        return visit(server=services, page=HISTORY, run=run or newest(services), **kwargs)

    return make


def test_a_text_is_shown_with_all_that_is_known_of_it(text: Tab, azure: Upstream, look: Open) -> None:
    whole = choice(" Once", 0, "stop", filters={"violence": {"filtered": False, "severity": "low"}})
    azure.enqueue("completions", sse(prompt_chunk(hate="low"), completion(whole, usage=(3, 2))))
    text.generate("Tell me\n  more", temperature=0.35, stop_sequences="\\n")
    tab = look(text.services)
    lines = tab.all
    assert "Text · Today" in lines
    assert any("Succeeded · text" in line for line in lines)
    assert "Tell me\n  more" in lines
    assert "Finish reason: finished by itself" in lines
    assert any(line.startswith("3 tokens in · 2 tokens out") for line in lines)
    assert any("| Answer | Violence | low |" in line for line in lines)
    settings = next(line for line in lines if line.startswith("| Setting |"))
    for row in ("| Deployment | text |", "| Temperature | 0.35 |", "| Presence penalty | 0.0 |"):
        assert row in settings
    assert '| Stop sequences | ["\\n"] |' in settings


def test_probabilities_are_kept(text: Tab, azure: Upstream, look: Open) -> None:
    azure.enqueue("completions", sse(chunk(" Hi", finish="stop", logprobs=logprobs([" Hi"]))))
    text.generate("Hello", logprobs=3)
    run = look(text.services).services.run(ME, newest(text.services))
    assert run is not None
    assert run.value.choices[0].tokens


def test_pictures_are_shown_with_their_timeline(images: Tab, azure: Upstream, look: Open) -> None:
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/x/0.png", IMAGE_BLOCKED))
    images.generate("a cat", n=2, size="256x256")
    tab = look(images.services)
    said = "\n".join(tab.all)
    assert "Images · Today" in said
    assert "Image blocked" in said
    assert "Timeline: " in said
    for row in ("Size | 256x256", "Number of images | 2", "Deployment | none (submit and poll)"):
        assert f"| {row} |" in said
    assert len(tab.at.image) == 1


def test_a_run_is_there_after_a_restart(text: Tab, start: Callable[..., Services], look: Open) -> None:
    text.generate("Hi")
    text.services.close()
    assert "Hello from the fake" in "\n".join(look(start()).all)


def test_another_ones_run_is_answered_like_one_that_never_was(text: Tab, look: Open, visit: Open) -> None:
    text.generate("Mine").go(IMAGES).generate("Mine, too")
    theirs = [entry.id for entry in text.services.history(ME, HistoryQuery())]
    said = [look(text.services, id, owner="owner-other").all for id in (*theirs, "nonsense", "../x")]
    assert NO_SUCH in "\n".join(said[0])
    assert all(lines == said[0] for lines in said)
    assert "Mine" not in "\n".join(said[0])


def test_a_run_that_was_deleted_is_no_longer_there(text: Tab, look: Open) -> None:
    text.generate("Hi")
    run = newest(text.services)
    tab = look(text.services).press("delete")
    assert "run" not in tab.at.query_params
    assert any("1 run deleted." in line for line in tab.all)
    assert NO_SUCH in "\n".join(look(text.services, run).all)
    tab.press("undo")
    assert "Hello from the fake" in "\n".join(look(text.services, run).all)


def test_a_prompt_is_used_again_and_the_parameters_stay(text: Tab, look: Open) -> None:
    text.generate("Old prompt", temperature=0.35)
    text.fill(prompt="New prompt", temperature=1.5).at.run()
    tab = look(text.services).press("use-prompt")
    assert tab.page == "completion"
    assert (tab.value("prompt"), tab.value("temperature")) == ("Old prompt", 1.5)


@pytest.mark.parametrize("page", [TEXT, IMAGES])
@pytest.mark.parametrize("press", ["use-prompt", "use-all"])
def test_what_was_written_elsewhere_survives_the_use_of_an_old_run(
    text: Tab, look: Open, visit: Open, page: str, press: str
) -> None:
    text.go(page).generate("Old", n=2)
    text.fill(prompt="Mine", n=3).at.run()
    look(text.services).press(press)
    tab = visit().go(page)
    assert (tab.value("prompt"), tab.value("n")) == ("Old", 3 if press == "use-prompt" else 2)
    assert tab.press("undo").value("prompt") == "Mine"


def test_all_settings_of_a_text_are_used_again(text: Tab, look: Open) -> None:
    old = {"prompt": "Old\nprompt", "temperature": 0.35, "max_tokens": 77, "stop_sequences": "a\n\\n", "n": 2}
    text.generate(**old).fill(prompt="New", temperature=1.0, max_tokens=5, stop_sequences="", n=1).at.run()
    run = newest(text.services)
    tab = look(text.services).press("use-all")
    assert tab.page == "completion"
    assert {name: tab.value(name.replace("_", "-")) for name in old} == old
    assert tab.shown == run


def test_all_settings_of_pictures_are_used_again(images: Tab, look: Open) -> None:
    images.generate("a cat", n=2, size="256x256").fill(prompt="", n=1, size="1024x1024").at.run()
    run = newest(images.services)
    tab = look(images.services).press("use-all")
    assert tab.page == "image"
    assert [tab.value(name) for name in ("prompt", "n", "size")] == ["a cat", 2, "256x256"]
    assert tab.shown == run


@pytest.mark.parametrize(("page", "route"), [(TEXT, "completions"), (IMAGES, "submit")])
def test_a_run_is_made_again(text: Tab, azure: Upstream, look: Open, page: str, route: str) -> None:
    text.go(page).generate("Again!", n=2)
    first = newest(text.services)
    tab = look(text.services).press("again")
    wait(lambda: len(azure.received(route)) == 2)
    assert azure.received(route)[0].json == azure.received(route)[1].json
    assert tab.shown == newest(text.services) != first


@pytest.mark.parametrize("moment", ["ui.reuse.Use.note", "streamlit.switch_page"])
def test_two_presses_make_a_run_again_once_and_end_where_the_first_went(
    text: Tab, azure: Upstream, look: Open, moment: str
) -> None:
    text.generate("Again!")
    tab = look(text.services).press_twice("again", moment)
    wait(lambda: not text.services._runs.active)
    assert len(azure.received("completions")) == 2
    assert tab.page == "completion"
    assert tab.at.session_state["page"] == ""  # the text page was drawn last
    assert tab.shown == newest(text.services)


def regenerating(tab: Tab) -> list[str]:
    """*Regenerate*, with the parameters as they are now, would be another *Run again* here."""
    labels = [button.label for button in tab.at.button]
    assert "Continue" in labels
    return [label for label in labels if label.startswith("Regenerate")]


def test_a_run_is_not_made_again_with_what_its_deployment_does_not_take(
    azure: Upstream, visit: Open, start: Callable[..., Services], look: Open
) -> None:
    azure.defaults["chat"] = azure.chat
    server = start(text_deployments=(Deployment("o3"), Deployment("text")))
    visit(server=server).generate("Hi")
    assert regenerating(look(server)) == []
    visit(server=server).generate("Hi", deployment="text", call="Completion")
    assert regenerating(look(server)) == ["Regenerate with probabilities"]


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_a_run_that_goes_on_is_watched_on_its_own_page(
    text: Tab, azure: Upstream, look: Open, page: str
) -> None:
    azure.hold("completions")
    azure.hold("submit")
    text.go(page).fill(prompt="Slow one").button("generate").click()
    text.until(lambda: text.has_sent_stop())
    tab = look(text.services, text.shown)
    (link,) = (node.proto for node in tab.at.get("page_link") if node.proto.label == "Watch it on its page")
    assert link.query_string == f"run={text.shown}"
    assert link.page == ("images" if page == IMAGES else "")


def test_an_answer_is_gone_on_from(text: Tab, azure: Upstream, look: Open) -> None:
    text.generate("Hi")
    run = newest(text.services)
    tab = look(text.services)
    tab.at.button(key=f"completion-continue-0-{run}").click().run()
    assert tab.page == "completion"
    assert tab.value("prompt") == "Hi Hello from the fake"
    assert azure.received("completions")[-1].json["prompt"] == "Hi Hello from the fake"


def test_what_cannot_be_made_again_is_said_on_the_spot(
    text: Tab, look: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    text.generate("Again!")
    tab = look(text.services)
    limit = "services.azure.text_request.PROMPT_CAP"
    monkeypatch.setattr(limit, 3)
    said = "\n".join(tab.press("again").all)
    assert "Nothing was sent." in said
    monkeypatch.undo()
    assert tab.press("again").page == "completion"


def test_a_refused_run_says_what_it_said_then(text: Tab, azure: Upstream, look: Open) -> None:
    azure.enqueue("completions", error("no_deployment"))
    text.generate("Hi")
    said = "\n".join(look(text.services).all)
    assert "Failed · text" in said
    assert "Details for support" in said


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_whatever_stands_in_a_prompt_is_text(text: Tab, azure: Upstream, look: Open, page: str) -> None:
    azure.enqueue("completions", sse(chunk(NASTY, finish="stop")))
    if page == TEXT:
        text.fill(deployment=NASTY[:60])
    text.go(page).generate(NASTY)
    listed = look(text.services)
    listed.at.query_params.clear()
    listed.at.run()
    for tab in (listed, look(text.services)):
        check(tab)
        assert any("**zq** _zq_" in line for line in tab.all)


HELD: list[dict[str, Any]] = [
    {"completion-deployment": "text", "completion-prompt": "Hi\n there"},
    {"completion-call": "Chat", "completion-system": "Be brief", "completion-effort": "low"},
    {"completion-stop-sequences": "a\n\\n\n \\t", "completion-n": 3, "completion-top-p": 0.5},
    {"completion-logprobs": 5, "completion-api-version": "2024-10-21", "completion-max-tokens": 9},
    {"completion-frequency-penalty": -1.5, "completion-presence-penalty": 2.0},
    {"completion-temperature": 0.35, "completion-best-of": 4, "completion-echo": True},
    {"completion-suffix": "The end.", "completion-seed": "7", "completion-user": "me"},
    {"completion-logit-bias": "50256: -100\n11: 2.5"},
]


@pytest.mark.parametrize("held", HELD)
def test_the_widgets_of_a_request_make_the_same_request(
    held: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = parameters.COMPLETION | {"completion-deployment": "x"} | held
    monkeypatch.setattr(parameters.st, "session_state", state)
    assert parameters.completion_widgets(parameters.completion_request()) == state


def test_no_widget_is_forgotten() -> None:
    assert set().union(*HELD) == set(parameters.COMPLETION)


def test_the_widgets_of_an_image_request_make_the_same_request(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ("prompt", "deployment", "quality", "style", "background", "moderation", "api-version")
    state: dict[str, Any] = {f"image-{name}": f"some {name}" for name in texts}
    state |= {"image-format": "jpeg", "image-compression": 40, "image-size": "1x2", "image-n": 2}
    state |= {"image-previews": 3}
    assert set(state) == set(parameters.IMAGE)
    monkeypatch.setattr(parameters.st, "session_state", state)
    family = Mock(spec_set=ImageFamily)  # which has every knob
    assert parameters.image_widgets(parameters.image_request(family)) == state


def test_a_value_that_no_widget_can_hold_is_left_at_its_start() -> None:
    widgets = parameters.completion_widgets(CompletionRequest(deployment="x", prompt="y", temperature=None))
    assert widgets["completion-temperature"] == 1.0
    widgets = parameters.image_widgets(ImageRequest(prompt="y", output_compression=40))
    assert (widgets["image-deployment"], widgets["image-compression"]) == ("", 40)
