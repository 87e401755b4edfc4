"""Processes to measure: started, waited for, ended, and what they took of the processor and the memory."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
START_S = 60.0
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and where it answers. started: CLOCK_MONOTONIC seconds."""

    name: str
    url: str
    pid: int
    started: float


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(
    name: str, command: list[str], port: int, health: str, folder: Path, **environment: str
) -> Iterator[Server]:
    """Starts a server in a group of processes of its own, waits until it answers, and ends it."""
    known = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ}
    with (folder / f"{name}.log").open("ab") as log:
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 (our own programs)
            [sys.executable, *command],
            cwd=ROOT,
            env={**known, "HOME": str(folder), "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url + health, process)
        yield Server(name, url, process.pid, started)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def upstream(folder: Path, faults: float = 0.0) -> Iterator[Server]:
    """The fake service; its log is `upstream.jsonl` in the folder."""
    port = free_port()
    command = ["-m", "bench.upstream", str(port), str(folder / "upstream.jsonl"), str(faults)]
    with serving("upstream", command, port, "/healthz", folder) as server:
        yield server


@contextlib.contextmanager
def playground(folder: Path, service: str) -> Iterator[Server]:
    """The playground, connected to the fake service."""
    port = free_port()
    settings = _settings(service) | {"PORT": str(port), "PLAYGROUND_DATA_DIR": str(folder / "data")}
    settings |= {"PYTHON_DOTENV_DISABLED": "1", "AZURE_OPENAI_TEXT_DEPLOYMENTS": "text"}
    with serving("playground", ["app.py"], port, "/_stcore/health", folder, **settings) as server:
        yield server


@contextlib.contextmanager
def script(folder: Path, name: str, service: str) -> Iterator[Server]:
    """A Streamlit script of this folder, served as `streamlit run` serves it."""
    port = free_port()
    options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": "true"}
    options["browser.gatherUsageStats"] = "false"
    command = ["-m", "streamlit", "run", str(ROOT / "bench" / f"{name}.py")]
    command += [part for key, value in options.items() for part in (f"--{key}", str(value))]
    # without the playground's own configuration, which `streamlit run` would read from the working directory
    settings = _settings(service) | {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "true"}
    settings |= {"STREAMLIT_SERVER_FILE_WATCHER_TYPE": "auto", "STREAMLIT_CLIENT_TOOLBAR_MODE": "auto"}
    with serving(name, command, port, "/_stcore/health", folder, **settings) as server:
        yield server


def _settings(service: str) -> dict[str, str]:
    return {"AZURE_OPENAI_ENDPOINT": service, "AZURE_OPENAI_API_KEY": "0123456789abcdef-bench"}


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 (our own address)
            return
        time.sleep(0.01)
    raise RuntimeError(f"{url} does not answer")


class Usage:
    """What a server and everybody else take of the processor from now on."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._ours = cpu_s(server.pid)
        self._all = _machine_s()
        self._at = time.monotonic()

    def app_cpu_s(self) -> float:
        """Seconds of processor the server took so far."""
        return cpu_s(self._server.pid) - self._ours

    def busy(self) -> float:
        """The share of this machine's processors that anybody took so far, 0..1."""
        spent = (time.monotonic() - self._at) * (psutil.cpu_count() or 1)
        return (_machine_s() - self._all) / spent


def cpu_s(pid: int) -> float:
    """Seconds of processor that a process and its children have taken."""
    return sum(times.user + times.system for times in (each.cpu_times() for each in _tree(pid)))


def memory_mib(pid: int) -> float:
    """Resident memory of a process and its children, in MiB."""
    return sum(each.memory_info().rss for each in _tree(pid)) / MIB


def counts(pid: int) -> dict[str, int]:
    """Threads and open descriptors of a process."""
    process = psutil.Process(pid)
    return {"threads": process.num_threads(), "descriptors": process.num_fds()}


def _tree(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _machine_s() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice + times.irq + times.softirq)
