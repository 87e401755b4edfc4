"""Sandboxes to talk to over real sockets: one with the real language model, and small ones with stand-ins."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from starlette.types import ASGIApp

from sandbox.server import create_app
from sandbox.text import LanguageModel, TextModel, find_weights
from tests.sandbox.client import Client
from tests.sandbox.stand_ins import NoModel, StubPainter

Start = Callable[..., Client]


@contextlib.contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serves an application on a free loopback port and gives its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="session")
def language_model() -> LanguageModel:
    """The model behind `sandbox`."""
    return LanguageModel(find_weights())


@pytest.fixture(scope="session")
def sandbox(language_model: LanguageModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A sandbox with the real language model."""
    with served(create_app(tmp_path_factory.mktemp("sandbox"), language_model, StubPainter())) as url:
        yield Client(url)


@pytest.fixture(scope="session")
def bare_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A sandbox without a language model, for tests that leave nothing behind."""
    with served(create_app(tmp_path_factory.mktemp("bare"), NoModel(), StubPainter())) as url:
        yield Client(url)


@dataclass
class Clock:
    """A clock that moves only when told to; in Unix seconds."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(tmp_path: Path, clock: Clock) -> Iterator[Start]:
    """Starts sandboxes over one data dir, with stand-ins; the client it gives can stop its sandbox."""
    with contextlib.ExitStack() as running:

        def begin(paint: StubPainter | None = None, model: TextModel | None = None) -> Client:
            app = create_app(tmp_path, model or NoModel(), paint or StubPainter(), clock)
            stack = running.enter_context(contextlib.ExitStack())
            return Client(stack.enter_context(served(app)), stop=stack.close)

        yield begin
