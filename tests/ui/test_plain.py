"""Text of others: escaped to one line of Markdown that shows exactly it, nothing hidden, nothing active."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.plain import body, escape

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_BARE = re.compile(r"\\([!-/:-@\[-`{-~])")
# what Streamlit makes of text after Markdown has read the escapes: addresses, and its own shortcodes
LATE = re.compile(
    r"(?i)https?://|www\.[\w-]|[-.\w+]@[-\w]+\.[-\w]|:streamlit:|:material/\w+:|--|<-|->|>=|<=|~="
)
HIDDEN = [*range(0x09), *range(0x0E, 0x1C), 0x7F, *range(0x80, 0x85), *range(0x86, 0xA0)]
HIDDEN += [0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
JOINERS = (0x200C, 0x200D)
anything = st.text(
    st.one_of(st.sampled_from(PUNCTUATION + "\n\r\t 1a\u2028\u202e"), st.characters(codec="utf-8"))
)


def visible(markdown: str) -> str:
    """What a reader sees of escaped text."""
    return _BARE.sub(r"\1", markdown).replace("\u2060", "")


@given(anything)
def test_every_punctuation_mark_is_escaped(text: str) -> None:
    rest = _BARE.sub("", escape(text))
    assert not set(rest) & set(PUNCTUATION)


@given(anything)
def test_it_is_one_line(text: str) -> None:
    assert len(escape(text).splitlines()) <= 1


@given(st.text(st.sampled_from(PUNCTUATION + " abc123äß你🏖"), max_size=200))
def test_a_reader_sees_exactly_the_text(text: str) -> None:
    assert visible(escape(text)) == text


@given(anything)
def test_nothing_invisible_is_left(text: str) -> None:
    left = {ord(character) for character in visible(escape(text))}
    assert not left & {*HIDDEN} - {0x2060, *JOINERS}


@pytest.mark.parametrize("code", HIDDEN, ids=lambda code: f"{code:04X}")
def test_a_hidden_character_is_shown_as_what_it_is(code: int) -> None:
    assert visible(escape(f"a{chr(code)}b")) == f"a[U+{code:04X}]b"


@pytest.mark.parametrize("text", ["👨‍👩‍👧 says ❤️‍🔥", "می‌خواهم", "क्‍ष", "شما‌ها"])
def test_joiners_stay_between_what_they_shape(text: str) -> None:
    assert visible(escape(text)) == text


@pytest.mark.parametrize("joiner", JOINERS)
def test_a_run_of_joiners_hides_nothing(joiner: int) -> None:
    hidden = f"[U+{joiner:04X}]"
    assert visible(escape("你" + chr(joiner) * 3 + "好")) == f"你{hidden * 3}好"


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\u2028b", "a\x0bb", "a\x85b"])
def test_line_ends_become_spaces(text: str) -> None:
    assert escape(text) == "a b"


@pytest.mark.parametrize(
    "text",
    [
        "see http://elsewhere.example/a now",
        "HTTPS://elsewhere.example",
        "www.elsewhere.example",
        "write to a@elsewhere.example",
        ":streamlit:",
        "a -> b <- c -- d >= e <= f ~= g",
    ],
)
def test_nothing_is_turned_into_a_link_or_a_sign_after_the_escapes_were_read(text: str) -> None:
    assert not LATE.search(_BARE.sub(r"\1", escape(text)))
    assert visible(escape(text)) == text


@pytest.mark.parametrize("text", ["    indented", "\tindented", "  ## x"])
def test_an_indented_text_after_a_blank_line_is_no_code_block(text: str) -> None:
    assert not re.match(r" {4}| {0,3}\t", escape(text))


@given(anything, st.integers(1, 50))
def test_a_long_text_is_cut_to_the_limit_with_a_mark(text: str, limit: int) -> None:
    short = escape(text, limit)
    assert short == escape(text if len(text) <= limit else text[: limit - 1] + "…")


def test_the_limit_is_two_thousand_characters_unless_told() -> None:
    assert escape("x" * 2_000) == "x" * 2_000
    assert escape("x" * 2_001) == "x" * 1_999 + "…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\n\nHello\n", "Hello"),
        ("  two", "\u2060  two"),
        ("\tone", "\u2060\tone"),
        ("\n    def f():", "\u2060    def f():"),
        (" Hello", " Hello"),
        ("", ""),
        ("a\n\n  b", "a\n\n  b"),
    ],
)
def test_the_body_of_a_text_keeps_its_first_indentation(text: str, shown: str) -> None:
    assert body(text) == shown
