"""A browser, and the playground it looks at.

Every test has a browser context of its own, so it is a person of its own. What no journey may cause fails the
test in which it happens: a request that leaves this machine, a violation of the content security policy, an
uncaught exception, a dialog. A test that fails leaves its screens in `test-results`.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.playground import ROOT, Playground
from tests.browser.screen import Watch
from tests.upstream import Upstream

TIMEOUT_MS = 30_000
KEY = "0123456789abcdef-key"
FAILED = pytest.StashKey[bool]()

Visit = Callable[..., Page]
Start = Callable[..., Playground]

expect.set_options(timeout=TIMEOUT_MS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="package")  # not longer: while it lasts, this thread has a running event loop
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = chromium.find(playwright)
        if path is None:
            pytest.fail(chromium.MISSING, pytrace=False)
        with playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]) as found:
            yield found


@pytest.fixture
def visit(browser: Browser, start: Start, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A new page in a browser of its own (options are those of a context): another person at each call.

    It leaves before the servers stop, so that the screens of a failure are those of the moment.
    """
    watch, contexts = Watch(), list[BrowserContext]()

    def new_page(**options: Any) -> Page:
        context = browser.new_context(**options)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        watch.over(context)
        return context.new_page()

    yield new_page
    if request.node.stash.get(FAILED, False):
        _keep_screens(contexts, request.node.name)
    for context in contexts:
        context.close()
    assert watch.found == {}


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit()


@pytest.fixture
def azure() -> Iterator[Upstream]:
    """A fake service that answers at once."""
    with Upstream(keys=(KEY,), retry_after=0) as fake:
        yield fake


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts playgrounds with the settings given; several share one data folder."""
    started: list[Playground] = []

    def new(*, by_streamlit: bool = False, **settings: str) -> Playground:
        playground = Playground(tmp_path, **settings)
        if by_streamlit:
            port = str(playground.port)
            playground.command[1:] = ["-m", "streamlit", "run", "app.py", "--server.port", port]
        playground.start()
        started.append(playground)
        return playground

    yield new
    for playground in started:
        playground.stop()


@pytest.fixture
def playground(start: Start, azure: Upstream) -> Playground:
    """A fresh playground that is connected to the fake service."""
    return start(**connected_to(azure.url))


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    """One playground on its embedded sandbox, shared by the tests that leave it as it is."""
    playground = Playground(tmp_path_factory.mktemp("sandbox"))
    playground.start()
    yield playground
    playground.stop()


def connected_to(url: str) -> dict[str, str]:
    return {
        "AZURE_OPENAI_ENDPOINT": url,
        "AZURE_OPENAI_API_KEY": KEY,
        "AZURE_OPENAI_TEXT_DEPLOYMENTS": "text",
    }


def _keep_screens(contexts: list[BrowserContext], name: str) -> None:
    folder = ROOT / "test-results"
    pages = [page for context in contexts for page in context.pages]
    for position, page in enumerate(pages):
        path = folder / f"{re.sub(r'[^a-zA-Z0-9-]+', '-', name)[:120]}-{position}.png"
        page.screenshot(path=path, full_page=True)
