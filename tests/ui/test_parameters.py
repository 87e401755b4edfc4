"""What parameters are called, and stop sequences as people write them."""

from dataclasses import fields

import pytest

from services import CompletionRequest, ImageRequest
from services.azure.families import ALL_KNOBS
from ui.knob_widgets import COMMON, MORE
from ui.parameters import COMPLETION, IMAGE, LABELS, PAGES, label, stop_sequences, widget


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


def test_every_widget_has_a_name() -> None:
    assert LABELS.keys() == COMPLETION.keys() | IMAGE.keys() | {f"{page}-keep" for page in PAGES}


def test_a_parameter_has_one_name_wherever_it_is_spoken_of() -> None:
    assert COMMON.keys() | MORE.keys() == ALL_KNOBS
    for page, request in (("completion", CompletionRequest), ("image", ImageRequest)):
        without = {field.name for field in fields(request) if widget(page, field.name) not in LABELS}
        assert without == ({"chat"} if page == "completion" else {"endpoint"})
    assert label("completion", "max_tokens") == "Maximum length"
    assert label("image", "output_compression") == "Compression"
    assert label("completion", "of_tomorrow") == "Of tomorrow"
