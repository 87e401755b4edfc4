"""The shapes text answers have on the wire, completions and chat, whole and streamed."""

import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox import text
from sandbox.answers import Answering, Part
from sandbox.moderation import Results
from sandbox.tokens import Token

Json = dict[str, Any]
_NAMELESS: Json = {"id": "", "object": "", "created": 0, "model": ""}


def prompt_results(prompts: Iterable[Results]) -> list[Json]:
    return [{"prompt_index": at, "content_filter_results": found} for at, found in enumerate(prompts)]


@dataclass(frozen=True, slots=True)
class Shape:
    """Writes the parts of one answer; `annotated` adds the content filter results of newer api-versions."""

    accepted: Answering
    annotated: bool
    id: str = field(default_factory=lambda: secrets.token_hex(15))
    created: int = field(default_factory=lambda: int(time.time()))

    def opening(self, prompts: Sequence[Results]) -> list[Json]:
        """What a stream says before any text."""
        first = {**_NAMELESS, "prompt_filter_results": prompt_results(prompts), "choices": []}
        chunks = [first] if self.annotated else []
        if self._chat:
            role = {"delta": {"role": "assistant", "content": ""}, "finish_reason": None, "logprobs": None}
            chunks += [self._envelope([{**role, "index": at}]) for at in range(self.accepted.request.n)]
        return chunks

    def chunk(self, part: Part) -> Json:
        """A part of a choice; the last one of a choice carries its finish reason."""
        if part.checked:
            return self._annotation(part)
        written = {"content": part.text} if part.text or not part.finish else {}
        body: Json = {"delta": written} if self._chat else {"text": part.text}
        logprobs = self._logprobs(part.tokens, part.offset) if part.tokens else None
        body |= {"index": part.index, "logprobs": logprobs, "finish_reason": part.finish}
        if self.annotated and not self.accepted.unfiltered:
            quiet = part.finish in ("stop", "length") or not part.results
            body["content_filter_results"] = {} if quiet else part.results
        usage = {"usage": None} if self.accepted.request.include_usage else {}
        return self._envelope([body], **usage)

    def _annotation(self, part: Part) -> Json:
        """What the filter found behind the text: no text, and where it looked."""
        names = ("check_offset", "start_offset", "end_offset")
        choice: Json = {
            "index": part.index,
            "finish_reason": part.finish,
            "content_filter_results": part.results,
            "content_filter_raw": [],
            "content_filter_offsets": dict(zip(names, part.checked or (), strict=True)),
        }
        return {**_NAMELESS, "choices": [choice], "usage": None}

    def closing(self, generated: int) -> list[Json]:
        """The usage chunk, when the request asked for it."""
        return (
            [self._envelope([], usage=self._usage(generated))] if self.accepted.request.include_usage else []
        )

    def whole(self, choices: Sequence[Sequence[Part]], prompts: Sequence[Results], generated: int) -> Json:
        """The answer in one piece; each choice is given as its parts."""
        written = [self._choice(index, parts) for index, parts in enumerate(choices)]
        extra = {"prompt_filter_results": prompt_results(prompts)} if self.annotated else {}
        return self._envelope(written, usage=self._usage(generated), **extra)

    def _choice(self, index: int, parts: Sequence[Part]) -> Json:
        last = parts[-1]
        shown = list(parts)
        if last.finish == "content_filter":  # a filtered answer that is not streamed comes without its text
            shown = shown[:1] if self.accepted.request.echo else []
        content = "".join(part.text for part in shown)
        tokens = [token for part in shown for token in part.tokens]
        wanted = self.accepted.request.sampling.top is not None
        logprobs = self._logprobs(tokens, parts[0].offset) if wanted else None
        body: Json = (
            {"message": {"role": "assistant", "content": content}} if self._chat else {"text": content}
        )
        body |= {"index": index, "finish_reason": last.finish, "logprobs": logprobs}
        return body | ({"content_filter_results": last.results} if self.annotated else {})

    def _logprobs(self, tokens: Sequence[Token], offset: int) -> Json:
        if self._chat:
            return {"content": [self._chat_token(token) for token in tokens]}
        starts = []
        for token in tokens:
            starts.append(offset)
            offset += len(token.text)
        return {
            "tokens": [token.text for token in tokens],
            "token_logprobs": [token.logprob for token in tokens],
            "top_logprobs": [self._top(token) for token in tokens],
            "text_offset": starts,
        }

    def _top(self, token: Token) -> dict[str, float] | None:
        """The likeliest alternatives and the chosen token itself: up to `logprobs` + 1 entries."""
        if token.logprob is None:
            return None
        return dict(token.top) | {token.text: token.logprob} if self.accepted.request.sampling.top else {}

    def _chat_token(self, token: Token) -> Json:
        entries = [
            {"token": name, "logprob": value, "bytes": list(name.encode())} for name, value in token.top
        ]
        return {
            "token": token.text,
            "logprob": token.logprob,
            "bytes": list(token.text.encode()),
            "top_logprobs": entries,
        }

    def _usage(self, generated: int) -> Json:
        asked = self.accepted.prompt_tokens
        return {
            "prompt_tokens": asked,
            "completion_tokens": generated,
            "total_tokens": asked + generated,
        }

    def _envelope(self, choices: list[Json], **extra: Any) -> Json:
        kind = "chat.completion" if self._chat else "text_completion"
        if self._chat and self.accepted.request.stream:
            kind += ".chunk"
        return {
            "id": f"chatcmpl-{self.id}" if self._chat else f"cmpl-{self.id}",
            "object": kind,
            "created": self.created,
            "model": text.NAME,
            "system_fingerprint": text.FINGERPRINT,
            "choices": choices,
            **extra,
        }

    @property
    def _chat(self) -> bool:
        return self.accepted.request.chat
