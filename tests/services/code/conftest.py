"""Runs pieces of code as a person would: in a folder of their own, with the key in the environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.code import Snippet
from tests.upstream import Upstream

KEY = "CANARY-0123456789abcdef"


@dataclass
class Ran:
    """How a program ended, and the folder it ran in."""

    status: int
    out: str
    err: str
    folder: Path

    def files(self) -> dict[str, bytes]:
        """What it wrote, by name."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir()) if path.is_file()}


@pytest.fixture
def azure() -> Iterator[Upstream]:
    with Upstream(keys=(KEY,), running=1, retry_after=0) as fake:
        yield fake


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    """Runs a snippet with a key."""

    def execute(snippet: Snippet, key: str = KEY) -> Ran:
        folder = tmp_path / "ran"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "home").mkdir(parents=True)
        program = "bash" if snippet.language == "bash" else sys.executable
        script = folder / "home" / "snippet"
        script.write_text(snippet.code, encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LANG": "C.UTF-8"}
        ended = subprocess.run(
            [program, script],
            cwd=folder,
            env=environment | {"AZURE_OPENAI_API_KEY": key},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr, folder)

    return execute
