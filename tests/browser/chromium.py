"""Finds a Chromium to drive: the system's, else Playwright's own."""

import shutil
from pathlib import Path

from playwright.sync_api import Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "The browser tests need Chromium, and there is none: `make browser` installs it."


def find(playwright: Playwright) -> Path | None:
    """The program to start, None where there is none."""
    path = Path(next(filter(None, map(shutil.which, NAMES)), playwright.chromium.executable_path))
    return path if path.is_file() else None
