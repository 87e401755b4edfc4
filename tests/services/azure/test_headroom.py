"""What is left of a limit, as the headers of an answer say it."""

import pytest

from services.azure.headroom import Headroom, headroom


def told(**headers: str) -> Headroom | None:
    return headroom({f"x-ratelimit-{name.replace('_', '-')}": value for name, value in headers.items()}, 5.0)


def test_all_four_numbers_are_read() -> None:
    found = told(remaining_requests="0", limit_requests="60", remaining_tokens="7", limit_tokens="120000")
    assert found == Headroom(5.0, 0, 60, 7, 120_000)


def test_two_were_all_there_was_for_years() -> None:
    assert told(remaining_requests="59", remaining_tokens="7") == Headroom(5.0, 59, None, 7, None)


@pytest.mark.parametrize("odd", ["-1", "", "17ms", "1e3", "\u0663", "9" * 20])
def test_what_is_no_number_is_not_reported(odd: str) -> None:
    assert told(remaining_requests=odd, remaining_tokens=odd) is None
    assert told(remaining_requests="3", limit_requests=odd) == Headroom(5.0, 3, None, None, None)


def test_an_answer_without_such_headers_says_nothing() -> None:
    assert told(limit_requests="60") is None
