"""The sandbox that runs beside the server: it ends with it, whatever is going on."""

import subprocess
import threading
from pathlib import Path

from services.embedded import EmbeddedSandbox
from tests.services.following import wait

Child = subprocess.Popen[str]


class Slow(EmbeddedSandbox):
    """One whose second start takes until it is let go."""

    def __init__(self, folder: Path) -> None:
        self.children: list[Child] = []
        self.starting, self.go = threading.Event(), threading.Event()
        super().__init__(folder)

    def _start(self, port: int) -> tuple[Child, str]:
        if self.children:
            self.starting.set()
            assert self.go.wait(10)
        pipe = subprocess.PIPE
        self.children.append(subprocess.Popen(["cat"], stdin=pipe, stdout=pipe, text=True))
        return self.children[-1], "http://127.0.0.1:1"

    def let_go(self) -> None:
        wait(self._closing.is_set)
        self.go.set()


def test_a_child_that_is_being_started_ends_too(tmp_path: Path) -> None:
    sandbox = Slow(tmp_path)
    sandbox.children[0].kill()
    assert sandbox.starting.wait(10)
    late = threading.Thread(target=sandbox.let_go)
    late.start()
    sandbox.close()
    late.join()
    try:
        wait(lambda: len(sandbox.children) == 2)
        wait(lambda: sandbox.children[1].poll() is not None, 2)
    finally:
        sandbox._end(sandbox.children[-1])
