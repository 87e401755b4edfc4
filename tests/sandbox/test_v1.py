"""The route without dates, the list of models, rate limits and the count of tokens."""

from typing import Any

import pytest

from sandbox.limits import TOKENS, WINDOW, Limits
from sandbox.wire import WireError
from tests.sandbox.client import Client, error, events
from tests.sandbox.conftest import Start
from tests.sandbox.stand_ins import ScriptedModel

COMPLETION = {"model": "sandbox-text", "prompt": "Once upon a time", "max_tokens": 3, "temperature": 0}
MESSAGES = [{"role": "user", "content": "Say hello."}]


@pytest.mark.parametrize("query", ["", "?api-version=v1", "?api-version=preview"])
def test_the_deployment_is_named_in_the_body(sandbox: Client, query: str) -> None:
    answer = sandbox.send("POST", f"openai/v1/completions{query}", json=COMPLETION).json()
    dated = sandbox.complete({**COMPLETION, "model": None}).json()
    assert answer["choices"] == dated["choices"]
    body = {"model": "sandbox-chat", "messages": MESSAGES, "max_tokens": 2}
    chat = sandbox.send("POST", f"openai/v1/chat/completions{query}", json=body).json()
    assert chat["object"] == "chat.completion" and chat["prompt_filter_results"]


def test_a_bearer_token_is_as_good_as_a_header_of_its_own(sandbox: Client) -> None:
    for token, status in (("sandbox-key-2", 200), ("wrong", 401)):
        headers = {"Authorization": f"Bearer {token}"}
        response = sandbox.send("POST", "openai/v1/completions", key=None, headers=headers, json=COMPLETION)
        assert response.status_code == status


def test_a_date_is_refused_there(bare_sandbox: Client) -> None:
    response = bare_sandbox.send("POST", "openai/v1/completions?api-version=2024-10-21", json=COMPLETION)
    assert error(response, 400) == {"code": "BadRequest", "message": "API version not supported"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"prompt": "p"}, 400, None),
        ({"prompt": "p", "model": 5}, 400, None),
        ({"prompt": "p", "model": "mine"}, 404, "DeploymentNotFound"),
        ({"prompt": "p", "model": "sandbox-chat"}, 400, "OperationNotSupported"),
    ],
)
def test_deployments_that_do_not_serve_the_call(
    bare_sandbox: Client, body: dict[str, Any], status: int, code: str | None
) -> None:
    assert error(bare_sandbox.send("POST", "openai/v1/completions", json=body), status)["code"] == code


def test_models_are_listed_in_both_shapes(bare_sandbox: Client) -> None:
    dated = bare_sandbox.send("GET", "openai/models?api-version=2024-10-21").json()
    assert dated["object"] == "list"
    assert dated["data"][0]["capabilities"]["chat_completion"] is True
    plain = bare_sandbox.send("GET", "openai/v1/models").json()["data"]
    assert [item["id"] for item in plain] == [item["id"] for item in dated["data"]]
    assert plain[0].keys() == {"id", "object", "created", "owned_by"}
    one = bare_sandbox.send("GET", f"openai/v1/models/{plain[0]['id']}").json()
    assert one == plain[0]
    error(bare_sandbox.send("GET", "openai/v1/models/none"), 404)


def test_every_answer_says_what_is_left_of_the_minute(start: Start) -> None:
    client = start(model=ScriptedModel("so", "it", "goes", "on"))
    body = {"prompt": "Once upon a time", "max_tokens": 6, "n": 2}
    before, after = (client.complete(body).headers for _ in range(2))
    for name, spent in (("requests", 1), ("tokens", 4 + 2 * 6)):
        left = f"x-ratelimit-remaining-{name}"
        assert int(before[left]) - int(after[left]) == spent
        assert int(after[f"x-ratelimit-limit-{name}"]) >= int(after[left])
        assert 0 < int(after[f"x-ratelimit-reset-{name}"]) <= 60
    assert after["x-ms-region"] and after["apim-request-id"]


def test_a_minute_that_is_used_up_is_refused_with_the_time_to_wait() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    assert limits.spend("a", TOKENS)["x-ratelimit-remaining-tokens"] == "0"
    now[0] += 20
    with pytest.raises(WireError, match="token rate limit") as refused:
        limits.spend("a", 1)
    assert refused.value.response().headers["retry-after"] == "40"
    assert limits.spend("b", 1)["x-ratelimit-remaining-tokens"] == str(TOKENS - 1)
    now[0] += WINDOW
    assert limits.spend("a", 1)["x-ratelimit-remaining-tokens"] == str(TOKENS - 1)


def test_tokens_are_counted_as_the_model_counts_them(sandbox: Client, bare_sandbox: Client) -> None:
    text = "The quick brown fox, 🦊"
    counted = sandbox.send("POST", "tokens", json={"text": text}).json()["count"]
    asked = sandbox.complete({"prompt": text, "max_tokens": 1}).json()["usage"]["prompt_tokens"]
    assert counted == asked
    assert sandbox.send("POST", "tokens", json={"text": ""}).json() == {"count": 0}
    assert error(sandbox.send("POST", "tokens", json={}), 400)["param"] == "text"
    assert error(bare_sandbox.send("POST", "tokens", json={"text": "a"}), 503)["code"] == "ModelMissing"
    assert sandbox.send("POST", "tokens", key="wrong", json={"text": "a"}).status_code == 401


def test_a_known_parameter_the_model_does_not_have_is_named(sandbox: Client) -> None:
    found = error(sandbox.chat({"messages": MESSAGES, "reasoning_effort": "low"}), 400)
    assert (found["code"], found["param"]) == ("unsupported_parameter", "reasoning_effort")
    assert found["message"].startswith("Unsupported parameter: 'reasoning_effort' is not supported")


def test_usage_closes_a_stream_on_the_v1_route(sandbox: Client) -> None:
    asked = {**COMPLETION, "stream": True, "stream_options": {"include_usage": True}}
    *_, last = events(sandbox.send("POST", "openai/v1/completions", json=asked))
    assert last["usage"]["total_tokens"] == 7
