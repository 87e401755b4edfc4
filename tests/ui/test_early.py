"""What is imported before it is needed, told by processes that have imported nothing yet."""

import subprocess
import sys

from tests.pages.browsing import ROOT
from ui import early

LOAD = """
import sys, threading
from ui import early
early.load(early.{which})
for thread in threading.enumerate():
    if thread.name == "early":
        thread.join()
print(set(early.{which}) <= set(sys.modules), "numpy" in sys.modules)
"""


def told(which: str) -> str:
    command = [sys.executable, "-c", LOAD.format(which=which)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.strip()


def test_the_first_page_needs_no_numpy() -> None:
    assert told("FIRST_PAGE") == "True False"


def test_the_first_picture_finds_what_it_needs() -> None:
    assert told("FIRST_PICTURE") == "True True"


def test_what_is_there_is_not_imported_again() -> None:
    early.load(["sys", "threading"])  # a thread would be in the way of a page's first drawing
    assert "early" not in [thread.name for thread in early.threading.enumerate()]
