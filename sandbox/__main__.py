"""Runs the sandbox: `python -m sandbox --port 8080 --data-dir DIR`."""

import argparse
import contextlib
import fcntl
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import uvicorn

from sandbox.server import create_app
from sandbox.text import LanguageModel, find_weights

_HOST = "127.0.0.1"
_PATIENCE = 15.0  # seconds to wait for a running sandbox to say its port


class Announced(uvicorn.Server):
    """A server that says when it is ready, on stdout and in the lock file."""

    def __init__(self, config: uvicorn.Config, lock: IO[str], port: int) -> None:
        super().__init__(config)
        self._lock = lock
        self._port = port

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._lock.write(str(self._port))
            self._lock.flush()
            _announce(self._port)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until told to stop; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Azure OpenAI on this machine only."
    )
    parser.add_argument("--port", type=int, default=8080, help="0 takes any free port")
    parser.add_argument("--data-dir", type=Path, default=Path("data/sandbox"))
    parser.add_argument("--end-with-stdin", action="store_true", help="stop when stdin is closed")
    options = parser.parse_args(arguments)
    options.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)

    with (options.data_dir / "sandbox.lock").open("a+", encoding="ascii") as lock:
        try:
            running = _lock_or_port(lock)
        except TimeoutError:
            sys.stderr.write("Another sandbox holds this data directory but does not say its port.\n")
            return 1
        if running:
            _announce(running)
            return 0
        listener = socket.socket(proto=socket.IPPROTO_TCP)  # named, so that asyncio sends without delay
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, options.port))
        except OSError as error:
            sys.stderr.write(f"Port {options.port} cannot be used: {error.strerror}.\n")
            return 1
        _serve(options.data_dir, listener, lock, options.end_with_stdin)
    return 0


def _paint(prompt: str, size: tuple[int, int], seed: int, unfinished: int) -> Iterator[bytes]:
    """Draws with the illustrator, which is loaded with the first picture: it brings numpy and the artwork."""
    from sandbox.illustrator import stages

    yield from stages(prompt, size, seed, unfinished)


def _serve(data_dir: Path, listener: socket.socket, lock: IO[str], end_with_stdin: bool) -> None:
    app = create_app(data_dir, LanguageModel(find_weights()), _paint)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    server = Announced(config, lock, listener.getsockname()[1])

    def follow_stdin() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        server.should_exit = True

    if end_with_stdin:
        threading.Thread(target=follow_stdin, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def _lock_or_port(lock: IO[str]) -> int | None:
    """Takes the lock, or returns the port of the sandbox that holds it."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            if port := lock.read():
                return int(port)
            time.sleep(0.05)
        else:
            lock.truncate(0)
            return None
    raise TimeoutError


def _announce(port: int) -> None:
    sys.stdout.write(f"sandbox ready on http://{_HOST}:{port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # everything is on disk; a picture or a prompt that is being worked on must not hold us up
