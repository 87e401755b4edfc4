"""Stand-ins for the language model and the illustrator, to be injected."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence

from sandbox.llama import ModelFailure
from sandbox.tokens import Piece, Sampling, Token

PNG = b"\x89PNG\r\n\x1a\n"


class NoModel:
    """What the sandbox has before the weights are installed."""

    present = False

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    async def tokenize(self, text: str) -> list[Token]:
        return [Token(word, id=at) for at, word in enumerate(text.split())]

    async def chat_prompt(self, messages: list[dict[str, str]]) -> str:
        return "".join(message["content"] for message in messages)

    async def generate(self, prompt: Sequence[int], sampling: Sampling, owner: str) -> AsyncGenerator[Piece]:
        raise AssertionError("there is no model")
        yield

    async def score(self, prompt: Sequence[Token], top: int, owner: str) -> AsyncGenerator[Token]:
        raise AssertionError("there is no model")
        yield


class ScriptedModel(NoModel):
    """Says the next of its texts, word by word, for every choice; a text of None is a failure."""

    present = True

    def __init__(self, *texts: str | None) -> None:
        self._texts = list(texts)

    async def generate(self, prompt: Sequence[int], sampling: Sampling, owner: str) -> AsyncGenerator[Piece]:
        text = self._texts.pop(0)
        for word in (text or "well then").split(" "):
            await asyncio.sleep(0)
            yield Piece(f" {word}", (Token(f" {word}", -1.0),) if sampling.top is not None else ())
        if text is None:
            raise ModelFailure("the model is gone")
        yield Piece("", finish="stop", generated=0)


class StubPainter:
    """Paints a few bytes that tell what was asked, and remembers it; waits while `go` is not set.

    An unfinished stage is the same with its number behind it.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[int, int], int]] = []
        self.go = threading.Event()
        self.go.set()

    def __call__(self, prompt: str, size: tuple[int, int], seed: int, unfinished: int = 0) -> Iterator[bytes]:
        self.go.wait(10)
        self.calls.append((prompt, size, seed))
        picture = PNG + repr((prompt, size, seed)).encode()
        yield from (picture + f" {stage}".encode() for stage in range(unfinished))
        yield picture
