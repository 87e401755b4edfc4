"""The official `openai` client against the sandbox: on the dated routes, and on the route without dates."""

import base64
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

import openai
import pytest

from sandbox.server import create_app
from tests.sandbox.client import KEY, Client
from tests.sandbox.conftest import served
from tests.sandbox.stand_ins import PNG, NoModel, StubPainter

PROMPT = "Once upon a time"
MESSAGES: Any = [{"role": "user", "content": "Give me three tips for better sleep."}]
GREEDY: dict[str, Any] = {"model": "sandbox-text", "prompt": PROMPT, "max_tokens": 12, "temperature": 0}


def dated(url: str, key: str = KEY) -> openai.OpenAI:
    return openai.AzureOpenAI(azure_endpoint=url, api_key=key, api_version="2024-10-21", max_retries=0)


def undated(url: str, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}openai/v1/", api_key=key, max_retries=0)


BOTH = pytest.mark.parametrize("client", [dated, undated], indirect=True, ids=["AzureOpenAI", "OpenAI"])


@pytest.fixture
def client(sandbox: Client, request: pytest.FixtureRequest) -> Iterator[openai.OpenAI]:
    with request.param(sandbox.url) as made:
        yield made


@BOTH
def test_a_completion_with_everything_asked_for(client: openai.OpenAI) -> None:
    answer = client.completions.create(**GREEDY, logprobs=2, echo=True, n=2, seed=7)
    assert answer.usage and answer.usage.completion_tokens == 24
    for choice in answer.choices:
        assert choice.text.startswith(PROMPT)
        scores = choice.logprobs
        assert scores and scores.tokens and scores.token_logprobs and scores.text_offset
        assert "".join(scores.tokens) == choice.text
        assert scores.text_offset == list(accumulate(map(len, scores.tokens), initial=0))[:-1]
        assert scores.token_logprobs[0] is None
        assert all(value <= 0 for value in scores.token_logprobs[1:])
    assert answer.choices[0].text == answer.choices[1].text  # at temperature 0


@BOTH
@pytest.mark.parametrize(
    "prompt", ["Emoji: 🎉🎉🦊", "naïve – “quoted”\n\ttab", "  two  spaces", "日本語のテキスト"]
)
def test_tokens_together_are_the_text_whatever_the_prompt(client: openai.OpenAI, prompt: str) -> None:
    answer = client.completions.create(**{**GREEDY, "prompt": prompt}, logprobs=1, echo=True, stop=["e", "a"])
    choice = answer.choices[0]
    assert choice.text.startswith(prompt)
    assert choice.logprobs and "".join(choice.logprobs.tokens or ()) == choice.text


@BOTH
def test_the_same_text_streamed_and_whole(client: openai.OpenAI) -> None:
    whole = client.completions.create(**GREEDY)
    chunks = list(client.completions.create(**GREEDY, stream=True, stream_options={"include_usage": True}))
    assert "".join(c.text for chunk in chunks for c in chunk.choices) == whole.choices[0].text
    assert chunks[-1].choices == [] and chunks[-1].usage == whole.usage
    reasons = [c.finish_reason for chunk in chunks for c in chunk.choices]
    assert reasons[-1] == whole.choices[0].finish_reason == "length"


@BOTH
def test_log_probabilities_are_the_same_streamed_and_whole(client: openai.OpenAI) -> None:
    whole = client.completions.create(**GREEDY, logprobs=1).choices[0].logprobs
    assert whole
    streamed = [
        choice.logprobs
        for chunk in client.completions.create(**GREEDY, logprobs=1, stream=True)
        for choice in chunk.choices
        if choice.logprobs
    ]
    for name in ("tokens", "token_logprobs", "text_offset"):
        assert [value for part in streamed for value in getattr(part, name)] == getattr(whole, name)


@BOTH
def test_a_list_of_prompts_and_a_seed(client: openai.OpenAI) -> None:
    asked = {
        "model": "sandbox-text",
        "prompt": ["The sky is", "1, 2, 3,"],
        "n": 2,
        "max_tokens": 4,
        "seed": 3,
    }
    first, second = (client.completions.create(**asked) for _ in range(2))  # type: ignore[call-overload]
    assert [choice.index for choice in first.choices] == [0, 1, 2, 3]
    assert [choice.text for choice in first.choices] == [choice.text for choice in second.choices]
    assert first.choices[0].text != first.choices[1].text


