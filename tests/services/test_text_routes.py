"""Which call a deployment gets, by which route, with what: over real sockets, remembered on a real disk."""

from collections.abc import Callable
from typing import Any

import pytest

from services import (
    CompletionRequest,
    Deployment,
    Family,
    Invalid,
    Operation,
    Run,
    RunState,
    Secret,
    Services,
    TextSnapshot,
)
from services.azure.families import ALL_KNOBS, CHAT, LEGACY, REASONING, UNKNOWN
from services.azure.resource import Resource
from services.errors import Refused
from tests.azure_bodies import error, unsupported
from tests.azure_reply import Received
from tests.services.following import KEY_1, KEY_2, ME, ended
from tests.upstream import Upstream

Start = Callable[..., Services]
NEW = "2024-10-21"
KNOBS: dict[str, Any] = {  # the common ones, none at its default
    "system": "You are brief.",
    "reasoning_effort": "low",
    "max_tokens": 50,
    "temperature": 0.5,
    "top_p": 0.9,
    "n": 2,
    "stop": ("END",),
    "presence_penalty": 0.5,
    "frequency_penalty": 0.5,
    "logprobs": 3,
}
RARER: dict[str, Any] = {
    "echo": True,
    "suffix": " The end.",
    "logit_bias": (("50256", -100.0),),
    "seed": 7,
    "user": "somebody",
}
USER = {"role": "user", "content": "Hi"}


@pytest.fixture(autouse=True)
def chatting(azure: Upstream) -> None:
    """The model chats, too."""
    azure.defaults["chat"] = azure.chat


def ask(services: Services, deployment: str = "text", **changes: Any) -> Run[TextSnapshot]:
    usual = {"deployment": deployment, "prompt": "Hi", "chat": True}
    return ended(services.complete(ME, CompletionRequest(**{**usual, **changes})))


def sent(azure: Upstream, run: Run[TextSnapshot]) -> Received:
    """The one request of a run that went well."""
    assert (run.state, run.error) == (RunState.DONE, None)
    assert {choice.text for choice in run.value.choices} == {" Hello from the fake"}
    (request,) = azure.requests
    return request


# -- routes


def test_a_dated_version_names_the_deployment_in_the_path(start: Start, azure: Upstream) -> None:
    request = sent(azure, ask(start(api_version="2024-10-21")))
    assert request.target == "/openai/deployments/text/chat/completions?api-version=2024-10-21"
    assert "model" not in request.json
    assert request.headers["api-key"] == KEY_1 and "authorization" not in request.headers


@pytest.mark.parametrize(("chat", "end"), [(True, "chat/completions"), (False, "completions")])
@pytest.mark.parametrize(("version", "query"), [("v1", ""), ("preview", "?api-version=preview")])
def test_on_azure_the_route_without_dates_names_it_in_the_body(
    start: Start, azure: Upstream, chat: bool, end: str, version: str, query: str
) -> None:
    request = sent(azure, ask(start(api_version=version), "my gpt/ü", chat=chat))
    assert request.target == f"/openai/v1/{end}{query}"
    assert request.json["model"] == "my gpt/ü"
    assert request.headers["api-key"] == KEY_1 and "authorization" not in request.headers


@pytest.mark.parametrize("version", ["v1", "preview", "2024-10-21"])
def test_a_request_may_choose_another_route_than_the_settings(
    start: Start, azure: Upstream, version: str
) -> None:
    request = sent(azure, ask(start(api_version="2022-06-01-preview"), api_version=version))
    assert ("model" in request.json) is (request.path == "/openai/v1/chat/completions") is (version != NEW)


@pytest.mark.parametrize("base", ["/v1", "/api/v1", "/openai/v1", "/v1/me/gateway/v1"])
@pytest.mark.parametrize("keys", [(), (Secret(KEY_1),)])
def test_another_server_is_asked_below_its_own_base_with_a_bearer_token_or_nothing(
    start: Start, azure: Upstream, base: str, keys: tuple[Secret, ...]
) -> None:
    request = sent(azure, ask(start(v1_path=base, keys=keys, api_version="v1"), "llama3.2"))
    assert request.target == f"{base}/chat/completions"
    assert (request.json["model"], request.json["max_tokens"]) == ("llama3.2", 256)
    assert request.headers.get("authorization") == (f"Bearer {KEY_1}" if keys else None)
    assert "api-key" not in request.headers


