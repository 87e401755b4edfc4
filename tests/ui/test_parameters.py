"""Stop sequences as people write them."""

import pytest

from ui.parameters import COMPLETION, IMAGE, PAGES, stop_sequences


@pytest.mark.parametrize(
    ("text", "sequences"),
    [
        ("", ()),
        ("\n\n", ()),
        ("END", ("END",)),
        ("a\nb\nc\nd\ne", ("a", "b", "c", "d", "e")),
        ("a\n\nb\n", ("a", "b")),
        (r"\n", ("\n",)),
        (r"\n\n", ("\n\n",)),
        (r"Q:\t", ("Q:\t",)),
        (" Q: ", (" Q: ",)),
        (" ", (" ",)),
        ("a,b", ("a,b",)),
        ("ende\u2028x", ("ende\u2028x",)),
        ("🏖️\n你好", ("🏖️", "你好")),
        (r"C:\dir", (r"C:\dir",)),
    ],
)
def test_each_line_is_a_sequence(text: str, sequences: tuple[str, ...]) -> None:
    assert stop_sequences(text) == sequences


@pytest.mark.parametrize(("page", "keys"), [("completion", COMPLETION), ("image", IMAGE)])
def test_every_key_of_a_page_begins_with_its_name(page: str, keys: dict[str, object]) -> None:
    assert keys.items() <= PAGES[page].items()
    assert all(key.startswith(f"{page}-") for key in PAGES[page])
