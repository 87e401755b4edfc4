"""One folder, one fake service, and many servers that are killed on both."""

import json
import random
import subprocess
import sys
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from services import NotFound, OperationView, Services, Settings
from services.config import Secret
from services.operations import held, queue
from tests.azure_reply import Received, Reply
from tests.crash.server import LEASE_S, OWNER, request
from tests.upstream import Upstream

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


@dataclass
class Judgement:
    """What became of every operation that was paid, and of every one that a person saw."""

    kills: int
    points: Counter[str]
    paid: int
    states: Counter[str]
    lost: list[str] = field(default_factory=list)
    paid_twice: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)  # shown to a person, and not there any more

    @property
    def good(self) -> bool:
        return not (self.lost or self.paid_twice or self.forgotten)

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        return (
            f"{self.kills} kills, at {len(self.points)} labelled points and at random instants; "
            f"{self.paid} paid operations: {len(self.lost)} lost, {len(self.paid_twice)} paid twice, "
            f"{len(self.forgotten)} forgotten. All operations: {states}."
        )


class Kills:
    """Starts servers and kills them; `judge` then lets one live and looks at what is left."""

    def __init__(self, folder: Path, azure: Upstream, seed: int = 0) -> None:
        self.azure = azure
        self.points: Counter[str] = Counter()
        self.kills = 0
        self._folder = folder
        self._chance = random.Random(seed)  # noqa: S311 (a seed makes a run repeatable)
        self._asked: list[str] = []
        self._shown: set[str] = set()
        azure.defaults["picture"] = lambda _: Reply(200, self._picture())
        for route in ("submit", "generation", "poll", "picture"):
            azure.defaults[route] = self._slowly(azure.defaults[route])

    def kill_at(self, point: str, hit: int = 1, *, fresh: int = 3) -> bool:
        """A server that dies at a labelled point; tells whether it came there by itself."""
        server = self._start(fresh, point, hit)
        try:
            server.wait(15 if hit == 1 else 3)
            self.points[point] += 1
            reached = True
        except subprocess.TimeoutExpired:
            reached = False
        self._end(server)
        return reached

    def kill_at_random(self, *, together: int = 1) -> None:
        """Servers that share the folder and die at some instant of the first second or so."""
        servers = [self._start(self._chance.randint(0, 3)) for _ in range(together)]
        for server in servers:
            time.sleep(self._chance.uniform(0, 1.2))
            self._end(server)

    def judge(self) -> Judgement:
        """Lets one server live until everything has ended, and compares its books with the service's."""
        queue.LEASE_S = held.LEASE_S = LEASE_S
        settings = Settings(endpoint=self.azure.url, keys=(Secret("k" * 16),), data_dir=self._folder / "data")
        services = Services(settings)
        try:
            forgotten = [id for id in self._shown if not _known(services, id)]
            views = {intent: _ended(services, intent) for intent in self._asked}
            bill = Counter(paid.json["prompt"] for paid in self.azure.bill)
            sent = Counter(
                post.json["prompt"]
                for route in ("submit", "generation")
                for post in self.azure.received(route)
            )
            return Judgement(
                self.kills,
                self.points,
                sum(bill.values()),
                Counter(view.state for view in views.values()),
                [intent for intent in bill if not _accounted_for(services, views.get(intent))],
                [intent for intent, count in (bill | sent).items() if count > 1],
                forgotten,
            )
        finally:
            services.close()

    def _start(self, fresh: int, point: str | None = None, hit: int = 1) -> subprocess.Popen[str]:
        """A server that is given new intents, and some of before once more, as by a page that is reloaded."""
        new = [f"{len(self._asked) + number}" for number in range(fresh)]
        orders = {
            "endpoint": self.azure.url,
            "data_dir": str(self._folder / "data"),
            "intents": [*self._asked[-2:], *new],
            "point": point,
            "hit": hit,
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdin is not None
        server.stdin.write(json.dumps(orders) + "\n")
        server.stdin.flush()
        self._asked += new
        return server

    def _end(self, server: subprocess.Popen[str]) -> None:
        server.kill()
        self._shown |= set(server.communicate()[0].split())
        self.kills += 1

    def _slowly(self, usual: Any) -> Callable[[Received], Reply]:
        """Answers after up to 50 ms, so that a server can die while it waits, and with new pictures."""

        def answer(received: Received) -> Reply:
            reply: Reply = usual(received)
            for item in reply.body.get("data", ()) if isinstance(reply.body, dict) else ():
                if "b64_json" in item:
                    item["b64_json"] = b64encode(self._picture()).decode()
            return replace(reply, delay=self._chance.uniform(0, 0.05))

        return answer

    def _picture(self) -> bytes:
        """One that is nowhere on the disk yet."""
        file = BytesIO()
        Image.frombytes("RGB", (2, 2), self._chance.randbytes(12)).save(file, "PNG")
        return file.getvalue()


def _ended(services: Services, intent: str) -> OperationView:
    """The operation behind an intent once it has ended; a page that presses again finds the same."""
    id = services.generate(OWNER, intent, request(intent))
    end = time.monotonic() + PATIENCE_S
    while not (view := services.operation(OWNER, id)).ended:
        if time.monotonic() > end:
            raise TimeoutError(f"{intent} never ended")
        time.sleep(0.01)
    return view


def _known(services: Services, id: str) -> bool:
    try:
        return services.operation(OWNER, id).id == id
    except NotFound:
        return False


def _accounted_for(services: Services, view: OperationView | None) -> bool:
    """Whether a paid operation has its pictures; where the service keeps none to ask for, it may say so."""
    if view is None:
        return False
    if view.state == "unknown":
        return view.request.deployment is not None
    return view.state == "succeeded" and all(
        slot.key and services.pictures.path(slot.key, "original").stat().st_size for slot in view.slots
    )
