"""The program `python -m sandbox`: one line, one per data dir, and gone when its stdin closes."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.client import Client, text

ROOT = Path(__file__).parents[2]
READY = re.compile(r"sandbox ready on (http://127\.0\.0\.1:(\d+))\n")


@contextlib.contextmanager
def program(data_dir: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--data-dir", str(data_dir), *options]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=ROOT, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    match = READY.fullmatch(process.stdout.readline())
    assert match, "the first line is not the ready line"
    return match[1] + "/"


def test_it_serves_and_ends_with_its_stdin(tmp_path: Path) -> None:
    with program(tmp_path, "--end-with-stdin") as process:
        client = Client(address(process))
        assert client.send("GET", "healthz", key=None).json() == {"ok": True, "model": True}
        assert text(client.complete({"prompt": "Once upon a time", "max_tokens": 3}))
        output, errors = process.communicate(timeout=10)  # closes stdin
        assert (process.returncode, output, errors) == (0, "", "")


def test_a_running_answer_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with program(tmp_path, "--end-with-stdin") as process:
        client = Client(address(process))
        body = {"prompt": "Once upon a time", "max_tokens": 1900, "stream": True, "logit_bias": {"0": -100}}
        response = client.complete(body, stream=True)
        assert response.status_code == 200 and process.stdin
        process.stdin.close()
        process.wait(timeout=10)  # the answer takes several times as long
        response.close()


def test_one_sandbox_per_data_dir(tmp_path: Path) -> None:
    with program(tmp_path) as first:
        url = address(first)
        lock = tmp_path / "sandbox.lock"
        assert url.endswith(f":{lock.read_text()}/")
        with program(tmp_path, "--end-with-stdin") as second:
            assert address(second) == url
            assert second.wait(timeout=5) == 0
        os.kill(first.pid, signal.SIGKILL)
        first.wait(timeout=5)
    with program(tmp_path) as third:  # the lock of a dead sandbox is free
        assert Client(address(third)).send("GET", "healthz").ok
        third.send_signal(signal.SIGTERM)
        assert third.wait(timeout=5) in (0, -signal.SIGTERM)


def test_a_port_that_is_taken(sandbox: Client, tmp_path: Path) -> None:
    port = sandbox.url.rstrip("/").rpartition(":")[2]
    command = [sys.executable, "-m", "sandbox", "--port", port, "--data-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=10)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == f"Port {port} cannot be used: Address already in use.\n"


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_quietly(tmp_path: Path, signal_number: signal.Signals) -> None:
    with program(tmp_path) as process:
        address(process)
        process.send_signal(signal_number)
        _, errors = process.communicate(timeout=5)
        assert "Traceback" not in errors