def test_another_server_gets_the_second_bearer_token_where_it_refuses_the_first(
    start: Start, azure: Upstream
) -> None:
    azure.enqueue("chat", error("wrong_key"))
    assert ask(start(v1_path="/v1", api_version="v1")).state is RunState.DONE
    assert [r.headers["authorization"] for r in azure.requests] == [f"Bearer {KEY_1}", f"Bearer {KEY_2}"]


@pytest.mark.parametrize(
    ("endpoint", "v1_path", "expected"),
    [
        ("https://name.openai.azure.com", None, True),
        ("https://name.openai.azure.com", "/openai/v1", True),
        ("https://name.services.ai.azure.com", "/api/projects/p/openai/v1", True),
        ("https://gateway.example", None, True),
        ("https://api.groq.com", "/openai/v1", False),
        ("https://openai.azure.com.evil.example", "/openai/v1", False),
    ],
)
def test_azure_is_told_by_its_host(endpoint: str, v1_path: str | None, expected: bool) -> None:
    assert Resource(endpoint, (Secret(KEY_1),), v1_path).is_azure is expected


def test_a_version_that_is_none_is_not_sent(services: Services, azure: Upstream) -> None:
    with pytest.raises(Invalid, match="API version"):
        ask(services, api_version="../v1")
    assert azure.requests == ()


# -- families


DEPLOYMENTS = (
    Deployment("gpt-4.1", "gpt-35-turbo-instruct"),  # named after another model than it is
    Deployment("first", "o4-mini"),
    Deployment("second"),
    Deployment("gpt-4o"),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-4.1", LEGACY),
        ("first", REASONING),
        ("second", UNKNOWN),
        ("gpt-4o", CHAT),
        ("davinci-002", LEGACY),
        ("gpt-5-mini", REASONING),
        ("typed by hand", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_the_model_of_the_settings_counts_then_the_name(start: Start, name: str, expected: Family) -> None:
    assert start(text_deployments=DEPLOYMENTS).deployments.text_family(name) == expected


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (
            "gpt-4.1",
            {
                "temperature": 0.5,
                "top_p": 0.9,
                "stop": ["END"],
                "presence_penalty": 0.5,
                "frequency_penalty": 0.5,
                "logprobs": True,
                "top_logprobs": 3,
            },
        ),
        ("gpt-5.1", {"reasoning_effort": "low"}),
        (
            None,
            {
                "temperature": 0.5,
                "top_p": 0.9,
                "stop": ["END"],
                "presence_penalty": 0.5,
                "frequency_penalty": 0.5,
                "logprobs": True,
                "top_logprobs": 3,
                "reasoning_effort": "low",
            },
        ),
    ],
)
def test_only_the_knobs_of_the_family_reach_the_wire(
    start: Start, azure: Upstream, model: str | None, expected: dict[str, Any]
) -> None:
    services = start(text_deployments=(Deployment("it", model),), api_version=NEW)
    assert sent(azure, ask(services, "it", **KNOBS)).json == {
        "messages": [{"role": "system", "content": "You are brief."}, USER],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 50,
        "n": 2,
        **expected,
    }


def test_a_completion_is_sent_no_knob_of_a_chat(start: Start, azure: Upstream) -> None:
    services = start(text_deployments=(Deployment("it", "davinci-002"),))
    body = sent(azure, ask(services, "it", chat=False, **KNOBS, **RARER)).json
    assert set(body) == {"prompt", "stream", *LEGACY.knobs} - {"best_of"}  # that is not streamed


