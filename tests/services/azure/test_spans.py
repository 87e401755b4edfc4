"""The filter's offsets, which count over prompt and answer, found again in both."""

from typing import Any

import pytest

from services.azure.spans import COVER, Ruler, cover, joined
from services.azure.text_request import CompletionRequest


def ruler(prompt: str, **more: Any) -> Ruler:
    return Ruler(CompletionRequest(deployment="d", prompt=prompt, **more))


def test_of_a_completion_the_prompt_comes_first() -> None:
    found = ruler("Once upon")
    assert (found.in_prompt(4, 12), found.in_answer(4, 12)) == ((4, 9), (0, 3))
    assert (found.in_prompt(9, 12), found.in_answer(0, 9)) == (None, None)
    assert (found.checked(4), found.checked(30)) == (0, 21)


def test_of_a_chat_the_messages_are_counted_as_json() -> None:
    """`What is color?` has 44 characters as messages: what the service's documentation shows."""
    found = ruler("What is color?", chat=True)
    assert (found.in_answer(44, 198), found.checked(44)) == ((0, 154), 0)
    assert found.in_prompt(0, 44) == (0, 14)
    assert found.in_prompt(27, 31) == (0, 4)
    assert found.in_prompt(0, 10) is None


def test_a_system_message_is_counted_before_the_prompt() -> None:
    without, found = ruler("Hi", chat=True), ruler("Hi", chat=True, system="Be brief.")
    longer = len('{"role":"system","content":"Be brief."},')
    assert without.in_answer(32, 40) == found.in_answer(32 + longer, 40 + longer) == (0, 8)
    assert found.in_prompt(0, longer) is None


def test_what_json_escapes_counts_as_it_is_written() -> None:
    found = ruler('a"\nb\u00e9', chat=True)
    start = len('[{"role":"user","content":"')
    assert found.in_prompt(start + 1, start + 3) == (1, 2)  # \" is two characters
    assert found.in_prompt(start + 4, start + 5) == (2, 3)  # half of \n is all of it
    assert found.in_prompt(start + 6, start + 7) == (4, 5)
    assert found.in_answer(start + 10, start + 12) == (0, 2)


def test_an_echoed_prompt_is_part_of_the_answer() -> None:
    assert ruler("Once", echo=True).in_answer(2, 8) == (2, 8)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 2), (-8, -2), (-4, 0)])
def test_an_odd_range_is_no_range(start: int, end: int) -> None:
    assert (ruler("").in_answer(start, end), ruler("Once").in_prompt(start, end)) in (
        (None, None),
        ((5, 5), None),
    )


def test_ranges_are_put_in_order_and_into_the_text() -> None:
    assert joined([(8, 20), (0, 2), (1, 4), (4, 5), (30, 40), (-3, -1)], 12) == ((0, 5), (8, 12))
    assert joined([]) == ()


@pytest.mark.parametrize("length", [1, 5, len(COVER), 200])
def test_what_is_covered_keeps_its_length_and_says_so_where_there_is_room(length: int) -> None:
    text = f"before{'x' * length}after"
    found = cover(text, [(6, 6 + length)])
    assert len(found) == len(text)
    assert found.startswith("before" + COVER[:length])
    assert found.endswith("after")
    assert "x" not in found
