"""The pages in their real frame, in front of the fake service."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest

from services import Deployment, Secret, Services, Settings
from tests.pages.browsing import IMAGES, KEY, ME, ROOT, Sent, Tab, unfold
from tests.upstream import Upstream


@pytest.fixture
def azure() -> Iterator[Upstream]:
    """A service whose picture jobs are done at the first poll."""
    with Upstream(running=0, retry_after=0) as fake:
        yield fake


@pytest.fixture
def start(azure: Upstream, tmp_path: Path) -> Iterator[Callable[..., Services]]:
    """Starts servers on one data folder; arguments replace the usual settings."""
    servers: list[Services] = []

    def make(**changes: Any) -> Services:
        usual = {
            "endpoint": azure.url,
            "keys": (Secret(KEY),),
            "text_deployments": (Deployment("text"),),
            "data_dir": tmp_path / "data",
        }
        servers.append(Services(Settings(**{**usual, **changes})))
        return servers[-1]

    yield make
    azure.close()  # first, so that no server waits for an answer
    for server in servers:
        server.close()


@pytest.fixture
def services(start: Callable[..., Services]) -> Services:
    return start()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Notes every message on its way to the browser."""
    noted, usual = Sent(), ForwardMsgQueue.enqueue

    def enqueue(queue: ForwardMsgQueue, message: Any) -> None:
        noted.append(type(message).FromString(message.SerializeToString()))
        usual(queue, message)

    monkeypatch.setattr(ForwardMsgQueue, "enqueue", enqueue)
    return noted


@pytest.fixture
def visit(services: Services, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Tab]:
    """Opens a tab of the same browser on the text page, or of another owner, server, page or address."""

    def make(owner: str = ME, server: Services = services, page: str = "", **query: str) -> Tab:
        at = AppTest.from_file(str(ROOT / "ui" / "shell.py"), default_timeout=15)
        if page:
            at.switch_page(page)
        at.session_state["services"] = server
        at.session_state["owner"] = owner
        at.query_params.update(query)
        unfold(at)
        at.run()
        assert not at.exception
        return Tab(at, server, sent, monkeypatch)

    return make


@pytest.fixture
def text(visit: Callable[..., Tab]) -> Tab:
    """A new tab on the text page."""
    return visit()


@pytest.fixture
def images(visit: Callable[..., Tab]) -> Tab:
    """A new tab on the image page."""
    return visit().go(IMAGES)
