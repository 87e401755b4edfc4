"""The playground as a person starts it: one process, one address, one data folder."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_S = 20.0
STOP_S = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Playground:
    """`python app.py` with settings of its own; without an endpoint it runs on its embedded sandbox."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.command = [sys.executable, "app.py"]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "playground.log"
        self._environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ},
            "HOME": str(folder),
            "PYTHON_DOTENV_DISABLED": "1",
            "PLAYGROUND_DATA_DIR": str(folder / "data"),
            "PORT": str(self.port),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the server and waits until it answers, with 503 where its settings are bad."""
        with self.log.open("ab") as log:  # a pipe nobody reads would fill up
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + START_S
        while self.health() is None:
            if self._process.poll() is not None or time.monotonic() > end:
                self._process.kill()
                self._process.wait()
                self._process = None
                raise RuntimeError(f"The playground did not start:\n{self.log.read_text()}")
            time.sleep(0.1)

    def health(self) -> int | None:
        """The status of /healthz, None while nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def stop(self) -> None:
        """Ends the server as an init system does, and waits for it. Raises where it had ended by itself."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.poll() is not None:
            raise RuntimeError(f"The playground ended with {process.returncode}:\n{self.log.read_text()}")
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RuntimeError(f"The playground did not end on SIGTERM:\n{self.log.read_text()}") from None

    def kill(self) -> None:
        """Ends the server as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None
