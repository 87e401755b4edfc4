"""A playground in front of a service that breaks, and what must hold after every fault whatever it was."""

import contextlib
import logging
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from services import (
    CompletionRequest,
    Deployment,
    ImageRequest,
    OperationView,
    Run,
    Services,
    Settings,
    TextSnapshot,
)
from services.azure.retry import POLICIES
from services.config import Secret
from tests.azure_reply import Received, Reply
from tests.services.following import KEY_1, KEY_2, ME, ended, finished, on_disk, strings, wait
from tests.upstream import Upstream

SIGNATURE = "CANARY-S+a%2Fb%3D"
CANARIES = ("CANARY-K1", "CANARY-K2", "CANARY-S")
ASK = CompletionRequest(deployment="text", prompt="Once upon a time")
DRAW = ImageRequest(prompt="A cat", n=1, size="256x256")
DRAW_AT_ONCE = ImageRequest(prompt="A cat", deployment="gpt-image-1")


@dataclass
class Playground:
    """One server with its data folder, the service it calls, and a stranger it must never call."""

    services: Services
    azure: Upstream
    spy: Upstream
    seen: list[Any] = field(default_factory=list)

    def complete(self, **changes: Any) -> Run[TextSnapshot]:
        run = ended(self.services.complete(ME, replace(ASK, **changes)))
        self.seen.append(run)
        return run

    def draw(self, request: ImageRequest = DRAW) -> OperationView:
        id = self.services.generate(ME, f"intent-{len(self.seen)}", request)
        view = finished(self.services, id)
        self.seen.append(view)
        return view


@pytest.fixture
def playground(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Playground]:
    """A playground at DEBUG, with other policies where a test is parametrized with them.

    Afterwards: a healthy request succeeds, nobody but the service was called, no secret is anywhere, and
    every thread, socket and file is gone.
    """
    caplog.set_level(logging.DEBUG)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = resources()
    with Upstream(running=0, retry_after=0) as azure, Upstream() as spy:
        sign_links(azure)
        settings = Settings(
            endpoint=azure.url,
            keys=(Secret(KEY_1), Secret(KEY_2)),
            data_dir=tmp_path / "data",
            text_deployments=(Deployment("text"),),
            image_deployments=(Deployment("gpt-image-1"),),
        )
        with contextlib.closing(Services(settings, getattr(request, "param", POLICIES))) as services:
            made = Playground(services, azure, spy)
            yield made
            services._azure._policies = POLICIES  # a slow machine is no fault
            healthy = ended(services.complete(ME, ASK))
            assert (healthy.state, healthy.value.choices[0].text) == ("done", " Hello from the fake")
            exported = b"".join(services.exports.lines(ME)).decode()
            told = [text for item in made.seen for text in strings(item)]
        assert spy.requests == ()
    assert list(temporary.iterdir()) == []
    out, err = capfd.readouterr()
    everywhere = "\n".join([*told, exported, out, err, caplog.text, on_disk(tmp_path).decode("latin-1")])
    assert [canary for canary in CANARIES if canary in everywhere] == []
    wait(lambda: all(now <= then for now, then in zip(resources(), before, strict=True)))


def sign_links(azure: Upstream) -> None:
    """Gives every picture link a signature that is a secret."""
    usual = azure.defaults["poll"]

    def poll(request: Received) -> Reply:
        reply: Reply = usual(request)  # type: ignore[operator]
        for picture in reply.body.get("result", {}).get("data", []):
            picture["url"] = picture["url"].replace("sig=fake", f"se=2030-01-01&sig={SIGNATURE}&sp=r")
        return reply

    azure.defaults["poll"] = poll


def resources() -> tuple[int, int, int]:
    """The threads, sockets and files that this process holds."""
    process = psutil.Process()
    return threading.active_count(), len(process.net_connections("inet")), len(process.open_files())
