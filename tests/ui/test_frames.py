"""The frames in which pictures will stand: how many, of which shape, and what they show until then."""

import base64
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services import ImageRequest, OperationView, Slot
from tests.pages.browsing import Sent
from tests.ui.test_timeline import view

LINKS = SimpleNamespace(picture_link=lambda owner, key, size: f"/pictures/{owner}/{key}/{size}")


def shown(*views: OperationView) -> list[Any]:
    """The images that stand there after the operation was seen like this, one look after the other."""

    def script(views: "Any") -> None:
        from tests.ui.test_frames import LINKS
        from ui.frames import Frames

        frames = Frames(views[0].request.n, LINKS, "me")  # type: ignore[arg-type]
        for each in views:
            frames.show(each)

    at = AppTest.from_function(script, kwargs={"views": views}).run()
    assert not at.exception
    return [image.proto.imgs[0] for image in at.image]


def drawing(address: str) -> bytes:
    return base64.b64decode(address.partition("base64,")[2])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 10])
def test_each_picture_has_its_frame_from_the_start(count: int) -> None:
    frames = shown(view("queued", request=ImageRequest(prompt="x", n=count)))
    assert [frame.alt for frame in frames] == [f"The place of picture {each + 1}" for each in range(count)]


@pytest.mark.parametrize(
    ("size", "shape"),
    [("1024x1536", b'width="1024" height="1536"'), ("auto", b'width="1024" height="1024"')],
)
def test_a_frame_has_the_shape_that_was_asked_for(size: str, shape: bytes) -> None:
    (frame,) = shown(view("polling", request=ImageRequest(prompt="x", size=size)))
    assert shape in drawing(frame.url)


def test_the_preview_is_drawn_in_the_first_frame_with_the_prompt_for_those_who_do_not_see_it() -> None:
    two = ImageRequest(prompt="x", n=2)
    first, second = shown(view("submitting", request=two, preview=b"JPEG"))
    assert (drawing(first.url), first.alt, first.caption) == (b"JPEG", "x", "Still being drawn")
    assert second.alt == "The place of picture 2"


def test_a_picture_replaces_what_stood_in_its_frame_and_nothing_fills_the_place_of_none() -> None:
    two = ImageRequest(prompt="x", n=2)
    slots = (Slot(key="a", width=8, height=8), Slot(error="Out of paint."))
    first, second = shown(
        view("submitting", request=two, preview=b"JPEG"), view("succeeded", request=two, slots=slots)
    )
    assert (first.url.endswith("/pictures/me/a/view"), first.alt, first.caption) == (True, "x", "")
    assert second.alt == "The place of picture 2"


def test_a_frame_is_sent_again_only_when_it_shows_something_else(sent: Sent) -> None:
    shown(*(view("submitting", preview=preview) for preview in (None, None, b"1", b"1", b"2")))
    images = [
        message.delta.new_element.imgs for message in sent if message.delta.new_element.HasField("imgs")
    ]
    assert [drawing(image.imgs[0].url)[:4] for image in images] == [b"<svg", b"1", b"2"]
