"""A short run of the rig of `make bench`: its figures make sense, wide ratios hold; no time is asserted."""

import contextlib
import http.client
import time
from pathlib import Path

from bench import page, processes, sessions, table
from bench.upstream import text, token


def fetching_s(server: processes.Server) -> float:
    """Seconds that twenty small files take, one after the other on one connection."""
    address = server.url.removeprefix("http://")
    with contextlib.closing(http.client.HTTPConnection(address)) as connection:
        began = time.monotonic()
        for _ in range(20):
            connection.request("GET", "/")
            assert connection.getresponse().read()
        return time.monotonic() - began


def test_the_page_sends_little_and_costs_less_than_the_naive_one(tmp_path: Path) -> None:
    prompt = "stream 400 at 200"
    with (
        processes.upstream(tmp_path) as service,
        processes.script(tmp_path, "naive", service.url) as naive,
        processes.playground(tmp_path, service.url) as ours,
        page.browser() as found,
    ):
        runs = {
            server.name: page.measure(found, server, tmp_path, "text", prompt) for server in (naive, ours)
        }
        assert fetching_s(ours) < 0.5 * fetching_s(naive)  # nothing waits for what was sent before it
    assert runs["playground"]["bytes"] < 0.5 * runs["naive"]["bytes"]
    assert runs["playground"]["app_cpu_s"] < runs["naive"]["app_cpu_s"]
    assert runs["playground"]["main_thread_ms"] < runs["naive"]["main_thread_ms"]
    for run in runs.values():
        assert 0 < run["delay_p50_ms"] <= run["delay_p95_ms"]
        assert run["updates"] > 3


def test_people_without_browsers_are_served_to_their_end(tmp_path: Path) -> None:
    with processes.upstream(tmp_path) as service, processes.playground(tmp_path, service.url) as ours:
        figures = sessions.crowd(ours, people=5, tokens=50, rate=50)
    assert figures["end_ratio"] > 0.9
    assert figures["slowest_updates_per_s"] > 1
    asked = [each for each in page.log_since(tmp_path, 0) if each["event"] == "completion"]
    assert len(asked) == 5


def test_tokens_tell_their_position() -> None:
    assert [token(position).rstrip("; \n") for position in (0, 35, 36, 1999)] == ["0", "z", "10", "1jj"]
    assert text(100).count("\n\n") == 2


def test_a_bar_is_held_against_what_was_measured_beside_it() -> None:
    bar = table.Bar("stream", "server CPU", "app_cpu_s", 0.35)
    figures = {"stream playground": {"app_cpu_s": 0.3}, "stream naive": {"app_cpu_s": 1.0}}
    assert bar.holds(figures)
    assert not bar.holds(figures | {"stream naive": {"app_cpu_s": 0.5}})
    most = table.Bar("crowd", "updates", "updates", 3.5, 1.0, least=True)
    assert most.holds({"crowd playground": {"updates": 4.0}})
    assert not most.holds({"crowd playground": {"updates": 3.0}})
