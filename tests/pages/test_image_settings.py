"""Presets and links of the image page."""

from collections.abc import Callable
from typing import Any

import pytest

from services import Deployment, Services
from tests.pages.browsing import IMAGES, Tab
from tests.pages.test_settings import held, link
from tests.upstream import Upstream
from ui.parameters import LABELS

CHANGED: dict[str, Any] = {
    "deployment": "posters",
    "size": "1280x720",
    "n": 2,
    "quality": "low",
    "background": "opaque",
    "format": "jpeg",
    "compression": 40,
    "moderation": "low",
    "previews": 3,
    "api_version": "v1",
}


@pytest.fixture
def services(start: Callable[..., Services]) -> Services:
    return start(image_deployments=(Deployment("draw", "dall-e-3"), Deployment("posters", "gpt-image-2")))


def opened(visit: Callable[..., Tab], owner: str = "owner-other", **query: str) -> Tab:
    """The image page of somebody who opens a link to it."""
    tab = visit(owner=owner)
    tab.at.query_params.update(query)
    tab.at.switch_page(IMAGES).run()
    assert not tab.at.exception
    return tab


def test_a_link_reproduces_the_settings_for_somebody_else(
    images: Tab, visit: Callable[..., Tab], azure: Upstream
) -> None:
    images.fill(deployment="posters").at.run()
    images.fill(format="jpeg").at.run()
    images.fill(prompt="SECRET", **CHANGED).at.run()
    found = link(images)
    assert "SECRET" not in str(found)
    other = opened(visit, **found)
    assert held(other, CHANGED) == CHANGED
    assert other.value("prompt") == ""
    images.generate("a cat")
    other.generate("a cat")
    assert azure.bill[0].json == azure.bill[1].json


@pytest.mark.parametrize(
    ("name", "text"),
    [("previews", "9"), ("compression", "101"), ("n", "0"), ("n", "x"), ("previews", "-1")],
)
def test_a_value_that_cannot_be_falls_back_with_a_notice(
    visit: Callable[..., Tab], name: str, text: str
) -> None:
    tab = opened(visit, deployment="posters", **{name: text})
    (notice,) = tab.at.warning
    assert f"cannot be set: {LABELS[f'image-{name}']}." in notice.value
    assert tab.value("deployment") == "posters"


@pytest.mark.parametrize(
    ("name", "text"), [("deployment", "gone"), ("quality", "best"), ("size", "7x7"), ("style", "wild")]
)
def test_what_the_deployment_does_not_take_gives_way(visit: Callable[..., Tab], name: str, text: str) -> None:
    tab = opened(visit, **{name: text})
    assert tab.value(name) != text
    assert not tab.generate("a cat").at.exception
    assert len(tab.at.image) == 1


def test_a_preset_sets_what_it_names_and_keeps_the_prompt_and_the_deployment(images: Tab) -> None:
    images.fill(deployment="posters").at.run()
    images.fill(prompt="Mine", quality="low").at.run()
    images.at.selectbox(key="image-preset").select("Several to choose from").run()
    images.press("preset-use")
    assert held(images, ("prompt", "deployment", "n", "quality")) == {
        "prompt": "Mine",
        "deployment": "posters",
        "n": 3,
        "quality": "auto",
    }
