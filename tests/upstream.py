"""A fake Azure OpenAI service on real sockets, so that a test can see, and break, every byte on the wire.

Unscripted it is a correct little Azure with one completions model and both ways to pictures; after
`defaults["chat"] = upstream.chat` the model chats too. Tests `enqueue`
replies per route: they are used in order, then the usual behaviour returns. A spy is an `Upstream` whose
`requests` must stay empty; a refused connection is an `Upstream` that was closed.
"""

import math
import re
import socket
import struct
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import BinaryIO, Self
from urllib.parse import parse_qsl, unquote

from tests.azure_bodies import (
    chat,
    chat_choice,
    chat_chunk,
    chat_logprobs,
    choice,
    chunk,
    completion,
    drawing,
    error,
    generated,
    logprobs,
    operation,
    picture,
    prompt_chunk,
    role_chunk,
    safety,
    sse,
    submitted,
    succeeded,
    usage_chunk,
)
from tests.azure_reply import Json, Received, Reply

ROUTES = {
    "chat": r"POST (/openai/deployments/[^/]+|.*/v1)/chat/completions",
    "completions": r"POST (/openai/deployments/[^/]+|.*/v1)/completions",
    "submit": r"POST /openai/images/generations:submit",
    "generation": r"POST /openai/(deployments/[^/]+|v1)/images/generations",
    "poll": r"GET /openai/(dalle/)?operations/images/[^/]+",
    "delete": r"DELETE /openai/(dalle/)?operations/images/[^/]+",
    "picture": r"GET /pictures/.*",
    "other": r".*",
}
WORDS = (" Hello", " from", " the", " fake")  # what the model always says
TICK = 0.005  # seconds between two looks at whether the client is still there

Script = Reply | Json | Callable[[Received], Reply]  # a dict is the body of a 200


class ClientLeft(ConnectionError):
    """The other side closed the connection while a reply was due."""


