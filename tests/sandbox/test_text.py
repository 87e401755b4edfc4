"""The language model itself, and the turns its requests take."""

import asyncio
import contextlib
import hashlib
import http.client
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox import llama
from sandbox.text import LanguageModel, find_weights
from sandbox.tokens import Piece, Sampling
from sandbox.turns import Turns
from tests.sandbox.client import Client


def test_the_installed_weights_are_the_expected_ones() -> None:
    weights = find_weights()
    assert weights is not None
    with weights.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == llama.SHA256


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.gguf").write_bytes(b"GGUF")
    model = LanguageModel(tmp_path / "other.gguf")
    assert model.present
    model.start()
    with pytest.raises(llama.ModelFailure, match="not the expected file"):
        _ = model.listener
    assert not model.present
    model.stop()


def test_llama_cpp_listens_on_loopback_only_and_asks_for_a_key(
    sandbox: Client, language_model: LanguageModel
) -> None:
    sandbox.complete({"prompt": "p", "max_tokens": 1})
    host, _, port = language_model.listener.removeprefix("http://").partition(":")
    assert host == "127.0.0.1"
    for key, status in ((None, 401), ("wrong", 401), (language_model.key, 200)):
        with contextlib.closing(http.client.HTTPConnection(host, int(port), timeout=5)) as connection:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            connection.request("POST", "/tokenize", '{"content": "hi"}', headers)
            assert connection.getresponse().status == status
    assert listening_addresses() == {"0100007F"}  # 127.0.0.1 as Linux writes it


def listening_addresses() -> set[str]:
    """The addresses this process listens on, in the hexadecimal of /proc/net/tcp."""
    links = (os.path.realpath(path) for path in Path("/proc/self/fd").iterdir())
    own = {link.rpartition("[")[2].rstrip("]") for link in links if "socket:[" in link}
    rows = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and row[9] in own}


def test_a_place_goes_to_whoever_holds_fewest() -> None:
    async def scenario() -> list[str]:
        turns, order = Turns(3), []

        async def ask(owner: str) -> None:
            await turns.take(owner)
            order.append(owner)

        asks = [asyncio.create_task(ask("greedy")) for _ in range(5)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert order == ["greedy", "greedy"]  # the last place is kept for somebody else
        asks += [asyncio.create_task(ask("late")), asyncio.create_task(ask("later"))]
        for owner in ("greedy", "greedy", "late", "greedy", "greedy", "later"):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            turns.give_back(owner)
        await asyncio.gather(*asks)
        return order

    assert asyncio.run(scenario()) == ["greedy", "greedy", "late", "later", "greedy", "greedy", "greedy"]


def test_who_gives_up_waiting_leaves_no_trace() -> None:
    async def scenario() -> None:
        turns = Turns(1)
        await turns.take("first")
        waiting = asyncio.create_task(turns.take("second"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        late = asyncio.create_task(turns.take("third"))
        await asyncio.sleep(0)
        turns.give_back("first")
        late.cancel()  # in the very moment its turn has come
        await asyncio.gather(late, return_exceptions=True)
        await asyncio.wait_for(turns.take("fourth"), 1)

    asyncio.run(scenario())


@pytest.mark.parametrize("step", [1, 2, 3, 4, 7, 50])
@pytest.mark.parametrize(
    ("text", "stop", "shown"),
    [
        ("one two three", ("two",), "one "),
        ("one two three", ("threes", "ee"), "one two thr"),
        ("aaab", ("aab",), "a"),
        ("one two", ("two and", "x"), None),
        ("one two", (), None),
        ("early and late", ("late", "and"), "early "),
    ],
)
def test_an_answer_ends_before_its_stop_string(
    text: str, stop: tuple[str, ...], shown: str | None, step: int
) -> None:
    class Engine:
        """Answers like llama.cpp, `step` characters at a time."""

        def handle_completions(
            self, body: dict[str, Any], on_chunk: Callable[[dict[str, Any]], bool]
        ) -> None:
            pieces = [text[at : at + step] for at in range(0, len(text), step)]
            for piece, finish in [*((piece, None) for piece in pieces), ("", "length")]:
                if on_chunk({"choices": [{"text": piece, "finish_reason": finish}]}):
                    return

    out: list[Piece] = []
    sampling = Sampling(max_tokens=9, stop=stop)
    llama.generation(Engine(), [1], 0, sampling)(threading.Event(), out.append)
    assert "".join(piece.text for piece in out) == (text if shown is None else shown)
    assert [piece.finish for piece in out if piece.finish] == ["length" if shown is None else "stop"]


@pytest.mark.parametrize("chunks", [[], [{"error": {"message": "no"}}], [{"choices": [{}]}]])
def test_an_engine_that_does_not_finish_is_a_failure(chunks: list[dict[str, Any]]) -> None:
    class Engine:
        """Swallows what a callback raises, as llama.cpp does."""

        def handle_completions(
            self, body: dict[str, Any], on_chunk: Callable[[dict[str, Any]], bool]
        ) -> None:
            for chunk in chunks:
                with contextlib.suppress(KeyError):
                    on_chunk(chunk)

    with pytest.raises(llama.ModelFailure, match="stopped early"):
        llama.generation(Engine(), [1], 0, Sampling(max_tokens=9))(threading.Event(), [].append)
