"""Reading text requests: the fields of a completions or chat body and their ranges."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from sandbox import text
from sandbox.tokens import Sampling
from sandbox.wire import ApiVersion, Fields, invalid

SEEDS = 2**31
_MOST_CHOICES = 128
_SEED_LIMIT = 2**63
_NOT_OF_THIS_MODEL = (
    "audio", "data_sources", "function_call", "functions", "modalities", "parallel_tool_calls", "prediction",
    "reasoning_effort", "response_format", "tool_choice", "tools", "verbosity",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRequest:
    """A completions or chat request; `max_tokens` is None when the rest of the context may be used.

    starts: where the answer to each prompt begins, in characters: after the prompt, or in a chat after the
    messages as compact JSON, which is what the service's offsets count.
    """

    chat: bool
    prompts: tuple[str, ...]
    starts: tuple[int, ...]
    n: int
    best_of: int
    echo: bool
    stream: bool
    include_usage: bool
    max_tokens: int | None
    sampling: Sampling


def read_completions(body: dict[str, Any], version: ApiVersion) -> TextRequest:
    """Reads a completions body: the fields of the specifications 2022-06-01-preview to 2024-10-21."""
    fields = Fields(body, ignored=("model", "user", "completion_config", "cache_level"))
    if fields.get("suffix"):
        raise invalid(f"The model {text.NAME} does not support the 'suffix' parameter.", "suffix")
    prompts = fields.strings("prompt", most=2048) or ("<|endoftext|>",)
    n = fields.integer("n", 1, 1, _MOST_CHOICES)
    best_of = fields.integer("best_of", n, 1, _MOST_CHOICES)
    stream = fields.boolean("stream")
    if best_of < n:
        raise invalid(f"'best_of' must be at least 'n': {best_of} is less than {n}", "best_of")
    if stream and best_of > n:
        raise invalid("'best_of' above 'n' cannot be streamed", "best_of")
    top = fields.integer("logprobs", -1, 0, version.most_logprobs)
    request = TextRequest(
        chat=False,
        prompts=prompts,
        starts=tuple(map(len, prompts)),
        n=n,
        best_of=best_of,
        echo=fields.boolean("echo"),
        stream=stream,
        include_usage=_include_usage(fields, stream),
        max_tokens=fields.integer("max_tokens", 16, 0, 10**9),
        sampling=_sampling(fields, None if top < 0 else top),
    )
    fields.finish()
    return request


def read_chat(body: dict[str, Any]) -> tuple[TextRequest, list[dict[str, str]]]:
    """Reads a chat body; the messages still have to be put into the model's template."""
    fields = Fields(body, ignored=("model", "user", "store", "metadata"), unsupported=_NOT_OF_THIS_MODEL)
    messages = _messages(fields.get("messages"))
    n = fields.integer("n", 1, 1, _MOST_CHOICES)
    stream = fields.boolean("stream")
    most = fields.integer("max_completion_tokens", fields.integer("max_tokens", -1, 1, 10**9), 1, 10**9)
    top = fields.integer("top_logprobs", 0, 0, 20)
    wanted = fields.boolean("logprobs")
    if top and not wanted:
        raise invalid("'top_logprobs' needs 'logprobs' to be true", "top_logprobs")
    request = TextRequest(
        chat=True,
        prompts=("\n".join(message["content"] for message in messages),),
        starts=(len(json.dumps(body["messages"], ensure_ascii=False, separators=(",", ":"))),),
        n=n,
        best_of=n,
        echo=False,
        stream=stream,
        include_usage=_include_usage(fields, stream),
        max_tokens=None if most < 0 else most,
        sampling=_sampling(fields, top if wanted else None),
    )
    fields.finish()
    return request, messages


def _sampling(fields: Fields, top: int | None) -> Sampling:
    seed = fields.integer("seed", secrets.randbelow(SEEDS), -_SEED_LIMIT, _SEED_LIMIT - 1)
    return Sampling(
        max_tokens=0,
        temperature=fields.number("temperature", 1, 0, 2),
        top_p=fields.number("top_p", 1, 0, 1),
        presence_penalty=fields.number("presence_penalty", 0, -2, 2),
        frequency_penalty=fields.number("frequency_penalty", 0, -2, 2),
        logit_bias=_biases(fields.get("logit_bias")),
        stop=tuple(filter(None, fields.strings("stop", most=4) or ())),
        seed=seed % SEEDS,
        top=top,
    )


def _biases(value: Any) -> tuple[tuple[int, float], ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise invalid(f"{value!r} is not of type 'object' - 'logit_bias'", "logit_bias")
    entries = Fields(value)
    for key in value:
        if not (key.isascii() and key.isdigit() and int(key) < text.VOCABULARY):
            raise invalid(f"{key!r} is not a token id of {text.NAME} - 'logit_bias'", "logit_bias")
    return tuple((int(key), entries.number(key, 0, -100, 100)) for key in value)


def _include_usage(fields: Fields, stream: bool) -> bool:
    options = fields.get("stream_options")
    if options is None:
        return False
    if not stream:
        raise invalid("'stream_options' is only allowed when 'stream' is true", "stream_options")
    if not isinstance(options, dict):
        raise invalid(f"{options!r} is not of type 'object' - 'stream_options'", "stream_options")
    return Fields(options).boolean("include_usage")


def _messages(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list) or not value:
        raise invalid("'messages' must be a list of at least one message", "messages")
    return [_message(item) for item in value]


def _message(item: Any) -> dict[str, str]:
    fields = Fields(item if isinstance(item, dict) else {}, ignored=("name",))
    role = fields.choice("role", "", ("system", "developer", "user", "assistant"))
    content = fields.get("content")
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    if not role or not isinstance(content, str):
        raise invalid("Every message needs a 'role' and a 'content' of text", "messages")
    return {"role": "system" if role == "developer" else role, "content": content}
