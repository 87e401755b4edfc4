"""Text answers: running a request's choices side by side through the model and the filter."""

import asyncio
import contextlib
import math
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from sandbox import llama
from sandbox.asking import SEEDS, TextRequest
from sandbox.moderation import Results, Screen, judge_answer
from sandbox.text import TextModel
from sandbox.tokens import Piece, Sampling, Token
from sandbox.wire import WireError, invalid

FILTER_STRIDE = 200  # characters of text between two words of a filter that runs behind it


@dataclass(frozen=True, slots=True)
class Part:
    """The next part of one choice; `offset` is where it begins, in characters from the prompt's start.

    checked: in a part without text that tells what the filter found behind it, everything below this offset
    has been looked at, and the results speak of what stands between the other two.
    """

    index: int
    offset: int
    text: str
    tokens: tuple[Token, ...] = ()
    finish: str | None = None
    results: Results = field(default_factory=dict)
    generated: int = 0
    checked: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """A request that was accepted: its prompts in tokens, and the sampling with every value settled.

    unfiltered: whether text goes out as it comes and the filter's word follows.
    """

    request: TextRequest
    prompts: tuple[tuple[Token, ...], ...]
    sampling: Sampling
    unfiltered: bool = False
    owner: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def prompt_tokens(self) -> int:
        return sum(len(prompt) for prompt in self.prompts)

    @property
    def most_tokens(self) -> int:
        """The prompts' tokens and all that their answers may have."""
        answers = len(self.prompts) * self.request.best_of
        return self.prompt_tokens + answers * self.sampling.max_tokens


def accept(
    request: TextRequest, prompts: Sequence[Sequence[Token]], *, unfiltered: bool = False
) -> Answering:
    """Settles seed and length; raises the service's 400 when a prompt and its answer exceed the context."""
    longest = max(len(prompt) for prompt in prompts)
    wanted = request.max_tokens if request.max_tokens is not None else max(1, llama.CONTEXT - longest)
    if longest + wanted > llama.CONTEXT:
        raise _too_long(request.chat, longest, wanted)
    sampling = replace(request.sampling, max_tokens=wanted)
    return Answering(request, tuple(tuple(prompt) for prompt in prompts), sampling, unfiltered)


async def answer(accepted: Answering, model: TextModel) -> AsyncGenerator[Part]:
    """All choices of all prompts, interleaved as they grow; closing the generator stops them."""
    parts: asyncio.Queue[Part | BaseException | None] = asyncio.Queue()

    async def follow(index: int) -> None:
        try:
            async with contextlib.aclosing(_choice(accepted, model, index)) as choice:
                async for part in choice:
                    parts.put_nowait(part)
            parts.put_nowait(None)
        except llama.ModelFailure as failure:
            parts.put_nowait(failure)

    count = len(accepted.prompts) * accepted.request.best_of
    tasks = [asyncio.create_task(follow(index)) for index in range(count)]
    try:
        while count:
            part = await parts.get()
            if isinstance(part, BaseException):
                raise part
            if part is None:
                count -= 1
            else:
                yield part
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _choice(accepted: Answering, model: TextModel, index: int) -> AsyncGenerator[Part]:
    request, sampling = accepted.request, accepted.sampling
    prompt = accepted.prompts[index // request.best_of]
    offset = request.starts[index // request.best_of]
    sampling = replace(sampling, seed=(sampling.seed + index) % SEEDS)
    if request.best_of > request.n:
        sampling = replace(sampling, top=sampling.top or 0)
    if request.echo:
        tokens = await _echoed(prompt, request.sampling, model, accepted.owner)
        yield Part(index, 0, request.prompts[index // request.best_of], tokens)
    if sampling.max_tokens == 0:
        yield Part(index, offset, "", finish="length", results=Screen().results)
        return
    ids = [token.id for token in prompt]
    async with contextlib.aclosing(model.generate(ids, sampling, accepted.owner)) as pieces:
        filtering = _followed if accepted.unfiltered else _screened
        async for part in filtering(pieces, index, offset):
            yield part


async def _screened(pieces: AsyncIterator[Piece], index: int, offset: int) -> AsyncIterator[Part]:
    screen = Screen()
    async for piece in pieces:
        for shown in screen.feed(piece):
            results, made = screen.results, shown.generated
            yield Part(index, offset, shown.text, shown.tokens, shown.finish, results, made)
            offset += len(shown.text)
        if screen.hit:
            yield Part(index, offset, "", finish="content_filter", results=screen.results)
            return


async def _followed(pieces: AsyncIterator[Piece], index: int, start: int) -> AsyncIterator[Part]:
    """Every piece as it comes; what the filter found follows a while later, and after the end."""
    written, checked = "", 0
    async for piece in pieces:
        offset = start + len(written)
        yield Part(index, offset, piece.text, piece.tokens, piece.finish, generated=piece.generated)
        written += piece.text
        if not piece.finish and len(written) < checked + FILTER_STRIDE:
            continue
        results, span = judge_answer(written)
        if span:
            where = (start + checked, start + span[0], start + span[1])
            yield Part(index, offset, "", finish="content_filter", results=results, checked=where)
            return
        checked, before = len(written), checked
        below = checked if piece.finish else before
        where = (start + below, start, start + checked)
        yield Part(index, offset, "", results=results, checked=where)


async def _echoed(
    prompt: tuple[Token, ...], sampling: Sampling, model: TextModel, owner: str
) -> tuple[Token, ...]:
    if sampling.top is None:
        return ()
    async with contextlib.aclosing(model.score(prompt, sampling.top, owner)) as tokens:
        return tuple([token async for token in tokens])


def likelihood(tokens: Sequence[Token]) -> float:
    """Mean log probability per token, which is how `best_of` ranks; nothing generated ranks last."""
    known = [token.logprob for token in tokens if token.logprob is not None]
    return sum(known) / len(known) if known else -math.inf


def _too_long(chat: bool, prompt: int, wanted: int) -> WireError:
    start = f"This model's maximum context length is {llama.CONTEXT} tokens"
    if chat:
        return WireError(
            400,
            "context_length_exceeded",
            f"{start}. However, you requested {prompt + wanted} tokens ({prompt} in the messages, "
            f"{wanted} in the completion). Please reduce the length of the messages or completion.",
            type="invalid_request_error",
            param="messages",
        )
    return invalid(
        f"{start}, however you requested {prompt + wanted} tokens ({prompt} in your prompt; {wanted} for the "
        "completion). Please reduce your prompt; or completion length."
    )
