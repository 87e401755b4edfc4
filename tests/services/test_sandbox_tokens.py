"""Tokens are counted where somebody can: in the sandbox."""

from pathlib import Path

from services import Services, Settings
from tests.services.following import wait


def test_only_the_sandbox_counts_tokens(services: Services, tmp_path: Path) -> None:
    assert services.deployments.count_tokens("text", "Once upon a time") is None
    embedded = Services(Settings(data_dir=tmp_path / "embedded"))
    try:
        count = embedded.deployments.count_tokens
        wait(lambda: count("sandbox-text", "Hi") is not None, 60)  # the model is loading
        assert count("sandbox-text", "Once upon a time") == 4
    finally:
        embedded.close()
    assert count("sandbox-text", "Once upon a time") is None  # nobody answers any more
