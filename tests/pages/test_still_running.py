"""An operation under way is offered on every page but the one that shows it."""

from collections.abc import Callable

import pytest

from services import ImageRequest
from tests.azure_bodies import operation
from tests.azure_reply import Reply
from tests.pages.browsing import IMAGES, ME, TEXT, Tab, read, wait
from tests.upstream import Upstream


def order(tab: Tab, *requests: ImageRequest) -> list[str]:
    return [tab.services.generate(ME, f"intent-{at}", request) for at, request in enumerate(requests)]


def offers(tab: Tab) -> dict[str, str]:
    """Label and query of every link."""
    return {node.proto.label: node.proto.query_string for node in tab.at.get("page_link")}


@pytest.fixture
def held(azure: Upstream) -> Upstream:
    """A service that keeps every submit waiting."""
    azure.hold("submit")
    return azure


def test_nothing_under_way_is_nothing_offered(text: Tab) -> None:
    assert offers(text) == {}
    assert not text.has("still-running")


def test_each_operation_is_a_link_to_itself(held: Upstream, text: Tab) -> None:
    first, second = order(text, ImageRequest(prompt="a cat"), ImageRequest(prompt="a dog", n=3))
    text.at.run()
    assert offers(text) == {
        "1 picture still being made: “a cat”": f"run={first}",
        "3 pictures still being made: “a dog”": f"run={second}",
    }


def test_many_are_counted(held: Upstream, text: Tab) -> None:
    order(text, *(ImageRequest(prompt=f"cat {at}") for at in range(5)))
    text.at.run()
    assert len(offers(text)) == 3
    assert "and 2 more" in text.look("still-running")


def test_nobody_else_sees_it(held: Upstream, text: Tab, visit: Callable[..., Tab]) -> None:
    order(text, ImageRequest(prompt="a cat"))
    assert offers(visit(owner="somebody else")) == {}


def test_a_prompt_in_the_offer_is_text(held: Upstream, text: Tab) -> None:
    order(text, ImageRequest(prompt="![x](http://evil) :smile: $x$\n**b**"))
    text.at.run()
    (label,) = offers(text)
    assert read(label) == "1 picture still being made: “![x](http://evil) :smile: $x$ **b**”"
    assert r"\!\[x\]" in label and r"\*\*b" in label and r"\$x" in label


def test_the_page_that_shows_it_does_not_offer_it(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(200, operation(), {"retry-after": "1"}))
    images.fill(prompt="a cat").at.button(key="image-generate").click()
    images.until(lambda: azure.received("poll") and images.has_sent_stop())
    images.press("stop")
    assert offers(images) == {}
    assert len(offers(images.go(TEXT))) == 1


def test_the_offer_goes_when_it_has_ended(azure: Upstream, images: Tab) -> None:
    azure.hold("poll")
    (id,) = order(images, ImageRequest(prompt="a cat"))
    images.go(TEXT)
    assert offers(images)
    azure.release("poll")
    wait(lambda: images.services.operation(ME, id).ended)
    images.at.run()
    assert offers(images) == {}
    images.at.query_params["run"] = id
    images.at.switch_page(IMAGES).run()
    assert len(images.at.image) == 1
