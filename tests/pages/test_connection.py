"""The connection page says what is configured, never a key, and tries it when asked to."""

from collections.abc import Callable
from dataclasses import replace

from services import Deployment, Operation, Secret, Services
from tests.azure_bodies import chunk, error, sse
from tests.azure_reply import Reply
from tests.pages.browsing import CONNECTION, KEY, TEXT, Tab, read, wait
from tests.upstream import Upstream


def written(tab: Tab) -> str:
    return read("\n".join(node.value for node in (*tab.at.markdown, *tab.at.text, *tab.at.caption)))


def test_it_says_what_is_configured_but_of_a_key_only_that_it_is_there(
    start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    server = start(text_deployments=(Deployment("mine", "gpt-4.1"), Deployment("odd")))
    tab = visit(server=server).go(CONNECTION)
    words = written(tab)
    assert "KEY 1 present" in words
    assert "mine = gpt-4.1\nText · chat\n" in tab.look("connection-deployments").replace("**", "")
    assert "odd\nText · completions or chat: the first answer tells\n" in (
        tab.look("connection-deployments").replace("**", "")
    )
    takes = "Number of completions, Show probabilities, Frequency penalty, Presence penalty, Best of, "
    assert f"{takes}Echo the prompt, Suffix, Logit bias, Seed, End user" in words
    assert "2022-06-01-preview" in words
    assert not tab.sent.has(KEY)


def test_what_a_deployment_taught_is_told_and_can_be_forgotten(
    services: Services, visit: Callable[..., Tab]
) -> None:
    services.deployments.learn("text", operation=Operation.CHAT, without="top_p")
    services.deployments.learn("typed-once", without="n")
    tab = visit().go(CONNECTION)
    words = tab.look("connection-deployments")
    assert "Learnt from a refusal: serves chat; does not take “Top P”" in words
    assert "typed-once" in words and "does not take “Number of completions”" in words
    tab.at.button(key="lesson-text").click().run()
    assert "serves chat" not in tab.look("connection-deployments")
    assert services.deployments.lessons.keys() == {"typed-once"}
    tab.at.button(key="lesson-typed-once").click().run()
    assert "typed-once" not in tab.look("connection-deployments")


def test_what_is_left_of_a_limit_is_told_after_an_answer(visit: Callable[..., Tab], azure: Upstream) -> None:
    headers = {
        "content-type": "text/event-stream",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-tokens": "119000",
    }
    azure.enqueue("completions", replace(sse(chunk("Hi", finish="stop")), headers=headers))
    tab = visit().go(CONNECTION)
    assert "Left of its limits" not in tab.look("connection-deployments")
    tab.go(TEXT).generate("Hi").until(lambda: tab.services.deployments.headroom("text"))
    words = tab.go(CONNECTION).look("connection-deployments")
    assert "Left of its limits: 59 of 60 requests, 119,000 tokens, by an answer a moment ago" in words


def test_it_says_which_key_is_in_use_once_the_first_was_refused(
    start: Callable[..., Services], visit: Callable[..., Tab], azure: Upstream
) -> None:
    server = start(keys=(Secret("stale-key-stale-key"), Secret(KEY)))
    azure.keys = (KEY,)
    tab = visit(server=server)
    assert "KEY 1 present, KEY 2 present |" in written(tab.go(CONNECTION))
    tab.go(TEXT).generate("Hi").until(lambda: azure.received("completions")[1:])
    wait(lambda: server.deployments.key_in_use == 2)
    assert "KEY 1 was refused, using KEY 2" in written(tab.go(CONNECTION))


def test_nothing_is_asked_before_the_button_is_pressed(visit: Callable[..., Tab], azure: Upstream) -> None:
    visit().go(CONNECTION)
    assert azure.requests == ()


def test_the_doctor_counts_down_while_it_waits(visit: Callable[..., Tab], azure: Upstream) -> None:
    azure.enqueue("other", Reply(200, {"data": []}))
    azure.enqueue("completions", error("rate_limit_short", headers={"retry-after": "1"}))
    tab = visit().go(CONNECTION)
    tab.at.button(key="connection-examine-0").click().run()
    assert tab.sent.has("Trying again")
    assert "passed · **text**" in written(tab)


def test_the_doctor_shows_each_check_with_a_word_and_its_mend(
    visit: Callable[..., Tab], azure: Upstream
) -> None:
    azure.enqueue("other", Reply(200, {"data": []}))
    azure.enqueue("completions", error("no_deployment"))
    tab = visit().go(CONNECTION)
    tab.at.button(key="connection-examine-0").click().run()
    assert not tab.at.exception
    words = written(tab)
    assert "passed · **KEY 1**" in words
    (failed,) = (node.value for node in tab.at.markdown if ":material/cancel:" in node.value)
    assert "Check the name under Deployments in the portal." in read(failed)  # the mend beside what it mends
    assert "failed · **text**" in words
    assert "The service knows no deployment of this name." in words
    assert "Check the name under Deployments in the portal." in words
    assert not tab.sent.has(KEY)


def test_a_second_press_asks_nothing_more(visit: Callable[..., Tab], azure: Upstream) -> None:
    tab = visit().go(CONNECTION)
    tab.at.button(key="connection-examine-0").click()
    pressed = tab.at._tree.get_widget_states()
    tab.at.run()
    asked = len(azure.requests)
    tab.at._run(pressed)
    tab.at.run()
    assert len(azure.requests) == asked > 0
