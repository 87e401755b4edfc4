"""Following a run costs what is new, not what has been shown before."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.browsing import Sent

PARAGRAPHS = [f"paragraph {at} " + "word " * 20 for at in range(30)]


def grow(texts: list[str], checked: list[int | None] | None = None) -> AppTest:
    """Shows a growing text as a page does; with `checked`, how far the filter has looked at it each time."""

    def script(texts: list[str], checked: list[int | None]) -> None:
        from ui.cards import SettledText

        growing = SettledText("growing")
        for at, text in enumerate(texts):
            growing.show(text, checked[at] if checked else None)

    return AppTest.from_function(script, kwargs={"texts": texts, "checked": checked}).run()


def steps(text: str, size: int = 10) -> list[str]:
    return [text[:end] for end in range(0, len(text), size)] + [text]


def bodies(sent: Sent) -> list[str]:
    return [
        message.delta.new_element.text.body
        for message in sent
        if message.WhichOneof("type") == "delta" and message.delta.new_element.HasField("text")
    ]


def test_a_finished_paragraph_is_never_sent_again(sent: Sent) -> None:
    grow(steps("\n\n".join(PARAGRAPHS)))
    said = bodies(sent)
    for at, paragraph in enumerate(PARAGRAPHS[:-1]):
        whole = [place for place, body in enumerate(said) if f"paragraph {at} " in body]
        begun = next(place for place, body in enumerate(said) if f"paragraph {at + 1} " in body)
        assert whole[-1] <= begun, paragraph


def test_the_bytes_sent_grow_with_the_text_and_not_with_its_square(sent: Sent) -> None:
    text = "\n\n".join(PARAGRAPHS)
    grow(steps(text))
    longest = max(map(len, PARAGRAPHS)) + 2
    assert sum(map(len, bodies(sent))) < len(text) * (longest / 10 + 2)


def test_all_paragraphs_stand_there_in_order_in_the_end() -> None:
    at = grow(steps("\n\n".join(PARAGRAPHS)))
    assert [node.value for node in at.text] == [paragraph.strip() for paragraph in PARAGRAPHS]


def test_a_text_that_did_not_grow_sends_nothing(sent: Sent) -> None:
    grow(["same"] * 50)
    assert bodies(sent) == ["same"]


def test_paragraphs_that_came_at_once_are_one_element() -> None:
    assert [node.value for node in grow(["a\n\nb\n\nc"]).text] == ["a\n\nb", "c"]


def test_what_is_not_checked_yet_stands_below_a_mark_that_moves_on(sent: Sent) -> None:
    text = "One.\n\nTwo.\n\nThree and more."
    at = grow([text] * 3, checked=[0, 8, 20])
    assert [node.value for node in at.text] == ["One.\n\nTwo.", "Three", "and more."]
    assert [node.value for node in at.caption] == [":material/done: Checked up to here"]
    assert "One.\n\nTwo.\n\nThree and more." in bodies(sent)


def test_what_was_shown_and_is_covered_now_is_written_anew() -> None:
    first = "One.\n\nSECRET words.\n\nThree"
    assert [node.value for node in grow([first, first.replace("SECRET", "██████")]).text] == [
        "One.\n\n██████ words.",
        "Three",
    ]


def test_a_check_that_begins_late_takes_back_what_had_settled() -> None:
    text = "One.\n\nTwo.\n\nThree"
    at = grow([text, text], checked=[None, 4])
    assert [node.value for node in at.text] == ["One.", "Two.\n\nThree"]


@pytest.mark.parametrize("text", ["  indented\n\n    more\n\nend", "\n\nfirst\n\n\n\nlast"])
def test_the_pieces_lose_no_word_and_no_first_indentation(text: str) -> None:
    shown = [node.value.removeprefix("\u2060") for node in grow(steps(text, 1)).text]
    assert [piece for piece in shown if piece] == [
        piece.strip("\n") for piece in text.strip("\n").split("\n\n") if piece.strip("\n")
    ]
