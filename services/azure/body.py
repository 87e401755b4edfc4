"""JSON from a service that is not trusted to send it well-formed."""

import contextlib
import json
import re
import sys
from typing import Any, NoReturn

from services.errors import BadReply

_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_object(text: str | bytes) -> dict[str, Any]:
    """One JSON object; a leading BOM is tolerated, NaN, Infinity and duplicate keys are not.

    Raises BadReply for everything else, including nesting or numbers beyond what Python parses.
    """
    with contextlib.suppress(ValueError, RecursionError):
        if isinstance(text, bytes):
            text = text.decode("utf-8", errors="replace")
        value = json.loads(
            text.removeprefix("\ufeff"), parse_constant=_no_constant, object_pairs_hook=_unique
        )
        if isinstance(value, dict):
            return value
        raise BadReply("The service sent an answer that is not a JSON object.")
    raise BadReply(  # out here it has no context, which would hold the answer
        "The service sent an answer that is not valid JSON.",
        advice=BadReply.ADVICE,
    )


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one: a field of the wrong type is treated as absent."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def clean(value: Any) -> str:
    """The value if it is a string, else an empty one; lone surrogates become U+FFFD.

    JSON may carry half a surrogate pair, which neither UTF-8 nor SQLite can hold.
    """
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else _SURROGATE.sub("\ufffd", value)


def number(value: Any) -> float | None:
    """The value if it is a finite number that fits a float, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None


def whole(value: Any) -> int | None:
    """The value if it is a whole number that fits 64 bits, else None."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key")
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
