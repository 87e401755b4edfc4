"""A fake service with settings that point at it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services import Deployment, Services, Settings
from services.azure import Azure
from services.azure.retry import POLICIES, Policy
from services.config import Secret
from services.operations import OperationWorker
from services.pictures import Pictures
from services.store import Store
from tests.services.bench import Bench
from tests.services.following import KEY_1, KEY_2
from tests.upstream import Upstream


@pytest.fixture
def azure() -> Iterator[Upstream]:
    """A service whose picture jobs are done at the first poll."""
    with Upstream(running=0, retry_after=0) as fake:
        yield fake


@pytest.fixture
def spy() -> Iterator[Upstream]:
    """A stranger, who must never hear from us."""
    with Upstream() as fake:
        yield fake


@pytest.fixture
def configure(azure: Upstream, tmp_path: Path) -> Callable[..., Settings]:
    """Makes settings for the fake service; arguments replace the usual ones."""

    def make(**changes: Any) -> Settings:
        usual = {
            "endpoint": azure.url,
            "keys": (Secret(KEY_1), Secret(KEY_2)),
            "data_dir": tmp_path / "data",
            "text_deployments": (Deployment("text"),),
        }
        return Settings(**{**usual, **changes})

    return make


@pytest.fixture
def start(configure: Callable[..., Settings]) -> Iterator[Callable[..., Services]]:
    """Starts servers on the same data folder; they are closed with the test."""
    servers: list[Services] = []

    def make(**changes: Any) -> Services:
        servers.append(Services(configure(**changes)))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def services(start: Callable[..., Services]) -> Services:
    return start()


@pytest.fixture
def bench(configure: Callable[..., Settings]) -> Iterator[Bench]:
    settings = configure()
    store = Store(settings.data_dir / "playground.db")
    once = Policy(deadline=POLICIES.submit.deadline, attempts=1)
    azure = Azure(settings, policies=replace(POLICIES, submit=once, generation=once))
    pictures = Pictures(settings.data_dir / "pictures", settings.keys[0])
    worker = OperationWorker(
        store, lambda *_: azure, pictures, clock=lambda: made.now + made.skew, elapsed=lambda: made.now
    )
    made = Bench(store, worker, pictures, settings)
    yield made
    worker.close()
    store.close()
