"""What a person sees before doing anything."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services import ConfigError, Deployment, Problem, Secret, ServiceError, Services
from tests.pages.browsing import CONNECTION, IMAGES, KEY, ROOT, TEXT, Tab, read
from tests.upstream import Upstream
from ui import session

PARAMETERS = {
    TEXT: [
        ("deployment", "Deployment", "text"),
        ("call", "Call", "Completion"),
        ("temperature", "Temperature", 1.0),
        ("max-tokens", "Maximum length (tokens)", 256),
        ("top-p", "Top P", 1.0),
        ("frequency-penalty", "Frequency penalty", 0.0),
        ("presence-penalty", "Presence penalty", 0.0),
        ("stop-sequences", "Stop sequences (up to 4)", ""),
        ("n", "Number of completions", 1),
        ("logprobs", "Show probabilities", 0),
        ("api-version", "API version", "2022-06-01-preview"),
        ("keep", "Keep in history", True),
    ],
    IMAGES: [
        ("size", "Size", "1024x1024"),
        ("n", "Number of images", 1),
        ("keep", "Keep in history", True),
    ],
}
FOLDED = ("Frequency penalty", "Presence penalty")
EACH = [(page, *row) for page, rows in PARAMETERS.items() for row in rows]


def widget(tab: Tab, name: str) -> Any:
    return tab.at.get_by_key(f"{tab.page}-{name}")


@pytest.mark.parametrize(("page", "name", "label", "value"), EACH)
def test_every_parameter_has_its_name_its_default_and_two_sentences_of_help(
    text: Tab, page: str, name: str, label: str, value: Any
) -> None:
    knob = widget(text.go(page), name)
    sentences = re.findall(r"[^.!?]{15,}[.!?](?: |\)|$)", re.sub(r"\([^)]*\)", "", knob.help))
    assert (knob.label, knob.value) == (label, value)
    assert len(sentences) == 2, knob.help


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_no_other_parameter_stands_beside_them_and_the_deployment_comes_first(text: Tab, page: str) -> None:
    labels = [node.label for node in text.go(page).knobs()]
    assert labels == [label for _, label, _ in PARAMETERS[page] if label not in FOLDED]


def test_ranges_are_those_of_the_service(text: Tab) -> None:
    ranges = {slider.key: (slider.min, slider.max) for slider in text.at.slider}
    assert ranges == {
        "completion-temperature": (0, 2),
        "completion-top-p": (0, 1),
        "completion-frequency-penalty": (-2, 2),
        "completion-presence-penalty": (-2, 2),
    }


def test_the_help_on_length_says_what_the_service_would_do_by_itself(text: Tab) -> None:
    assert "16" in widget(text, "max-tokens").help


@pytest.mark.parametrize("name", ["temperature", "top-p"])
def test_temperature_and_top_p_advise_to_change_only_one(text: Tab, name: str) -> None:
    assert "not both" in widget(text, name).help


def test_the_sizes_are_those_the_route_knows(images: Tab) -> None:
    assert widget(images, "size").options == ["1024x1024", "512x512", "256x256"]


@pytest.mark.parametrize(
    ("page", "title", "words"),
    [
        (TEXT, "Text completion", "The completion appears here."),
        (IMAGES, "Image generation", "The pictures appear here."),
    ],
)
def test_an_empty_page_says_where_the_result_will_be(text: Tab, page: str, title: str, words: str) -> None:
    text.go(page)
    assert [node.value for node in text.at.title] == [title]
    assert text.lines() == [words]
    assert widget(text, "prompt").value == ""


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_nothing_can_be_stopped_and_nothing_is_disabled_at_first(text: Tab, page: str) -> None:
    text.go(page)
    assert not text.has(f"{text.page}-stop")
    assert not [button.label for button in text.at.button if button.disabled]


def test_looking_around_sends_nothing(text: Tab, azure: Upstream) -> None:
    text.go(IMAGES).go(TEXT)
    assert azure.requests == ()


def test_the_connection_line_names_the_endpoint_and_that_it_is_not_encrypted(
    text: Tab, azure: Upstream
) -> None:
    host = azure.url.removeprefix("http://")
    assert text.look("connection").endswith(f"Connected to **{host}** · local, not encrypted")


def test_an_encrypted_endpoint_is_not_called_local(
    start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    tab = visit(server=start(endpoint="https://mine.openai.azure.com"))
    assert tab.look("connection").endswith("Connected to **mine.openai.azure.com**")


@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", True), ("127.0.0.1", False), ("localhost", False)])  # noqa: S104
def test_a_server_open_to_others_warns_that_they_use_the_key(
    start: Callable[..., Services], visit: Callable[..., Tab], host: str, warned: bool
) -> None:
    warnings = [node.value for node in visit(server=start(host=host)).at.warning]
    assert warnings == ["Anyone who can open this address uses your key."] * warned


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_the_footer_says_whose_product_this_is_and_where_things_are_kept(text: Tab, page: str) -> None:
    said = text.go(page).look("footer")
    assert "not affiliated with or endorsed by Microsoft or OpenAI" in said
    assert str(text.services.settings.data_dir) in said


@pytest.mark.parametrize("page", [TEXT, CONNECTION])
def test_a_shared_server_tells_nobody_its_folders(
    start: Callable[..., Services], visit: Callable[..., Tab], page: str
) -> None:
    tab = visit(server=start(host="0.0.0.0")).go(page)  # noqa: S104
    assert "that are kept stay on this server." in tab.look("footer")
    assert str(tab.services.settings.data_dir) not in "".join(tab.all)


def test_without_configured_deployments_a_name_can_be_typed(
    start: Callable[..., Services], visit: Callable[..., Tab], azure: Upstream
) -> None:
    tab = visit(server=start(text_deployments=()))
    assert widget(tab, "deployment").value is None
    tab.generate("Hi", deployment="typed-by-hand")
    assert [request.path for request in azure.requests] == ["/openai/deployments/typed-by-hand/completions"]


def test_the_first_of_several_deployments_is_chosen(
    start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    several = (Deployment("zeta"), Deployment("alpha"))
    assert widget(visit(server=start(text_deployments=several)), "deployment").value == "zeta"


# -- settings


@pytest.fixture
def broken() -> Any:
    """A server whose services did not start, for as long as the test."""
    before = session.holder.services, session.holder.problem

    def open_page(problem: ServiceError | None) -> AppTest:
        session.holder.services, session.holder.problem = None, problem
        return AppTest.from_file(str(ROOT / "ui" / "shell.py"), default_timeout=15).run()

    yield open_page
    session.holder.services, session.holder.problem = before


def test_every_bad_setting_is_named_with_its_mend(broken: Callable[..., AppTest]) -> None:
    problems = (
        Problem("AZURE_OPENAI_ENDPOINT", "has no scheme", "Write https:// before it."),
        Problem("PORT", "is not a whole number from 1 to 65535", "Write 8501."),
    )
    at = broken(ConfigError(problems))
    assert not at.exception
    said = read("\n".join(node.value for node in (*at.title, *at.markdown, *at.text)))
    assert "The settings need attention" in said
    for problem in problems:
        assert f"**{problem.variable}** {problem.what}." in said
        assert problem.mend in said
    assert not at.text_area


def test_any_other_trouble_at_the_start_is_told(broken: Callable[..., AppTest]) -> None:
    at = broken(ServiceError("The sandbox did not start.", advice="Install it again."))
    assert [read(node.value) for node in at.error] == ["**The sandbox did not start.**\n\nInstall it again."]
    assert not at.exception
    assert not at.text_area


def test_a_page_before_the_server_is_ready_says_so(broken: Callable[..., AppTest]) -> None:
    at = broken(None)
    assert "has not started yet" in read(at.error[0].value)


def test_the_key_is_in_nothing_that_goes_to_the_browser(text: Tab) -> None:
    text.generate("Hello").go(IMAGES)
    assert text.sent
    assert not text.sent.has(KEY)
    assert KEY not in repr(Secret(KEY))
