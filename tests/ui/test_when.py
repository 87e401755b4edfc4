"""Moments in the browser's own time zone."""

from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from services import Wait
from ui import when


def at(zone: str, *moment: int) -> float:
    return datetime(*moment, tzinfo=ZoneInfo(zone)).timestamp()  # type: ignore[arg-type, misc]


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str | None:
    monkeypatch.setattr(when.st, "context", SimpleNamespace(timezone=request.param))
    return str(request.param)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"], indirect=True)
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ((2026, 11, 23, 0, 0), "Today"),
        ((2026, 11, 22, 23, 59), "Yesterday"),
        ((2026, 11, 21, 12, 0), "Saturday 21 November"),
        ((2025, 11, 23, 12, 0), "Sunday 23 November 2025"),
    ],
)
def test_a_day_is_that_of_the_person(zone: str, moment: tuple[int, ...], day: str) -> None:
    assert when.day(at(zone, *moment), now=at(zone, 2026, 11, 23, 23, 59)) == day


@pytest.mark.parametrize("zone", ["Asia/Kolkata"], indirect=True)
def test_a_clock_is_that_of_the_person(zone: str) -> None:
    assert when.clock(at("UTC", 2026, 11, 23, 20, 0)) == "01:30"


@pytest.mark.parametrize("zone", [None, "", "Nowhere/At-all", "../../etc/passwd"], indirect=True)
def test_a_zone_that_is_not_known_is_utc(zone: str) -> None:
    assert when.zone().key == "UTC"


@pytest.mark.parametrize(
    ("seconds", "words"), [(8.2, "in 8 s"), (0.7, "in 1 s"), (0.2, "now"), (-5, "now"), (30, "in 30 s")]
)
def test_a_countdown_says_why_and_how_long(
    monkeypatch: pytest.MonkeyPatch, seconds: float, words: str
) -> None:
    monkeypatch.setattr(when.time, "time", lambda: 1_000.0)
    said = when.countdown(Wait(1_000.0 + seconds, 2, "The service is *over* its limit.", 3))
    assert said == (
        rf":material/hourglass: The service is \*over\* its limit\. Trying again {words} (try 2 of 3)."
    )
