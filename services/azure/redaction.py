"""Cuts keys and signatures out of what came from outside, however they are spelt there.

A signature is the `sig=` of a shared access link: whoever has it can fetch the picture. Inside JSON or
another address its neighbours may be written `\\u0026` or `%26`, and its own characters `\\u002B` or `\\/`.
"""

import html
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from services.azure.body import clean
from services.config import Secret

SHORTEST = 8  # a shorter key would be found in any text
MESSAGE_SHOWN = 2_000
WORD_SHOWN = 100

_ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)\\u00([2-7][0-9a-fA-F])")
_SIGNATURE = re.compile(
    r"(sig(?:=|%(?:25)*3d|&#0*61;|&#x0*3d;|&equals;))(?:\\{1,4}/|\\{1,4}u00(?!26)[0-9a-f]{2}|[^\s&\"'<>\\])*",
    re.IGNORECASE,
)


class Redaction:
    """Knows the keys of one resource."""

    def __init__(self, keys: Iterable[Secret] = ()) -> None:
        known = [key.reveal() for key in keys]
        self._long = _any_of([key for key in known if len(key) >= SHORTEST])
        self._all = _any_of(known)

    def keys(self, text: str) -> str:
        """The text without our keys: for an answer, in which the rest is data."""
        if self._long is None:
            return text
        return self._long.sub("(key)", _unescaped(text))

    def secrets(self, text: str) -> str:
        """The text without keys and signatures: for whatever is shown, kept or logged besides an answer."""
        text = _unescaped(text)
        if self._all is not None:
            text = self._all.sub("(key)", text)
        return _SIGNATURE.sub(r"\1(hidden)", text)


def _any_of(keys: list[str]) -> re.Pattern[str] | None:
    spellings = {spelt for key in keys for spelt in (key, html.escape(key), quote(key, safe=""))}
    spellings |= {key.replace("/", "\\/") for key in keys}
    longest_first = sorted(map(re.escape, spellings), key=len, reverse=True)
    return re.compile("|".join(longest_first), re.IGNORECASE) if longest_first else None


def _unescaped(text: str) -> str:
    """JSON text with its printable characters as themselves, which means the same; quotes stay escaped."""
    if "\\u00" not in text:
        return text

    def plain(found: re.Match[str]) -> str:
        character = chr(int(found[2], 16))
        return found[0] if character in '"\\\x7f' else found[1] + character

    return _ESCAPED.sub(plain, text)


_WITHOUT_KEYS = Redaction()


def message(value: Any, most: int = MESSAGE_SHOWN) -> str:
    """What a service says to people, if it is a string: without signatures, at most so many characters."""
    return _WITHOUT_KEYS.secrets(clean(value))[:most]


def word(value: Any) -> str:
    """A code, a status, an id, if it is a string: without signatures, at most 100 characters."""
    return message(value, WORD_SHOWN)
