"""One page in a real browser: from the press to what was painted, with what it cost on both sides."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

from bench.processes import Server, Usage
from tests.browser import chromium

PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
LIMIT_MS = 120_000
SETTLE_MS = 700
VIEW: ViewportSize = {"width": 1280, "height": 900}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page has its prompt and its button, for text or for a picture."""

    path: str
    prompt: str
    button: str


PLAYGROUND = {"text": Place("/", "Prompt", "Generate"), "picture": Place("/images", "Prompt", "Generate")}
NAIVE = {"text": Place("/", "Prompt", "Generate"), "picture": Place("/", "Image prompt", "Draw")}


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser of the tests, without a window."""
    with sync_playwright() as playwright:
        path = chromium.find(playwright)
        if path is None:
            raise RuntimeError(chromium.MISSING)
        with playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]) as found:
            yield found


def log_since(folder: Path, at: float) -> list[dict[str, Any]]:
    """What the fake service told since a moment (CLOCK_MONOTONIC seconds)."""
    lines = (folder / "upstream.jsonl").read_text(encoding="utf-8").splitlines()
    events: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return [each for each in events if (each["at"][0] if isinstance(each["at"], list) else each["at"]) >= at]


def measure(found: Browser, server: Server, folder: Path, kind: str, prompt: str) -> dict[str, float]:
    """One run on a fresh page.

    Times are in ms, bytes as the page received them over its sockets and, for a picture, over HTTP.
    """
    place = (NAIVE if server.name == "naive" else PLAYGROUND)[kind]
    context = found.new_context(viewport=VIEW, bypass_csp=True)
    try:
        context.set_default_timeout(LIMIT_MS)
        page = context.new_page()
        page.add_init_script(PROBE)
        page.goto(server.url + place.path)
        page.get_by_role("textbox", name=place.prompt, exact=True).fill(prompt)
        page.keyboard.press("Tab")
        page.wait_for_timeout(SETTLE_MS)
        devtools = context.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        devtools.send("Network.enable")
        fetched: list[float] = []
        devtools.on("Network.loadingFinished", lambda event: fetched.append(event["encodedDataLength"]))
        page.evaluate("kind => window.__probe.watch(kind)", kind)
        usage, busy, started = Usage(server), _main_thread_ms(devtools), time.monotonic()
        page.get_by_role("button", name=place.button).first.click()
        if kind == "text":
            last = int(prompt.split("stream ")[1].split(" ")[0]) - 1
            page.wait_for_function("last => (window.__probe.samples.at(-1) ?? [0, -1])[1] >= last", arg=last)
        else:
            page.wait_for_function("() => window.__probe.picture !== null")
        figures = {
            "main_thread_ms": _main_thread_ms(devtools) - busy,
            "app_cpu_s": usage.app_cpu_s(),
            "machine_busy": usage.busy(),
        }
        page.wait_for_timeout(SETTLE_MS)  # the page is drawn to its end, and the service has told its last
        told, offset = page.evaluate("() => window.__probe.end()"), _offset_s(page)
        events = log_since(folder, started)
        figures["bytes"] = told["bytes"] + (sum(fetched) if kind == "picture" else 0)
        figures["messages"] = told["messages"]
        return figures | (_text if kind == "text" else _picture)(told, offset, events)
    finally:
        context.close()


def _text(told: dict[str, Any], offset: float, events: list[dict[str, Any]]) -> dict[str, float]:
    sent = next(each["at"] for each in events if each["event"] == "sent")
    samples = [(offset + at / 1000, position) for at, position in told["samples"]]
    delays, token = [], 0
    for at, position in samples:
        while token <= min(position, len(sent) - 1):
            delays.append((at - sent[token]) * 1000)
            token += 1
    return {
        "first_ms": (samples[0][0] - sent[0]) * 1000,
        "last_ms": (samples[-1][0] - sent[-1]) * 1000,
        "delay_p50_ms": share(delays, 0.5),
        "delay_p95_ms": share(delays, 0.95),
        "updates": len(samples),
    }


def _picture(told: dict[str, Any], offset: float, events: list[dict[str, Any]]) -> dict[str, float]:
    ready = next(each["ready"] for each in events if each["event"] == "submit")
    polls = sum(each["event"] == "poll" for each in events)
    return {"painted_ms": (offset + told["picture"] / 1000 - ready) * 1000, "polls": polls}


def cold_start(found: Browser, server: Server, path: str = "/") -> dict[str, float]:
    """From the start of a server to a page that can be used, in ms."""
    healthy = time.monotonic()
    context = found.new_context(viewport=VIEW)
    try:
        page = context.new_page()
        page.goto(server.url + path)
        page.get_by_role("button", name="Generate").first.wait_for(timeout=LIMIT_MS)
        usable = time.monotonic()
    finally:
        context.close()
    return {
        "health_ms": (healthy - server.started) * 1000,
        "page_ms": (usable - healthy) * 1000,
        "total_ms": (usable - server.started) * 1000,
    }


def share(values: list[float], part: float) -> float:
    """The value below which that part of all lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _main_thread_ms(devtools: CDPSession) -> float:
    listed = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in listed if each["name"] == "ThreadTime")) * 1000


def _offset_s(page: Page) -> float:
    """What to add to the page's clock to have this machine's: by the shortest of some round trips."""
    best, offset = 1e9, 0.0
    for _ in range(15):
        before = time.monotonic()
        there = page.evaluate("() => performance.now()")
        after = time.monotonic()
        if after - before < best:
            best, offset = after - before, (before + after) / 2 - there / 1000
    return offset
