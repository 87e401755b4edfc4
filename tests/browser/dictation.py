"""A stream that a test dictates, so that nothing depends on how fast a machine is."""

import json
import queue
from collections.abc import Iterator

from tests.azure_bodies import chunk
from tests.azure_reply import Json, Reply

STILL_THERE = b": still there\n\n"
PAUSE_S = 0.02


class Dictation:
    """`reply` is the answer of the service: whatever is said, when it is said, until the end is dictated."""

    def __init__(self, *words: str) -> None:
        self._events: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        self.reply = Reply(200, headers=headers, pieces=self._pieces(), pause=PAUSE_S)
        self.say(*words)

    def say(self, *words: str) -> None:
        for word in words:
            self.send(chunk(word))

    def send(self, event: Json) -> None:
        self._events.put(f"data: {json.dumps(event)}\n\n".encode())

    def end(self, finish: str = "stop") -> None:
        self.send(chunk("", finish=finish))
        self._events.put(b"data: [DONE]\n\n")
        self._events.put(None)

    def _pieces(self) -> Iterator[bytes]:
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                event = STILL_THERE
            if event is None:
                return
            yield event
