"""Measures the playground beside a naive Streamlit page and a bare `requests` loop, in one run.

    python -m bench ROUNDS [FOLDER]

Writes docs/benchmarks.md and bench.json into FOLDER (test-results), and prints the table. What is compared
is measured in turns, so that a busy neighbour is spread over all: ratios hold on a busy machine, milliseconds
do not.
"""

import contextlib
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import psutil

from bench import page, processes, sessions, table
from bench.processes import ROOT, Server
from bench.upstream import text

STREAM, BURST, PICTURE = "stream 2000 at 200", "stream 4000 at max", "ready 2.3"
CROWDS = (50, 100)
CROWD_TOKENS, CROWD_RATE = 300, 50
HEAD = "<!-- figures: written by `make bench`, below this line -->\n"


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[tuple[Server, Server, Server]]:
    """The fake service, the naive page and the playground."""
    with (
        processes.upstream(folder) as service,
        processes.script(folder, "naive", service.url) as naive,
        processes.playground(folder, service.url) as ours,
    ):
        yield service, naive, ours


def measured(folder: Path) -> dict[str, dict[str, float]]:
    """One round of everything."""
    figures: dict[str, dict[str, float]] = {}
    with servers(folder) as (service, naive, ours):
        with page.browser() as found:
            for server in (naive, ours):
                page.measure(found, server, folder, "text", "stream 50 at 200")  # warm
                for work, kind, prompt in (
                    ("stream", "text", STREAM),
                    ("burst", "text", BURST),
                    ("picture", "picture", PICTURE),
                ):
                    figures[f"{work} {server.name}"] = page.measure(found, server, folder, kind, prompt)
        figures["stream loop"] = _floor(folder, service, "text", STREAM)
        figures["burst loop"] = _floor(folder, service, "text", BURST)
        figures["picture loop"] = _floor(folder, service, "picture", PICTURE)
        for people in CROWDS:
            for server in (naive, ours):
                crowd = sessions.crowd(server, people, CROWD_TOKENS, CROWD_RATE)
                figures[f"{people} people {server.name}"] = crowd
    with page.browser() as found, processes.upstream(folder) as service:
        for serve in (
            processes.script(folder, "empty", service.url),
            processes.playground(folder, service.url),
        ):
            with serve as server:
                figures[f"cold start {server.name}"] = page.cold_start(found, server)
    return figures


def _floor(folder: Path, service: Server, kind: str, prompt: str) -> dict[str, float]:
    """What the bare loop takes, in the page's figures."""
    answer = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-m", "bench.floor", service.url, kind, prompt],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    got = json.loads(answer.stdout)
    events = page.log_since(folder, 0)
    if kind == "picture":
        ready = [each["ready"] for each in events if each["event"] == "submit"][-1]
        return {"painted_ms": (got["at"][0] - ready) * 1000}
    sent = [each["at"] for each in events if each["event"] == "sent"][-1]
    delays = [(there - at) * 1000 for there, at in zip(got["at"], sent, strict=True)]
    return {
        "delay_p50_ms": page.share(delays, 0.5),
        "delay_p95_ms": page.share(delays, 0.95),
        "last_ms": delays[-1],
        "app_cpu_s": got["cpu_s"],
    }


def machine() -> str:
    """This machine and the versions that matter, in a line."""
    cpu = next(
        line.split(": ")[1] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    )
    memory = psutil.virtual_memory().total / 2**30
    names = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "requests", "uvicorn"))
    return f"{psutil.cpu_count()} × {cpu}, {memory:.0f} GiB, Python {platform.python_version()}, {names}"


def main(rounds: int, results: Path) -> None:
    """Measures, and writes what was measured."""
    runs = []
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(measured(Path(folder)))
        print(f"round {number + 1} of {rounds} is done", flush=True)  # noqa: T201 (a command's own words)
    figures = table.medians(runs)
    shown = table.markdown(figures, len(text(2000)))
    results.mkdir(exist_ok=True)
    (results / "bench.json").write_text(json.dumps({"machine": machine(), "runs": runs}, indent=1))
    document = ROOT / "docs" / "benchmarks.md"
    words = document.read_text(encoding="utf-8").partition(HEAD)[0]
    document.write_text(f"{words}{HEAD}\nOn {machine()}; rounds: {rounds}.\n\n{shown}", encoding="utf-8")
    print(shown)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "test-results")