def test_a_knob_that_is_not_sent_need_not_be_valid(start: Start, azure: Upstream) -> None:
    services = start(text_deployments=(Deployment("it", "o3"),))
    sent(azure, ask(services, "it", temperature=9.0, stop=("a",) * 5))


# -- lessons


def test_without_lessons_a_family_is_as_its_name_says(services: Services) -> None:
    services.deployments.learn("gpt-4.1")
    assert services.deployments.text_family("gpt-4.1") == CHAT


def test_a_lesson_on_the_call_corrects_what_the_name_says(services: Services) -> None:
    services.deployments.learn("prod", operation=Operation.CHAT)
    assert services.deployments.text_family("prod") == Family(Operation.CHAT, ALL_KNOBS)
    services.deployments.learn("prod", operation=Operation.COMPLETION)
    assert services.deployments.text_family("prod").operation is Operation.COMPLETION


def test_a_name_that_misled_about_the_call_says_nothing_of_the_knobs(services: Services) -> None:
    services.deployments.learn("text-of-mine", operation=Operation.CHAT)
    assert services.deployments.text_family("text-of-mine") == Family(Operation.CHAT, ALL_KNOBS)
    services.deployments.learn("gpt-4o", operation=Operation.CHAT)  # as it says
    assert services.deployments.text_family("gpt-4o") == CHAT


def test_lessons_on_parameters_add_up_and_leave_the_call(services: Services) -> None:
    services.deployments.learn("gpt-4.1", without="temperature")
    services.deployments.learn("gpt-4.1", without="top_p")
    services.deployments.learn("gpt-4.1", without="top_p")
    services.deployments.learn("gpt-4.1", operation=Operation.CHAT)
    assert services.deployments.text_family("gpt-4.1") == Family(
        Operation.CHAT, CHAT.knobs - {"temperature", "top_p"}
    )


def test_a_parameter_that_was_refused_is_not_sent_again(start: Start, azure: Upstream) -> None:
    services = start(api_version=NEW)
    azure.enqueue("chat", unsupported("temperature"))
    run = ask(services, temperature=0.5)
    assert isinstance(run.error, Refused)
    assert (run.error.param, run.error.code) == ("temperature", "unsupported_parameter")
    services.deployments.learn("text", without=run.error.param)
    assert ask(services, temperature=0.5).state is RunState.DONE
    assert ["temperature" in request.json for request in azure.requests] == [True, False]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (unsupported("temperature", code=None), None),
        (unsupported("temperature", value="0.7", code="unsupported_value"), "unsupported_value"),
    ],
)
def test_each_spelling_of_a_refused_parameter_is_read(
    services: Services, azure: Upstream, reply: Any, code: str | None
) -> None:
    azure.enqueue("chat", reply)
    refused = ask(services, temperature=0.7).error
    assert refused is not None
    assert (refused.param, refused.code) == ("temperature", code)


@pytest.mark.parametrize("name", ["no_deployment", "timeout", "server_error", "no_completion"])
def test_no_other_refusal_names_a_parameter(services: Services, azure: Upstream, name: str) -> None:
    azure.enqueue("chat", error(name))
    refused = ask(services).error
    assert refused is not None and refused.param is None


def test_lessons_are_remembered_across_a_restart(start: Start) -> None:
    first = start()
    first.deployments.learn("prod", operation=Operation.CHAT, without="temperature")
    expected = Family(Operation.CHAT, ALL_KNOBS - {"temperature"})
    assert first.deployments.text_family("prod") == expected
    first.close()
    second = start()
    assert second.deployments.text_family("prod") == expected
    assert second.deployments.text_family("other") == UNKNOWN


def test_lessons_of_one_service_say_nothing_of_another(start: Start, spy: Upstream) -> None:
    first = start()
    first.deployments.learn("prod", operation=Operation.CHAT)
    first.close()
    second = start(endpoint=spy.url)
    assert second.deployments.text_family("prod") == UNKNOWN
    second.deployments.learn("prod", without="n")
    second.close()
    assert start().deployments.text_family("prod") == Family(Operation.CHAT, ALL_KNOBS)
    assert spy.requests == ()
