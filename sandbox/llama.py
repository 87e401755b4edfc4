"""llama.cpp through the package xllamacpp: loading the weights, and the calls that block a thread."""

import hashlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sandbox.tokens import Held, Piece, Sampling, Token

SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
CONTEXT = 2048  # tokens, prompt and answer together; the model takes 8192, at four times the memory
PLACES = 4  # generations at once
_STRIDE = 64  # prompt tokens read between two looks at the stop flag: 0.4 s
_BATCH = 16  # keeps the other streams moving (gaps of 0.1 s, not 3 s) while a long prompt is read
_FLOOR = 0.05  # min_p: what a model this small needs to stay readable at temperature 1
_CERTAIN = 1000.0  # a bias that makes a token the greedy choice, to read its log probability
_HOST = "127.0.0.1"

Work = Callable[[threading.Event, Callable[[Any], None]], None]


class ModelFailure(Exception):
    """The language model gave an error instead of text."""


def load(weights: Path, key: str) -> Any:
    """Checks the weights' hash (0.1 s) and loads them (0.5 s, 310 MB); runs on a thread."""
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise ModelFailure(f"{weights.name} is not the expected file: sha256 {found}")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx, params.n_parallel = CONTEXT * PLACES, PLACES
    params.n_batch = params.n_ubatch = _BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    # With flash attention the same tokens give the same bits however requests are batched or cached.
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED
    params.hostnames, params.api_keys, params.n_threads_http = [_HOST], [key], 2
    params.cache_ram_mib, params.verbosity = 0, -1
    params.warmup = params.ui = params.fit_params = params.endpoint_slots = False
    return xllamacpp.Server(params)


def post(address: str, path: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    try:
        connection.request("POST", path, json.dumps(body), {"Authorization": f"Bearer {key}"})
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if "error" in answer:
        raise ModelFailure(str(answer["error"].get("message")))
    return answer


def common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two prompts begin with alike."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _body(prompt: Sequence[int], sampling: Sampling) -> dict[str, Any]:
    return {
        "prompt": list(prompt),
        "n_predict": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": 0,
        "min_p": _FLOOR,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "repeat_last_n": CONTEXT,
        "logit_bias": [[token, bias] for token, bias in sampling.logit_bias],
        "seed": sampling.seed,
        "n_probs": 0 if sampling.top is None else max(1, sampling.top),
        "stream": True,
    }


def generation(engine: Any, prompt: Sequence[int], cached: int, sampling: Sampling) -> Work:
    body = _body(prompt, sampling)

    def work(stopped: threading.Event, emit: Callable[[Any], None]) -> None:
        for read in range(cached + _STRIDE, len(prompt), _STRIDE):
            if stopped.is_set():
                return
            engine.handle_completions({"prompt": list(prompt[:read]), "n_predict": 1})
        stops = _Stops(sampling.stop)
        ends: list[Any] = []
        told = 0  # tokens of the pieces so far
        hidden: list[Token] = []  # parts of one character: their text comes with the last of them

        def on_chunk(chunk: dict[str, Any]) -> bool:
            nonlocal told
            ends.extend(filter(None, [chunk.get("error")]))
            for choice in chunk.get("choices", []):
                hidden.extend(_tokens(choice, sampling.top))
                finish = choice["finish_reason"]
                if choice["text"] or finish:
                    tokens = tuple(hidden) if choice["text"] else ()
                    hidden.clear()
                    # several tokens may make up one character; at full length the count is known
                    made = sampling.max_tokens - told if finish == "length" else 0 if finish else 1
                    told += made
                    for piece in stops.feed(Piece(choice["text"], tokens, finish, made)):
                        emit(piece)
                        ends.extend(filter(None, [piece.finish]))
            return stopped.is_set() or stops.hit

        engine.handle_completions(body, on_chunk)
        # An exception in the callback vanishes inside llama.cpp, and an error is just another chunk.
        if not stopped.is_set() and ends not in (["stop"], ["length"]):
            raise ModelFailure(f"The language model stopped early: {ends}")

    return work


class _Stops:
    """Ends an answer before a stop string. llama.cpp can, but loses held text when the length runs out."""

    def __init__(self, strings: Sequence[str]) -> None:
        self.hit = False
        self._strings = strings
        self._held = Held()

    def feed(self, piece: Piece) -> list[Piece]:
        """Adds a piece and returns those that cannot become part of a stop string."""
        self._held.add(piece)
        text = self._held.text
        found = [at for string in self._strings if (at := text.find(string)) >= 0]
        if found:
            self.hit = True
            return [*self._held.take(min(found), cut=True), Piece("", finish="stop", generated=0)]
        if piece.finish:
            return self._held.take(len(text))
        starts = range(len(text))
        may_become = (at for at in starts if any(string.startswith(text[at:]) for string in self._strings))
        return self._held.take(next(may_become, len(text)))


def scoring(engine: Any, prompt: Sequence[Token], top: int) -> Work:
    """Makes each token the certain next one and reads its own: llama.cpp rates no prompts."""

    def work(stopped: threading.Event, emit: Callable[[Any], None]) -> None:
        emit(prompt[0])
        ids = [token.id for token in prompt]
        for at in range(1, len(ids)):
            if stopped.is_set():
                return
            body = {"prompt": ids[:at], "n_predict": 1, "temperature": 0, "n_probs": max(1, top)}
            answer = engine.handle_completions({**body, "logit_bias": [[ids[at], _CERTAIN]]})
            # llama.cpp says nothing of a token that only begins a character
            read = next(_tokens(answer["choices"][0], top), prompt[at])
            emit(Token(prompt[at].text, read.logprob, read.top, ids[at]))

    return work


def _tokens(choice: dict[str, Any], top: int | None) -> Iterator[Token]:
    for item in (choice.get("logprobs") or {}).get("content", []):
        likeliest = tuple((other["token"], other["logprob"]) for other in item["top_logprobs"][:top])
        yield Token(item["token"], item["logprob"], likeliest, item["id"])


def piece_bytes(piece: str | list[int]) -> bytes:
    return piece.encode() if isinstance(piece, str) else bytes(piece)
