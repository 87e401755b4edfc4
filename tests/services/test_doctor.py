"""The connection doctor tells the ways apart in which a connection can be wrong."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services import Check, Deployment, RunState, Services
from services.azure import Azure
from services.azure.retry import ALONE
from services.doctor import examine
from tests.azure_bodies import error
from tests.azure_reply import Reply
from tests.services.following import KEY_1, KEY_2, ME, strings, wait
from tests.upstream import Upstream

Start = Callable[..., Services]
LIST = Reply(200, {"object": "list", "data": []})


def checked(services: Services) -> tuple[Check, ...]:
    run = services.diagnose(ME)
    wait(lambda: run.ended)
    assert run.error is None
    return run.value


def test_a_connection_that_works_passes_every_check(services: Services, azure: Upstream) -> None:
    azure.enqueue("other", LIST, LIST)
    assert [(check.name, check.passed) for check in checked(services)] == [
        ("KEY 1", True),
        ("KEY 2", True),
        ("text", True),
    ]


def test_each_key_is_tried_by_itself(services: Services, azure: Upstream) -> None:
    azure.enqueue("other", LIST, error("wrong_key"))
    first, second, _ = checked(services)
    assert (first.passed, second.passed) == (True, False)
    assert "refused the key" in second.words
    assert [request.headers["api-key"] for request in azure.received("other")] == [KEY_1, KEY_2]


def test_a_page_of_a_proxy_is_no_list_of_models(services: Services, azure: Upstream) -> None:
    azure.enqueue("other", Reply(200, "<html>sign in</html>"), LIST)
    first, second, _ = checked(services)
    assert (first.passed, second.passed) == (False, True)
    assert "not valid JSON" in first.words
    assert "proxy" in first.mend


def test_a_server_that_lists_no_models_has_taken_the_key(services: Services, azure: Upstream) -> None:
    azure.enqueue("other", error("not_found"), error("not_found"))
    assert [check.passed for check in checked(services)] == [True, True, True]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (error("no_deployment"), "knows no deployment of this name"),
        (error("wrong_operation"), "does not offer this operation"),
        (error("bad_version"), "does not support this api-version"),
        (error("firewall"), "does not admit this machine"),
        (error("no_role"), "lacks the role"),
        (error("keys_disabled"), "does not accept keys"),
        (Reply(502, "<html>proxy</html>"), "failing (status 502)"),
        (Reply(200, "<html>sign in</html>"), "without saying anything"),
    ],
)
def test_what_is_wrong_with_a_deployment_is_said_with_its_mend(
    services: Services, azure: Upstream, reply: Reply, words: str
) -> None:
    azure.enqueue("other", LIST, LIST)
    azure.enqueue("completions", reply, reply)  # a second time for the other key
    check = checked(services)[-1]
    assert (check.name, check.passed) == ("text", False)
    assert words in check.words
    assert check.mend


def test_an_endpoint_that_cannot_be_reached_ends_the_examination(services: Services, azure: Upstream) -> None:
    azure.close()
    (check,) = checked(services)
    assert (check.name, check.passed) == ("Endpoint", False)
    assert "Cannot reach" in check.words


def test_where_nothing_is_configured_it_says_so_first(services: Services, azure: Upstream) -> None:
    settings = services.settings
    first = next(examine(settings, Azure(settings), services.deployments.text_family, ALONE, embedded=True))
    assert (first.passed, first.words) == (
        None,
        "Nothing is configured: the embedded sandbox answers.",
    )
    assert "AZURE_OPENAI_ENDPOINT" in first.mend


def test_a_name_that_leads_nowhere_is_told_from_a_host_that_does_not_answer(start: Start) -> None:
    (check,) = checked(start(endpoint="https://no-such-host.invalid"))
    assert (check.name, check.words) == ("Endpoint", "The name no-such-host.invalid cannot be found.")
    assert "spelling" in check.mend


def test_a_chat_deployment_is_asked_as_chat(start: Start, azure: Upstream) -> None:
    services = start(text_deployments=(Deployment("mine", "gpt-4.1"),))
    azure.enqueue("other", LIST, LIST)
    checked(services)
    assert azure.received("chat")[0].json["messages"] == [{"role": "user", "content": "Hello"}]
    assert azure.received("completions") == ()


@pytest.mark.parametrize(("deployments", "name"), [((), "Text deployments"), ((Deployment("a"),), "a")])
def test_without_a_deployment_to_ask_it_says_how_to_name_one(
    start: Start, azure: Upstream, deployments: Any, name: str
) -> None:
    azure.enqueue("other", LIST, LIST)
    assert checked(start(text_deployments=deployments))[-1].name == name


def test_pictures_are_never_made_to_try_a_deployment(start: Start, azure: Upstream) -> None:
    services = start(image_deployments=(Deployment("pics", "gpt-image-1"),))
    azure.enqueue("other", LIST, LIST)
    check = checked(services)[-1]
    assert (check.name, check.passed) == ("pics", None)
    assert azure.bill == () or all("image" not in request.path for request in azure.bill)


@pytest.mark.parametrize("route", ["other", "completions"])
def test_a_server_that_closes_does_not_wait_for_a_silent_endpoint(
    services: Services, azure: Upstream, route: str
) -> None:
    azure.enqueue("other", *[LIST] * (2 if route == "completions" else 0))
    azure.hold(route)
    run = services.diagnose(ME)
    wait(lambda: azure.received(route))
    closing = threading.Thread(target=services.close)
    closing.start()
    closing.join(8)
    assert (closing.is_alive(), run.state) == (False, RunState.STOPPED)


def test_the_doctor_waits_for_a_busy_service_in_sight(services: Services, azure: Upstream) -> None:
    azure.enqueue("other", LIST, LIST)
    azure.enqueue("completions", error("rate_limit_short", headers={"retry-after": "0.2"}))
    run = services.diagnose(ME)
    wait(lambda: run.waiting or run.ended)
    assert run.waiting is not None
    wait(lambda: run.ended)
    assert [check.passed for check in run.value] == [True, True, True]


def test_no_check_repeats_a_key(services: Services, azure: Upstream) -> None:
    azure.enqueue("other", Reply(401, f"denied: {KEY_1}"), Reply(403, f"denied: {KEY_2}"))
    said = " ".join(strings(checked(services)))
    assert KEY_1 not in said
    assert KEY_2 not in said