@BOTH
def test_a_stop_string_is_not_part_of_the_text(client: openai.OpenAI) -> None:
    plain = client.completions.create(**GREEDY).choices[0].text
    word = plain.split()[3]
    cut = client.completions.create(**GREEDY, stop=word).choices[0]
    assert cut.finish_reason == "stop"
    assert cut.text == plain[: plain.index(word)]


@BOTH
def test_a_chat_with_alternatives_for_each_token(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="sandbox-chat", messages=MESSAGES, temperature=0, max_tokens=8, logprobs=True, top_logprobs=3
    )
    choice = answer.choices[0]
    assert choice.message.role == "assistant"
    content = choice.logprobs and choice.logprobs.content
    assert content and "".join(token.token for token in content) == choice.message.content
    for token in content:
        assert len(token.top_logprobs) == 3
        assert token.top_logprobs[0].logprob == token.logprob  # at temperature 0 the likeliest is taken
        assert token.bytes == list(token.token.encode())


@BOTH
def test_a_chat_streamed_and_whole(client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {
        "model": "sandbox-chat", "messages": MESSAGES, "temperature": 0, "max_completion_tokens": 12
    }  # fmt: skip
    whole = client.chat.completions.create(**asked)
    chunks = list(
        client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    )
    said = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(said) == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage


@BOTH
def test_an_asynchronous_filter_does_not_disturb_it(client: openai.OpenAI) -> None:
    asked = {**GREEDY, "model": "sandbox-text-async"}
    chunks = list(client.completions.create(**asked, stream=True))
    texts = [getattr(choice, "text", None) or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(texts) == client.completions.create(**GREEDY).choices[0].text


@BOTH
def test_models(client: openai.OpenAI) -> None:
    models = list(client.models.list())
    assert "SmolLM2-135M-Instruct" in [model.id for model in models]
    assert client.models.retrieve(models[0].id).id == models[0].id


@pytest.mark.parametrize("connect", [dated, undated], ids=["AzureOpenAI", "OpenAI"])
def test_pictures_whole_and_on_their_way(
    connect: Callable[[str], openai.OpenAI], tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = create_app(tmp_path_factory.mktemp("pictures"), NoModel(), StubPainter())
    with served(app) as url, connect(url) as client:
        answer = client.images.generate(model="sandbox-image", prompt="a kite", n=2)
        assert [base64.b64decode(item.b64_json or "")[: len(PNG)] for item in answer.data or ()] == [PNG] * 2
        streamed = client.images.generate(
            model="sandbox-image", prompt="a kite", stream=True, partial_images=2
        )
        kinds = [event.type.removeprefix("image_generation.") for event in streamed]
        assert kinds == ["partial_image", "partial_image", "completed"]


@pytest.mark.parametrize("connect", [dated, undated], ids=["AzureOpenAI", "OpenAI"])
def test_refusals_are_exceptions_of_the_client(
    sandbox: Client, connect: Callable[..., openai.OpenAI]
) -> None:
    with connect(sandbox.url, "wrong") as stranger, pytest.raises(openai.AuthenticationError) as denied:
        stranger.completions.create(**GREEDY)
    assert denied.value.status_code == 401
    assert denied.value.response.headers["apim-request-id"]
    with connect(sandbox.url) as client:
        with pytest.raises(openai.NotFoundError, match="deployment for this resource does not exist"):
            client.completions.create(**{**GREEDY, "model": "mine"})
        with pytest.raises(openai.BadRequestError, match="does not work with the specified model") as wrong:
            client.completions.create(**{**GREEDY, "model": "sandbox-chat"})
        assert wrong.value.code == "OperationNotSupported"
        with pytest.raises(openai.BadRequestError, match="maximum context length is 2048 tokens"):
            client.completions.create(**{**GREEDY, "max_tokens": 4_000})
        with pytest.raises(openai.BadRequestError) as long:
            client.chat.completions.create(model="sandbox-chat", messages=MESSAGES, max_tokens=4_000)
        assert long.value.code == "context_length_exceeded"
        with pytest.raises(openai.BadRequestError) as unsupported:
            client.chat.completions.create(model="sandbox-chat", messages=MESSAGES, reasoning_effort="low")
        assert (unsupported.value.code, unsupported.value.param) == (
            "unsupported_parameter",
            "reasoning_effort",
        )
        with pytest.raises(openai.BadRequestError) as blocked:
            client.completions.create(**{**GREEDY, "prompt": "a food fight to the death", "stream": True})
        assert blocked.value.code == "content_filter"
        with pytest.raises(openai.BadRequestError) as picture:
            client.images.generate(model="sandbox-image", prompt="a food fight to the death")
        assert picture.value.code == "moderation_blocked"
