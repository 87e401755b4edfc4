"""A server without pages that kills itself where it is told to: `python -m tests.crash.server`, fed by stdin.

The places are found by wrapping what the server calls, here and nowhere else.
"""

import functools
import http.client
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services import ImageRequest, Services, Settings
from services.azure import Azure
from services.config import Secret
from services.operations import held, queue
from services.operations.held import Held
from services.pictures import Pictures
from services.store import Store

OWNER = "owner-crash"
LEASE_S = 0.5
ROUTES: tuple[dict[str, Any], ...] = (
    {"n": 2},
    {"n": 2, "deployment": "gpt-image-1"},
    {"n": 1, "deployment": "dall-e-3"},
)
WRAPPED: dict[str, tuple[Any, str]] = {
    "add": (Store, "add_operation"),
    "claim": (Store, "claim"),
    "release": (Store, "release"),
    "renew": (Store, "renew"),
    "answer": (http.client.HTTPConnection, "getresponse"),  # before: the request has left
    "submit": (Azure, "submit"),
    "generate": (Azure, "generate"),
    "poll": (Azure, "poll"),
    "download": (Azure, "download"),
    "note": (Held, "poll"),
    "keep": (Pictures, "add"),
    "fsync": (os, "fsync"),
    "rename": (Path, "replace"),
}
STATES = ("submitting", "polling", "saving", "succeeded")
POINTS = tuple(f"{when} {what}" for what in (*WRAPPED, *STATES, "next_poll") for when in ("before", "after"))


def request(intent: str) -> ImageRequest:
    """What an intent asks for; its last digit tells the route."""
    return ImageRequest(prompt=intent, size="1024x1024", **ROUTES[int(intent[-1]) % len(ROUTES)])


class Fuse:
    """Ends the process, as `kill -9` does, at the given pass of one point."""

    def __init__(self, point: str | None, hit: int) -> None:
        self.point, self.left = point, hit

    def passed(self, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, place: Any, name: str, label: Callable[[dict[str, Any]], str | None]) -> None:
        """Makes a function pass two points, before and after; `label` names them from its arguments."""
        inner = getattr(place, name)

        @functools.wraps(inner)
        def wrapper(*args: Any, **options: Any) -> Any:
            what = label(options)
            self.passed(f"before {what}")
            result = inner(*args, **options)
            self.passed(f"after {what}")
            return result

        setattr(place, name, wrapper)

    def lay(self) -> None:
        for what, (place, name) in WRAPPED.items():
            self.around(place, name, lambda _, what=what: what)
        self.around(
            Store,
            "step",
            lambda values: values.get("state", "next_poll" if "next_poll_at" in values else None),
        )


def main() -> None:
    orders = json.loads(sys.stdin.readline())
    queue.LEASE_S = held.LEASE_S = LEASE_S
    Fuse(orders["point"], orders["hit"]).lay()
    services = Services(
        Settings(endpoint=orders["endpoint"], keys=(Secret("k" * 16),), data_dir=Path(orders["data_dir"]))
    )
    for intent in orders["intents"]:
        id = services.generate(OWNER, intent, request(intent))
        sys.stdout.write(f"{id}\n")  # a page that shows it may be looked at again
        sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main()
