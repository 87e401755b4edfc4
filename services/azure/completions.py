"""Legacy text completions, streamed: `POST …/deployments/{deployment}/completions`.

Request fields and ranges: Azure OpenAI inference specification, 2022-06-01-preview and 2024-10-21.
"""

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from services.azure.body import parse_object
from services.azure.refusals import request_id
from services.azure.resource import COMPLETION, JSON_CAP, Call, Resource
from services.azure.sse import SSEDecoder
from services.config import is_dated
from services.errors import BadReply, Invalid

PROMPT_CAP = 200_000
MAX_STOPS = 4
MAX_CHOICES = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRequest:
    """What to complete and how. None leaves a field to the settings or to the service's own default.

    max_tokens: longest answer, in tokens. temperature: 0–2. top_p: 0–1. n: number of choices, 1–128.
    penalties: −2 to 2. logprobs: how many alternatives to report per token.
    """

    deployment: str
    prompt: str
    api_version: str | None = None
    max_tokens: int = 256
    temperature: float = 1.0
    top_p: float = 1.0
    n: int = 1
    stop: tuple[str, ...] = ()
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    best_of: int | None = None
    logprobs: int | None = None
    echo: bool = False
    suffix: str | None = None
    logit_bias: tuple[tuple[str, float], ...] = ()
    seed: int | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Some of a stream: the response headers, the chunks that arrived together, and whether `[DONE]` came."""

    headers: dict[str, str]
    chunks: tuple[dict[str, Any], ...]
    done: bool


def check(request: CompletionRequest) -> None:
    """Raises Invalid, with the sentence for the person, where the service would refuse the request."""
    numbers = (request.temperature, request.top_p, request.presence_penalty, request.frequency_penalty)
    rules = (
        (request.prompt != "", "Write a prompt first. Nothing was sent."),
        (bool(request.deployment), "Choose a deployment first. Nothing was sent."),
        (
            request.api_version is None or is_dated(request.api_version),
            "The API version must be a date such as 2024-10-21 or 2023-06-01-preview. Nothing was sent.",
        ),
        (
            len(request.prompt) <= PROMPT_CAP,
            f"The prompt has {len(request.prompt):,} characters; at most {PROMPT_CAP:,} can be sent. "
            "Shorten it. Nothing was sent.",
        ),
        (
            len(request.stop) <= MAX_STOPS,
            f"There are {len(request.stop)} stop sequences; the service takes at most {MAX_STOPS}. "
            "Remove some. Nothing was sent.",
        ),
        (1 <= request.n <= MAX_CHOICES, f"The number of completions must be from 1 to {MAX_CHOICES}."),
        (request.max_tokens >= 1, "The maximum length must be at least 1 token."),
        (all(map(math.isfinite, numbers)), "A parameter is not a finite number."),
        (0 <= request.temperature <= 2, "The temperature must be from 0 to 2."),
        (0 <= request.top_p <= 1, "Top P must be from 0 to 1."),
        (all(abs(penalty) <= 2 for penalty in numbers[2:]), "A penalty must be from −2 to 2."),
    )
    for holds, sentence in rules:
        if not holds:
            raise Invalid(sentence)


def body(request: CompletionRequest) -> dict[str, Any]:
    """The JSON body: what differs from the service's defaults, and what this page promises to set."""
    optional = {
        "stop": list(request.stop) or None,
        "best_of": request.best_of,
        "logprobs": request.logprobs,
        "echo": request.echo or None,
        "suffix": request.suffix,
        "logit_bias": dict(request.logit_bias) or None,
        "seed": request.seed,
        "user": request.user,
    }
    return {
        "prompt": request.prompt,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "n": request.n,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
        "stream": True,
    } | {name: value for name, value in optional.items() if value is not None}


def stream(
    resource: Resource,
    api_version: str,
    request: CompletionRequest,
    on_open: Callable[[Callable[[], None]], None],
) -> Generator[Block, None, None]:
    """Sends the request and yields the stream block by block.

    `on_open` receives a function that wakes a blocked read. Reading goes on after a finish reason, because
    filter annotations may follow it, and ends at `[DONE]` or at the end of the stream.
    """
    path = f"/openai/deployments/{quote(request.deployment, safe='')}/completions"
    decoder = SSEDecoder()
    call = Call("POST", path, api_version, COMPLETION, body(request), on_send=on_open)
    with resource.open(call) as exchange:
        on_open(exchange.wake)
        headers = dict(exchange.headers)
        yield Block(headers, (), done=False)
        if "json" in headers.get("content-type", ""):  # a gateway that does not stream
            yield Block(headers, (parse_object(exchange.read(JSON_CAP)),), done=True)
            return
        heard = False
        for received in exchange.blocks(JSON_CAP):
            chunks: list[dict[str, Any]] = []
            for data in decoder.feed(received):
                if data.startswith("[DONE]"):
                    yield Block(headers, tuple(chunks), done=True)
                    return
                try:
                    chunks.append(parse_object(data))
                except BadReply:
                    yield Block(headers, tuple(chunks), done=False)  # what came before it is kept
                    raise
            if chunks:
                heard = True
                yield Block(headers, tuple(chunks), done=False)
        if not heard:
            raise BadReply(
                "The service ended its answer without saying anything.",
                advice="A proxy may stand in between, or the service is failing; try again.",
                request_id=request_id(headers),
            )
