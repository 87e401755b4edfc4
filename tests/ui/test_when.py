"""Moments in the browser's own time zone."""

from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

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
