"""A text request as code: each piece is run, and asks for exactly what the page asked for."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services import CompletionRequest, Services, Settings, Snippet
from services.code import text_code
from tests.azure_bodies import choice, completion
from tests.azure_reply import Reply
from tests.services.code.conftest import KEY, Ran
from tests.upstream import Upstream

Run = Callable[..., Ran]
LABELS = ("curl", "Python requests", "Python openai")
HOSTILE = "\n".join(
    (
        """it's a "cat" `touch marker` on a 'mat' \"\"\" \'\'\' """,
        "one\r\n\tthree \\n \\\\ %s %% {0} {x} {{y}}",
        "$(touch marker) ${HOME} $AZURE_OPENAI_API_KEY ; touch marker # && || > marker",
        "ein Bär 🐻 猫 \u202egnp.exe \u2028 \u2029 \x07 \x00 \ufeff",
        "'\"'\"' ' ; touch marker ; '",
        "EOF\n'\nEOF\n@marker",
    )
)
CHAT = {"choices": [{"index": 0, "message": {"role": "assistant", "content": " Hello"}}]}


def code(azure: Upstream, version: str = "2024-10-21", **asked: Any) -> dict[str, Snippet]:
    request = CompletionRequest(**{"deployment": "text", "prompt": "Hi", **asked})
    settings = Settings(endpoint=azure.url, api_version=version)
    return {snippet.label: snippet for snippet in text_code(request, settings)}


def whole(azure: Upstream, times: int = 1) -> None:
    """Has the service answer at once."""
    text = completion(choice(" Hello", 0, "stop"))
    azure.enqueue("completions", *[Reply(200, text)] * times)
    azure.enqueue("chat", *[Reply(200, CHAT)] * times)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("chat", [False, True], ids=["completion", "chat"])
def test_a_prompt_stays_a_prompt(azure: Upstream, run: Run, label: str, chat: bool) -> None:
    whole(azure)
    ended = run(code(azure, prompt=HOSTILE, chat=chat)[label])
    assert (ended.status, ended.err) == (0, "")
    assert "Hello" in ended.out
    sent = azure.requests[0].json
    assert (sent["messages"][-1]["content"] if chat else sent["prompt"]) == HOSTILE
    assert ended.files() == {}


@pytest.mark.parametrize("label", LABELS)
def test_every_setting_is_in_the_code(azure: Upstream, run: Run, label: str) -> None:
    whole(azure)
    asked: dict[str, Any] = {
        "max_tokens": 7,
        "temperature": 0.5,
        "top_p": 0.25,
        "n": 2,
        "stop": ("\n", "'"),
        "presence_penalty": -0.5,
        "frequency_penalty": 1.5,
        "best_of": 3,
        "logprobs": 2,
        "echo": True,
        "suffix": "$(end)",
        "logit_bias": (("50256", -100.0),),
        "seed": 12,
        "user": "nobody's",
    }
    run(code(azure, **asked)[label])
    sent = {name: value for name, value in azure.requests[0].json.items() if name != "model"}
    assert sent == {**asked, "prompt": "Hi", "stop": ["\n", "'"], "logit_bias": {"50256": -100.0}}


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(
    ("version", "target"),
    [
        ("2022-06-01-preview", "/openai/deployments/text/completions?api-version=2022-06-01-preview"),
        ("v1", "/openai/v1/completions"),
        ("preview", "/openai/v1/completions?api-version=preview"),
    ],
)
def test_each_version_goes_to_its_route(
    azure: Upstream, run: Run, label: str, version: str, target: str
) -> None:
    whole(azure)
    run(code(azure, version)[label])
    assert azure.requests[0].target == target


@pytest.mark.parametrize("label", LABELS)
def test_the_key_comes_from_the_environment_alone(azure: Upstream, run: Run, label: str) -> None:
    snippet = code(azure)[label]
    assert KEY not in snippet.code
    assert run(snippet, key="another").status != 0
    assert azure.requests[0].headers["api-key"] == "another"


@pytest.mark.parametrize("label", LABELS)
def test_a_refusal_ends_it_with_a_failure(azure: Upstream, run: Run, label: str) -> None:
    azure.enqueue("completions", Reply(404, {"error": {"code": "DeploymentNotFound", "message": "none"}}))
    assert run(code(azure)[label]).status != 0


def test_a_very_long_prompt_fits_too(azure: Upstream, run: Run) -> None:
    whole(azure)
    assert run(code(azure, prompt="ü" * 200_000)["curl"]).status == 0
    assert len(azure.requests[0].json["prompt"]) == 200_000


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prompt=st.text(min_size=1).filter(str.strip))
def test_no_prompt_gets_out_of_its_quotes(run: Run, prompt: str) -> None:
    with Upstream(keys=(KEY,)) as azure:
        for label in ("curl", "Python requests"):
            whole(azure)
            assert run(code(azure, prompt=prompt)[label]).status == 0
            assert azure.requests[-1].json["prompt"] == prompt


def test_all_three_run_against_the_sandbox(run: Run) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services = Services(Settings(data_dir=Path(folder) / "data"))
        try:
            request = CompletionRequest(deployment="sandbox-text", prompt="Once upon a time", max_tokens=5)
            for snippet in services.text_code(request):
                ended = run(snippet, key="sandbox-key-1")
                assert (ended.status, ended.err) == (0, "")
                assert ended.out.strip()
        finally:
            services.close()
