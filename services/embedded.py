"""Starts the embedded sandbox: a child process that ends with this one and is started again if it dies."""

import logging
import os
import socket
import subprocess
import sys
import threading
import urllib.parse
from dataclasses import replace
from pathlib import Path

from services.config import Deployment, Secret, Settings
from services.errors import Unreachable

ROOT = Path(__file__).parent.parent
READY = "sandbox ready on "
_OURS = ("AZURE_OPENAI", "PLAYGROUND_")  # with keys and the signing secret: not for a child
_LOG = logging.getLogger(__name__)


class EmbeddedSandbox:
    """The sandbox of one data folder: ours, or that of another server which shares the folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = (data_dir / "sandbox").absolute()
        self._closing = threading.Event()
        self._child, self.url = self._start(port=0)
        self._watcher = threading.Thread(target=self._watch, name="sandbox-watcher", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        """Ends the child; it leaves when the pipe from its parent closes."""
        self._closing.set()
        self._watcher.join(timeout=5)  # first: it may be starting another child
        self._end(self._child)

    def _start(self, port: int) -> tuple[subprocess.Popen[str], str]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = [sys.executable, "-m", "sandbox", "--end-with-stdin", "--port", str(port)]
        child = subprocess.Popen(  # noqa: S603 (our own program)
            [*command, "--data-dir", str(self._folder)],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert child.stdout is not None  # noqa: S101 (asked for above)
        line = child.stdout.readline().strip()
        if not line.startswith(READY):
            self._end(child)
            raise Unreachable(
                "The embedded sandbox did not start.", advice="The terminal it was started from says why."
            )
        return child, line.removeprefix(READY)

    def _watch(self) -> None:
        """Starts the sandbox again, on the port it had, when nobody serves it any more."""
        port = urllib.parse.urlsplit(self.url).port or 0
        while not self._closing.wait(1.0):
            if self._child.poll() is None or _listening(port):
                continue
            _LOG.warning("the sandbox has ended with status %s; starting it again", self._child.returncode)
            self._end(self._child)
            try:
                self._child, _ = self._start(port)
            except Unreachable as error:
                _LOG.error("%s", error)

    def _end(self, child: subprocess.Popen[str]) -> None:
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def sandbox_settings(settings: Settings, url: str) -> Settings:
    """The same settings, pointed at the sandbox; text in the version whose filter annotations show."""
    return replace(
        settings,
        endpoint=url,
        keys=(Secret("sandbox-key-1"), Secret("sandbox-key-2")),
        api_version="2023-06-01-preview",
        text_deployments=(
            Deployment("sandbox-text", "text-smollm2-135m"),
            Deployment("sandbox-chat", "chat-smollm2-135m"),
            Deployment("sandbox-text-async", "text-smollm2-135m"),
            Deployment("sandbox-chat-async", "chat-smollm2-135m"),
        ),
        image_deployments=(Deployment("sandbox-image", "sandbox-illustrator"),),
    )


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
