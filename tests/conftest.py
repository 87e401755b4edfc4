"""Every test starts from the same environment, wherever and by whomever it is run."""

import os
from pathlib import Path

import pytest

OURS = ("AZURE_", "PLAYGROUND_", "HOST", "PORT")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting and no `.env` of this machine reaches a test; what it writes lands in its own folder."""
    for name in list(os.environ):
        if name.upper().startswith(OURS) or name.upper() in PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHON_DOTENV_DISABLED", "1")
    monkeypatch.chdir(tmp_path)
