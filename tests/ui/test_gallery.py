"""How long the service keeps its pictures."""

import time

import pytest
from streamlit.testing.v1 import AppTest

HOUR = 3600.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (24 * HOUR + 5, "for about 24 h more"),
        (1.2 * HOUR, "for about 1 h more"),
        (HOUR - 5, "for less than an hour"),
        (5, "for less than an hour"),
        (-5, "no longer"),
        (-1e9, "no longer"),
        (None, None),
    ],
)
def test_expiry_is_told_in_hours(seconds: float | None, words: str | None) -> None:
    def script(expires_at: float | None) -> None:
        from types import SimpleNamespace

        from ui import gallery

        gallery.expiry(SimpleNamespace(expires_at=expires_at))  # type: ignore[arg-type]

    until = None if seconds is None else time.time() + seconds
    at = AppTest.from_function(script, kwargs={"expires_at": until}).run()
    expected = [] if words is None else [f"The service keeps these {words}; the copies saved here stay."]
    assert [node.value for node in at.caption] == expected
