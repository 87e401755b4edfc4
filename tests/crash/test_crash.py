"""A few of the kills that `make crash` makes by the hundred: one at each point that matters most."""

from pathlib import Path

from tests.crash.kills import Kills
from tests.crash.server import POINTS
from tests.upstream import Upstream

HERE = (
    "after add",
    "after claim",
    "after submitting",
    "before answer",
    "after submit",
    "after generate",
    "after polling",
    "after poll",
    "after saving",
    "before rename",
    "after keep",
    "before succeeded",
    "after succeeded",
)


def test_whenever_a_server_is_killed_nothing_is_lost_and_nothing_paid_twice(tmp_path: Path) -> None:
    with Upstream(running=1, retry_after=0) as azure:
        kills = Kills(tmp_path, azure)
        missed = [point for point in HERE if not kills.kill_at(point)]
        kills.kill_at_random(together=2)
        found = kills.judge()
    assert missed == [] and len(POINTS) >= 25
    assert found.good, found
    assert found.paid >= len(HERE)
