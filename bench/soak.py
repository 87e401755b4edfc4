"""Many people over a long time, with faults among the answers: what grows, and whether a run is lost.

    python -m bench.soak MINUTES PEOPLE

Prints a line a minute; ends with 1 where a run was lost.
"""

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.processes import Server, counts, memory_mib
from bench.sessions import connected

FAULTS = 0.05
PROMPT = "stream 100 at 50"


@dataclass
class Done:
    """What all people together have done so far."""

    visits: int = 0
    runs: int = 0


async def person(server: Server, end: float, done: Done) -> None:
    """Opens the page, generates a few times, leaves, comes again."""
    while time.monotonic() < end:
        session = await connected(server.url)
        await session.open()
        for _ in range(3):
            await session.press(PROMPT)
            done.runs += 1
        await session.socket.close()
        done.visits += 1


async def soak(server: Server, folder: Path, minutes: float, people: int) -> bool:
    """Whether every press reached the service."""
    done = Done()
    end = time.monotonic() + minutes * 60
    working = [asyncio.create_task(person(server, end, done)) for _ in range(people)]
    minute = 0
    while not all(task.done() for task in working):
        await asyncio.wait(working, timeout=60)
        minute += 1
        told = counts(server.pid)
        temporary = sum(1 for path in (folder / "data").rglob("*") if path.is_file())
        print(  # noqa: T201 (a command's own words)
            f"{minute} min: {done.visits} visits, {done.runs} runs, {memory_mib(server.pid):.0f} MiB, "
            f"{told['threads']} threads, {told['descriptors']} descriptors, {temporary} files",
            flush=True,
        )
    await asyncio.gather(*working)
    log = (folder / "upstream.jsonl").read_text(encoding="utf-8").splitlines()
    asked: int = sum(json.loads(line)["event"] == "completion" for line in log)
    print(f"{done.runs} presses, {asked} requests", flush=True)  # noqa: T201
    return asked >= done.runs


def main(minutes: float, people: int) -> int:
    """Serves and soaks."""
    with (
        tempfile.TemporaryDirectory() as name,
        processes.upstream(Path(name), FAULTS) as service,
        processes.playground(Path(name), service.url) as server,
    ):
        return 0 if asyncio.run(soak(server, Path(name), minutes, people)) else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2])))
