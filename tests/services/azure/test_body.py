"""JSON from a stranger: what is valid is read, what is odd is refused, nothing else happens."""

import json
from typing import Any

import pytest

from services.azure.body import clean, mapping, number, parse_object, sequence, whole
from services.errors import BadReply


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', {"a": 1}),
        (b'{"a": "\xc3\xa9"}', {"a": "é"}),
        ('\ufeff{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (' {"a": {"b": [1.5, null, true]}} \r\n', {"a": {"b": [1.5, None, True]}}),
        ("{}", {}),
    ],
)
def test_an_object_is_read(text: str | bytes, expected: Any) -> None:
    assert parse_object(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", '{"a": 1', "[1]", "1", '"a"', "null", "<html></html>", '{"a": 1} x', "{'a': 1}"]
    + ['{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}', '{"status": "running", "status": "succeeded"}']
    + ['{"a": [{"b": 1, "b": 1}]}', '{"a": ' + "1" * 5_000 + "}", '{"a": ' + "[" * 100_000, b"\xff\xfe{\x00"],
)
def test_anything_else_is_a_bad_reply(text: str | bytes) -> None:
    with pytest.raises(BadReply) as caught:
        parse_object(text)
    assert str(caught.value).startswith("The service sent an answer that is not")


def test_fields_of_another_type_count_as_absent() -> None:
    odd: list[Any] = [None, "text", 1, 1.5, True, [1], {"a": 1}]
    assert [mapping(value) for value in odd] == [{}, {}, {}, {}, {}, {}, {"a": 1}]
    assert [sequence(value) for value in odd] == [[], [], [], [], [], [1], []]
    assert [clean(value) for value in odd] == ["", "text", "", "", "", "", ""]
    assert [number(value) for value in odd] == [None, None, 1.0, 1.5, None, None, None]
    assert [whole(value) for value in odd] == [None, None, 1, None, None, None, None]


def test_half_a_surrogate_pair_is_replaced_and_a_whole_one_kept() -> None:
    text = clean(json.loads(r'"a\ud800b\ud83d\ude00\udc00"'))
    assert text == "a\ufffdb😀\ufffd"
    text.encode()


@pytest.mark.parametrize("value", [10**400, -(10**400), 1e999, float("nan")])
def test_a_number_that_no_float_holds_counts_as_absent(value: Any) -> None:
    assert number(value) is None


@pytest.mark.parametrize(("value", "expected"), [(2**63 - 1, 2**63 - 1), (2**63, None), (-(2**70), None)])
def test_a_whole_number_fits_64_bits(value: int, expected: int | None) -> None:
    assert whole(value) == expected