class Upstream:
    """The service: `url` to call, `enqueue` to script, `requests`, `received` and `bill` to look at.

    `keys`, when given, are the only ones accepted. A picture job answers `running` to that many polls, with
    `retry_after` seconds. `pictures` is the origin of picture urls, for example that of a second `Upstream`.
    `defaults` holds the unscripted reply of each route and may be replaced.
    """

    def __init__(
        self,
        *,
        keys: Collection[str] = (),
        running: int = 1,
        retry_after: int = 1,
        pictures: str | None = None,
    ) -> None:
        self.keys, self.running, self.retry_after = keys, running, retry_after
        self.defaults: dict[str, Script] = {
            "completions": self._complete,
            "chat": error("wrong_operation"),
            "submit": self._submit,
            "generation": self._generate,
            "poll": self._poll,
            "delete": self._delete,
            "picture": self._picture,
            "other": error("not_found"),
        }
        self._scripts: dict[str, deque[Script]] = {route: deque() for route in ROUTES}
        self._gates: dict[str, threading.Event] = {}
        self._requests: list[Received] = []
        self._bill: list[Received] = []
        self._jobs: dict[str, Received] = {}
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._address = self._listener.getsockname()
        self.url = f"http://127.0.0.1:{self._address[1]}"
        self.pictures = pictures or self.url
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends every connection and thread; afterwards `url` refuses connections."""
        if self._closed.is_set():
            return
        self._closed.set()
        with suppress(OSError):  # wakes the acceptor
            socket.create_connection(self._address, timeout=1).close()
        self._acceptor.join(5)
        for connection in list(self._connections.values()):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._connections):
            thread.join(5)

    # scripting and looking

    def enqueue(self, route: str, *scripts: Script) -> None:
        """Adds replies for the next requests on a route, in order."""
        self._scripts[route].extend(scripts)

    def hold(self, route: str) -> None:
        """Makes requests on a route wait, recorded but not yet processed, until `release`."""
        if route not in ROUTES:
            raise KeyError(route)
        self._gates.setdefault(route, threading.Event())

    def release(self, route: str) -> None:
        self._gates.pop(route).set()

    @property
    def requests(self) -> tuple[Received, ...]:
        with self._changed:
            return tuple(self._requests)

    @property
    def bill(self) -> tuple[Received, ...]:
        """Submits and generations accepted; a submit repeated with its Operation-Id is billed once."""
        with self._changed:
            return tuple(self._bill)

    def received(self, route: str) -> tuple[Received, ...]:
        return tuple(request for request in self.requests if request.route == route)

    def wait_for(self, route: str, count: int = 1, timeout: float = 5) -> tuple[Received, ...]:
        """Waits until a route has seen that many requests, and returns them."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.received(route)) >= count, timeout):
                raise TimeoutError(f"{len(self.received(route))} of {count} requests on {route}")
            return self.received(route)

    # the little Azure

    def _complete(self, request: Received) -> Reply:
        ask = request.json
        prompts = ask["prompt"] if isinstance(ask.get("prompt"), list) else [ask.get("prompt", "")]
        words = WORDS[: ask.get("max_tokens") or 16]
        finish = "stop" if words == WORDS else "length"
        n = ask.get("n") or 1
        indexes = range(len(prompts) * n)
        usage = (sum(len(str(prompt).split()) for prompt in prompts), len(words) * len(indexes))

        def say(index: int, tokens: Sequence[str], offset: int = 0) -> Json:
            scores = logprobs(tokens, offset) if ask.get("logprobs") is not None else None
            return choice("".join(tokens), index, filters=safety(), logprobs=scores)

        if not ask.get("stream"):
            whole = [say(index, words) | {"finish_reason": finish} for index in indexes]
            for answer in whole if ask.get("echo") else ():
                answer["text"] = f"{prompts[answer['index'] // n]}{answer['text']}"
            return Reply(200, prompt_chunk() | completion(*whole, usage=usage))
        starts = [len("".join(words[:at])) for at in range(len(words))]
        said = [
            completion(say(index, [word], start))
            for word, start in zip(words, starts, strict=True)
            for index in indexes
        ]
        ends = [chunk("", index, finish) for index in indexes]
        counted = (ask.get("stream_options") or {}).get("include_usage")
        return sse(prompt_chunk(), *said, *ends, *([usage_chunk(*usage)] if counted else []))

    def chat(self, request: Received) -> Reply:
        """What a chat model streams, or says at once where no stream was asked for."""
        ask = request.json
        indexes = range(ask.get("n") or 1)
        usage = (len(str(ask["messages"]).split()), len(WORDS) * len(indexes))
        if not ask.get("stream"):
            message = {"role": "assistant", "content": "".join(WORDS), "refusal": None}
            whole = [chat_choice({}, index, "stop") | {"message": message} for index in indexes]
            return Reply(200, prompt_chunk() | chat(*whole, usage=usage, kind="chat.completion"))
        said = [
            chat_chunk(
                word,
                index,
                filters=safety(),
                logprobs=chat_logprobs([word]) if ask.get("logprobs") else None,
            )
            for word in WORDS
            for index in indexes
        ]
        ends = [chat_chunk("", index, "stop") for index in indexes]
        counted = (ask.get("stream_options") or {}).get("include_usage")
        last = [chat(usage=usage)] if counted else []
        return sse(prompt_chunk(), *map(role_chunk, indexes), *said, *ends, *last)

    def _submit(self, request: Received) -> Reply:
        op_id = request.headers.get("operation-id") or str(uuid.uuid4())
        if op_id in self._jobs and self._jobs[op_id].body != request.body:
            return error("id_reused")
        version = request.query.get("api-version")
        return submitted(op_id, f"{self.url}/openai/operations/images/{op_id}?api-version={version}")

    def _poll(self, request: Received) -> Reply:
        op_id = request.path.rsplit("/", 1)[1]
        if op_id not in self._jobs:
            return error("not_found")
        if sum(poll.path == request.path for poll in self.received("poll")) <= self.running:
            return Reply(200, operation("running", op_id), {"retry-after": str(self.retry_after)})
        count = self._jobs[op_id].json.get("n") or 1
        urls = [f"{self.pictures}/pictures/{op_id}/{index}.png?sig=fake" for index in range(count)]
        return Reply(200, succeeded(*urls, op_id=op_id))

    def _generate(self, request: Received) -> Reply:
        """The pictures themselves; the deployment `dall-e-3` sends links and a revised prompt."""
        count = request.json.get("n") or 1
        deployment = request.json.get("model") if "/v1/" in request.path else request.path.split("/")[3]
        if request.json.get("stream"):
            previews = [picture(100 + index) for index in range(request.json.get("partial_images") or 0)]
            return drawing(*previews, last=picture(0))
        if deployment != "dall-e-3":
            return Reply(200, generated(*(picture(index) for index in range(count))))
        names = [f"{self.pictures}/pictures/{uuid.uuid4()}/{index}.png?sig=fake" for index in range(count)]
        revised = f"Revised: {request.json.get('prompt', '')}"
        return Reply(200, generated(*({"url": name, "revised_prompt": revised} for name in names)))

    def _delete(self, request: Received) -> Reply:
        known = self._jobs.pop(request.path.rsplit("/", 1)[1], None)
        return Reply(204) if known else error("not_found")

    def _picture(self, request: Received) -> Reply:
        found = re.search(r"/(\d+)\.png$", request.path)
        if found is None:
            return error("not_found")
        return Reply(200, picture(int(found[1])), {"content-type": "image/png"})

    # requests in, replies out

    def _choose(self, request: Received) -> Reply:
        """Takes the scripted or usual reply, and bills what was accepted."""
        headers = request.headers
        key = headers.get("api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        versioned = request.route == "picture" or "/v1/" in request.path or "api-version" in request.query
        if self.keys and request.route != "picture" and key not in self.keys:
            return error("wrong_key")
        with self._changed:
            scripts = self._scripts[request.route]
            usual = self.defaults[request.route] if versioned else error("not_found")
            script = scripts.popleft() if scripts else usual
        found = script(request) if callable(script) else script
        reply = Reply(200, found) if isinstance(found, dict) else found
        with self._changed:
            if request.route == "generation" and reply.accepts:
                self._bill.append(request)
            named = headers.get("operation-id")
            if request.route == "submit" and reply.accepts and named not in self._jobs:
                self._bill.append(request)
                given = reply.body.get("id") if isinstance(reply.body, dict) else None
                self._jobs[named or given or str(uuid.uuid4())] = request
        return reply

    def _accept(self) -> None:
        with self._listener:
            while True:
                connection, _ = self._listener.accept()
                if self._closed.is_set():
                    connection.close()
                    return
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._connections[thread] = connection
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader, suppress(ConnectionError):
            while request := self._read(reader):
                try:
                    alive = self._answer(connection, request)
                except ConnectionError:
                    if not self._closed.is_set():
                        request.aborted.set()
                    return
                if not alive or request.headers.get("connection", "").lower() == "close":
                    return

    def _read(self, reader: BinaryIO) -> Received | None:
        """The next request of a connection, entered in the ledger; None when the client is done."""
        lines: list[str] = []
        while (line := reader.readline()) not in (b"", b"\r\n"):
            lines.append(line.decode("latin-1").rstrip("\r\n"))
        if not lines or lines[0].count(" ") != 2:
            return None
        method, target, _ = lines[0].split(" ")
        headers: dict[str, str] = {}
        for name, _, value in (line.partition(":") for line in lines[1:]):
            old = headers.get(name.lower())
            headers[name.lower()] = value.strip() if old is None else f"{old}, {value.strip()}"
        length = int(headers.get("content-length", 0))
        body = reader.read(length)
        if len(body) < length:  # half a request is none
            return None
        path, _, query = target.partition("?")
        call = f"{method} {(path := unquote(path))}"
        request = Received(
            route=next(route for route, shape in ROUTES.items() if re.fullmatch(shape, call, re.DOTALL)),
            method=method,
            target=target,
            path=path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            body=body,
            at=time.monotonic(),
        )
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()
        return request

    def _answer(self, connection: socket.socket, request: Received) -> bool:
        """Sends one reply; true when the connection may carry another."""
        if gate := self._gates.get(request.route):
            self._wait(connection, gate)
        reply = self._choose(request)
        self._wait(connection, self._closed, reply.delay)
        if not reply.silent:
            if reply.verbatim is None:
                connection.sendall(reply.head(f"fake-{len(self.requests)}"))
            for at, frame in enumerate(reply.frames()):
                self._wait(connection, self._closed, reply.pause if at else 0)
                connection.sendall(frame)
            with suppress(ConnectionError):  # a client that has the whole body may leave before the end mark
                connection.sendall(reply.ending)
        if reply.hang:
            self._wait(connection, self._closed)
        if reply.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return reply.keeps_alive

    def _wait(self, connection: socket.socket, event: threading.Event, seconds: float = math.inf) -> None:
        """Waits for the event or that long; raises when the client leaves or the server closes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not event.wait(min(TICK, seconds)):
            with suppress(BlockingIOError):
                if not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                    raise ClientLeft
            if self._closed.is_set():
                raise ClientLeft
