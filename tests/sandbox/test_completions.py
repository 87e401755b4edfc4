"""Completions as they are on the wire, with the real language model unless a test says otherwise."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from sandbox.text import LanguageModel
from tests.sandbox.client import KEY, Client, error, events, streamed_text, text
from tests.sandbox.conftest import Start
from tests.sandbox.stand_ins import ScriptedModel

PROMPT = "Once upon a time"
SAFE = {"filtered": False, "severity": "safe"}
ALL_SAFE = {"hate": SAFE, "self_harm": SAFE, "sexual": SAFE, "violence": SAFE}


@pytest.mark.parametrize("key", ["sandbox-key-1", "sandbox-key-2"])
def test_either_key_opens_the_quickstart_call(sandbox: Client, key: str) -> None:
    response = sandbox.complete({"prompt": PROMPT}, version="2022-06-01-preview", key=key)
    body = response.json()
    assert body["object"] == "text_completion" and body["model"] == "SmolLM2-135M-Instruct"
    assert abs(body["created"] - time.time()) < 5
    choice = body["choices"][0]
    assert choice["text"] and choice["index"] == 0 and choice["logprobs"] is None
    assert choice["finish_reason"] == "length"  # the default is 16 tokens
    assert body["usage"] == {"prompt_tokens": 4, "completion_tokens": 16, "total_tokens": 20}
    assert "prompt_filter_results" not in body and "content_filter_results" not in choice
    assert response.headers["x-ms-region"] == "Sandbox" and response.headers["apim-request-id"]


@pytest.mark.parametrize(
    ("version", "annotated"),
    [
        ("2022-06-01-preview", False),
        ("2022-12-01", False),
        ("2023-05-15", False),
        ("2023-06-01-preview", True),
        ("2024-02-01", True),
        ("2024-10-21", True),
    ],
)
def test_newer_api_versions_annotate(sandbox: Client, version: str, annotated: bool) -> None:
    body = sandbox.complete({"prompt": PROMPT, "max_tokens": 1}, version=version).json()
    chunks = list(
        events(sandbox.complete({"prompt": PROMPT, "max_tokens": 1, "stream": True}, version=version))
    )
    if annotated:
        prompt_results = [{"prompt_index": 0, "content_filter_results": ALL_SAFE}]
        assert body["prompt_filter_results"] == prompt_results
        assert body["choices"][0]["content_filter_results"] == ALL_SAFE
        first = {"id": "", "object": "", "created": 0, "model": "", "choices": []}
        assert chunks[0] == {**first, "prompt_filter_results": prompt_results}
        assert chunks[1]["choices"][0]["content_filter_results"] == ALL_SAFE
        assert chunks[-1]["choices"][0]["content_filter_results"] == {}
    else:
        assert "filter" not in json.dumps([body, chunks])


def test_a_stream_says_what_the_whole_answer_says(sandbox: Client) -> None:
    body = {"prompt": PROMPT, "max_tokens": 12, "seed": 5}
    whole = text(sandbox.complete(body))
    chunks = list(events(sandbox.complete({**body, "stream": True})))
    assert streamed_text(chunks) == whole
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[1:]] == [None] * 12 + ["length"]
    assert len({chunk["id"] for chunk in chunks[1:]}) == 1
    assert all("usage" not in chunk for chunk in chunks)


def test_tokens_are_counted_also_where_several_make_up_a_character(sandbox: Client) -> None:
    body = {"prompt": "Emoji: 🎉🎉🎉🎉🎉", "max_tokens": 6, "temperature": 0}
    answer = sandbox.complete(body).json()
    assert len(answer["choices"][0]["text"]) < 6
    assert answer["usage"]["completion_tokens"] == 6


def test_usage_closes_a_stream_that_asks_for_it(sandbox: Client) -> None:
    body = {"prompt": PROMPT, "max_tokens": 3, "stream": True, "stream_options": {"include_usage": True}}
    *rest, last = events(sandbox.complete(body))
    assert last["choices"] == []
    assert last["usage"] == {"prompt_tokens": 4, "completion_tokens": 3, "total_tokens": 7}
    assert all(chunk.get("usage") is None for chunk in rest)


def test_choices_of_a_stream_interleave(sandbox: Client) -> None:
    chunks = list(events(sandbox.complete({"prompt": PROMPT, "max_tokens": 20, "n": 3, "stream": True})))
    order = [chunk["choices"][0]["index"] for chunk in chunks[1:]]
    assert sorted(set(order)) == [0, 1, 2]
    assert order != sorted(order)
    assert len({streamed_text(chunks, index) for index in range(3)}) == 3


def test_prompts_times_n_choices_in_one_flat_list(sandbox: Client) -> None:
    body = {"prompt": ["The sky is", "1, 2, 3,"], "n": 2, "max_tokens": 2, "temperature": 0, "echo": True}
    answer = sandbox.complete(body).json()
    starts = [choice["text"][:8] for choice in answer["choices"]]
    assert starts == ["The sky ", "The sky ", "1, 2, 3,", "1, 2, 3,"]
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2, 3]
    assert [entry["prompt_index"] for entry in answer["prompt_filter_results"]] == [0, 1]
    assert answer["usage"]["completion_tokens"] == 8


def test_a_seed_repeats_its_text_even_beside_other_requests(sandbox: Client) -> None:
    body = {"prompt": PROMPT, "max_tokens": 25, "temperature": 1, "seed": 42}
    alone = text(sandbox.complete(body))
    other = {"prompt": "The history of bread", "max_tokens": 40, "n": 2}
    with ThreadPoolExecutor(4) as pool:
        beside = pool.submit(sandbox.complete, other)
        together = [text(answer) for answer in pool.map(sandbox.complete, [body] * 3)]
        beside.result()
    assert together == [alone] * 3
    assert text(sandbox.complete({**body, "seed": 43})) != alone


def test_without_a_seed_the_text_differs(sandbox: Client) -> None:
    body = {"prompt": PROMPT, "max_tokens": 25}
    assert text(sandbox.complete(body)) != text(sandbox.complete(body))


def test_temperature_zero_is_one_text(sandbox: Client) -> None:
    body = {"prompt": "The capital of France is", "temperature": 0, "max_tokens": 5, "n": 2}
    first, second = sandbox.complete(body).json()["choices"]
    assert first["text"] == second["text"] and "Paris" in first["text"]


def test_stop_ends_the_text_before_the_stop_string(sandbox: Client) -> None:
    body = {"prompt": "1, 2, 3, 4,", "temperature": 0, "max_tokens": 30}
    assert "7" in text(sandbox.complete(body))
    for stop in ("7", ["banana", " 7,"]):
        choice = sandbox.complete({**body, "stop": stop, "logprobs": 1}).json()["choices"][0]
        assert choice["text"].strip() == "5, 6,"
        assert choice["finish_reason"] == "stop"
        assert "".join(choice["logprobs"]["tokens"]) == choice["text"]


@pytest.mark.parametrize("max_tokens", [1, 3, 6])
def test_half_a_stop_string_is_text(sandbox: Client, max_tokens: int) -> None:
    body = {"prompt": "1, 2, 3, 4,", "temperature": 0, "max_tokens": max_tokens}
    plain = text(sandbox.complete(body))
    assert text(sandbox.complete({**body, "stop": "5, 6, 99"})) == plain != ""


def test_penalties_and_biases_change_the_text(sandbox: Client) -> None:
    body = {"prompt": "Baa, baa, black sheep,", "temperature": 0, "max_tokens": 12}
    plain = text(sandbox.complete(body))
    assert text(sandbox.complete({**body, "frequency_penalty": 2})) != plain
    assert text(sandbox.complete({**body, "presence_penalty": 2})) != plain
    assert text(sandbox.complete({**body, "logit_bias": {"260": 100}})) == " the" * 12


def test_log_probabilities_are_in_the_completions_shape(sandbox: Client) -> None:
    body = {"prompt": PROMPT, "max_tokens": 6, "logprobs": 3, "seed": 1}
    choice = sandbox.complete(body).json()["choices"][0]
    logprobs = choice["logprobs"]
    assert list(logprobs) == ["tokens", "token_logprobs", "top_logprobs", "text_offset"]
    assert "".join(logprobs["tokens"]) == choice["text"]
    starts = [len(PROMPT) + len("".join(logprobs["tokens"][:at])) for at in range(6)]
    assert logprobs["text_offset"] == starts
    for token, value, top in zip(*[logprobs[name] for name in list(logprobs)[:3]], strict=True):
        assert top[token] == value < 0
        assert 3 <= len(top) <= 4
    chunks = list(events(sandbox.complete({**body, "stream": True})))
    pieces = [chunk["choices"][0]["logprobs"] for chunk in chunks[1:-1]]
    assert [piece["tokens"] for piece in pieces] == [[token] for token in logprobs["tokens"]]
    assert [start for piece in pieces for start in piece["text_offset"]] == starts


def test_log_probabilities_of_zero_alternatives(sandbox: Client) -> None:
    logprobs = sandbox.complete({"prompt": PROMPT, "max_tokens": 2, "logprobs": 0}).json()["choices"][0][
        "logprobs"
    ]
    assert logprobs["top_logprobs"] == [{}, {}] and all(value < 0 for value in logprobs["token_logprobs"])


@pytest.mark.parametrize("stream", [False, True])
def test_echo_with_no_tokens_scores_the_prompt(sandbox: Client, stream: bool) -> None:
    prompt = "The capital of France is Paris"
    body = {"prompt": prompt, "max_tokens": 0, "echo": True, "logprobs": 1, "stream": stream}
    response = sandbox.complete(body, version="2022-06-01-preview")
    choices = [c for e in events(response) for c in e["choices"]] if stream else response.json()["choices"]
    assert [choice["text"] for choice in choices] == [prompt, ""][: len(choices)]
    assert choices[-1]["finish_reason"] == "length"
    logprobs = choices[0]["logprobs"]
    assert "".join(logprobs["tokens"]) == prompt
    assert logprobs["token_logprobs"][0] is logprobs["top_logprobs"][0] is None
    assert logprobs["text_offset"][:2] == [0, 3]
    # Nobody is surprised by "Paris", and it is what the model itself would say.
    assert logprobs["top_logprobs"][-1] == {" Paris": logprobs["token_logprobs"][-1]}


def test_echo_comes_before_the_answer_with_one_run_of_offsets(sandbox: Client) -> None:
    body = {"prompt": PROMPT, "max_tokens": 2, "echo": True, "logprobs": 1, "seed": 1}
    choice = sandbox.complete(body).json()["choices"][0]
    assert choice["text"].startswith(PROMPT) and len(choice["text"]) > len(PROMPT)
    assert choice["logprobs"]["text_offset"][:5] == [0, 4, 9, 11, 16]
    assert len(choice["logprobs"]["tokens"]) == 6


def test_no_tokens_and_no_echo_is_an_empty_answer(sandbox: Client) -> None:
    body = sandbox.complete({"prompt": PROMPT, "max_tokens": 0}).json()
    assert body["choices"][0]["text"] == "" and body["usage"]["completion_tokens"] == 0


def test_no_prompt_at_all_still_makes_text(sandbox: Client) -> None:
    for body in ({}, {"prompt": ""}):
        assert sandbox.complete({**body, "max_tokens": 4}).json()["usage"]["prompt_tokens"] == 1


def test_best_of_gives_the_likeliest(start: Start) -> None:
    class Uneven(ScriptedModel):
        async def generate(self, prompt: Any, sampling: Any, owner: str) -> Any:
            async for piece in super().generate(prompt, sampling, owner):
                value = -0.1 if "good" in piece.text else -2.0
                tokens = tuple(type(token)(token.text, value) for token in piece.tokens)
                yield type(piece)(piece.text, tokens, piece.finish, piece.generated)

    client = start(model=Uneven("bad", "good", "bad bad"))
    body = client.complete({"prompt": "p", "best_of": 3}).json()
    assert [choice["text"] for choice in body["choices"]] == [" good"]
    assert body["choices"][0]["logprobs"] is None
    assert body["usage"]["completion_tokens"] == 4


def test_hanging_up_stops_the_model(sandbox: Client, language_model: LanguageModel) -> None:
    path = "openai/deployments/sandbox-text/completions?api-version=2023-06-01-preview"
    body = {
        "prompt": PROMPT,
        "max_tokens": 1500,
        "n": 2,
        "stream": True,
        "logit_bias": {"0": -100, "2": -100},
    }
    with requests.post(
        sandbox.url + path, json=body, headers={"api-key": KEY}, stream=True, timeout=9
    ) as response:
        next(response.iter_content(2000))
        _expect(lambda: language_model.running == 2)
    _expect(lambda: not language_model.running)


def test_hanging_up_stops_a_whole_answer_too(sandbox: Client, language_model: LanguageModel) -> None:
    path = "openai/deployments/sandbox-text/completions?api-version=2023-06-01-preview"
    body = {"prompt": PROMPT, "max_tokens": 1500, "logit_bias": {"0": -100, "2": -100}}
    with pytest.raises(requests.Timeout):
        requests.post(sandbox.url + path, json=body, headers={"api-key": KEY}, timeout=0.3)
    _expect(lambda: not language_model.running)


def _expect(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5  # these answers take many times as long
    while not condition():
        assert time.monotonic() < deadline, "the model does not do what its clients want"
        time.sleep(0.005)


def test_a_newcomer_does_not_wait_for_a_request_of_many_choices(sandbox: Client) -> None:
    greedy = {"prompt": PROMPT, "max_tokens": 25, "n": 8, "logit_bias": {"0": -100, "2": -100}}
    with ThreadPoolExecutor(1) as pool:
        many = pool.submit(sandbox.complete, greedy)
        time.sleep(0.2)
        sandbox.complete({"prompt": PROMPT, "max_tokens": 5})
        assert not many.done()
        assert len(many.result().json()["choices"]) == 8


def test_a_failure_inside_a_stream_is_an_error_event(start: Start) -> None:
    client = start(model=ScriptedModel(None, None))
    lines = client.complete({"prompt": "p", "stream": True}).content.decode().split("\n\n")
    assert "[DONE]" not in lines[-2]
    assert json.loads(lines[-2].removeprefix("data: "))["error"]["type"] == "server_error"
    assert error(client.complete({"prompt": "p"}), 500)["type"] == "server_error"


@pytest.mark.parametrize(
    ("body", "param", "message"),
    [
        ({"temperature": 2.1}, "temperature", "2.1 is greater than the maximum of 2 - 'temperature'"),
        ({"temperature": "hot"}, "temperature", "'hot' is not of type 'number' - 'temperature'"),
        ({"top_p": -0.1}, "top_p", "-0.1 is less than the minimum of 0 - 'top_p'"),
        ({"n": 0}, "n", "0 is less than the minimum of 1 - 'n'"),
        ({"n": 129}, "n", "129 is greater than the maximum of 128 - 'n'"),
        ({"n": 1.5}, "n", "1.5 is not of type 'integer' - 'n'"),
        ({"max_tokens": -1}, "max_tokens", "-1 is less than the minimum of 0 - 'max_tokens'"),
        ({"presence_penalty": 3}, "presence_penalty", "3 is greater"),
        ({"logprobs": 6}, "logprobs", "6 is greater than the maximum of 5 - 'logprobs'"),
        ({"best_of": 1, "n": 2}, "best_of", "'best_of' must be at least 'n'"),
        ({"best_of": 2, "stream": True}, "best_of", "'best_of' above 'n' cannot be streamed"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop", "'stop' must hold between 1 and 4 strings"),
        ({"stream": "yes"}, "stream", "'yes' is not of type 'boolean' - 'stream'"),
        ({"stream_options": {}}, "stream_options", "only allowed when 'stream' is true"),
        ({"logit_bias": {"word": 1}}, "logit_bias", "'word' is not a token id"),
        ({"logit_bias": {"49152": 1}}, "logit_bias", "'49152' is not a token id"),
        ({"logit_bias": {"1": 101}}, "1", "101 is greater"),
        ({"prompt": [1, 2]}, "prompt", "'prompt' must be a string or a list of strings"),
        ({"prompt": []}, "prompt", "'prompt' must hold between 1 and 2048 strings"),
        ({"suffix": "The end."}, "suffix", "does not support the 'suffix' parameter"),
        ({"frequency": 1}, None, "Unrecognized request argument supplied: frequency"),
        (
            {"max_tokens": 2045},
            None,
            "maximum context length is 2048 tokens, however you requested 2049 tokens (4",
        ),
    ],
)
def test_a_body_that_breaks_the_contract(
    sandbox: Client, body: dict[str, Any], param: str | None, message: str
) -> None:
    found = error(sandbox.complete({"prompt": PROMPT, **body}), 400)
    assert found["type"] == "invalid_request_error" and found["param"] == param and found["code"] is None
    assert message in found["message"]


def test_the_quickstart_version_allows_a_hundred_log_probabilities(sandbox: Client) -> None:
    body = {"prompt": PROMPT, "max_tokens": 1, "logprobs": 100}
    choice = sandbox.complete(body, version="2022-06-01-preview").json()["choices"][0]
    assert len(choice["logprobs"]["top_logprobs"][0]) in (100, 101)


@pytest.mark.parametrize("body", ["{", "[]", ""])
def test_a_body_that_is_no_object(sandbox: Client, body: str) -> None:
    path = "openai/deployments/sandbox-text/completions?api-version=2023-06-01-preview"
    assert error(sandbox.send("POST", path, data=body), 400)["type"] == "invalid_request_error"


def test_null_is_the_default(sandbox: Client) -> None:
    fields = "max_tokens temperature top_p n best_of stream logprobs echo suffix stop logit_bias seed"
    body = {"prompt": PROMPT, "user": "me", **dict.fromkeys(fields.split())}
    assert sandbox.complete(body).json()["usage"]["completion_tokens"] == 16
