"""The connection page says what is configured, never a key, and tries it when asked to."""

from collections.abc import Callable

from services import Deployment, Services
from tests.azure_bodies import error
from tests.azure_reply import Reply
from tests.pages.browsing import KEY, Tab, read
from tests.upstream import Upstream

CONNECTION = "../pages/connection.py"


def written(tab: Tab) -> str:
    return read("\n".join(node.value for node in (*tab.at.markdown, *tab.at.text, *tab.at.caption)))


def test_it_says_what_is_configured_but_of_a_key_only_that_it_is_there(
    start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    server = start(text_deployments=(Deployment("mine", "gpt-4.1"), Deployment("odd")))
    tab = visit(server=server).go(CONNECTION)
    words = written(tab)
    assert "KEY 1 present" in words
    assert "mine = gpt-4.1 (chat)" in words
    assert "odd (completions or chat: the first answer tells)" in words
    assert "2022-06-01-preview" in words
    assert not tab.sent.has(KEY)


def test_nothing_is_asked_before_the_button_is_pressed(visit: Callable[..., Tab], azure: Upstream) -> None:
    visit().go(CONNECTION)
    assert azure.requests == ()


def test_the_doctor_shows_each_check_with_a_word_and_its_mend(
    visit: Callable[..., Tab], azure: Upstream
) -> None:
    azure.enqueue("other", Reply(200, {"data": []}))
    azure.enqueue("completions", error("no_deployment"))
    tab = visit().go(CONNECTION)
    tab.at.button(key="connection-examine").click().run()
    assert not tab.at.exception
    words = written(tab)
    assert "passed · **KEY 1**" in words
    assert "failed · **text**" in words
    assert "The service knows no deployment of this name." in words
    assert "Check the name under Deployments in the portal." in words
    assert not tab.sent.has(KEY)
