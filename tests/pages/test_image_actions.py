"""What can be done with pictures: their prompt and settings used again, varied, taken along."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest

from services import Deployment, NotFound, Services
from tests.azure_bodies import IMAGE_BLOCKED, generated, operation, picture, succeeded
from tests.azure_reply import Reply
from tests.pages.browsing import IMAGES, KEY, ME, Tab
from tests.upstream import Upstream


def test_the_prompt_of_a_result_comes_back_and_the_settings_stay(images: Tab) -> None:
    images.generate("a cat", n=2, size="512x512").fill(prompt="a dog", n=3).press("use-prompt")
    assert [images.value(name) for name in ("prompt", "n", "size")] == ["a cat", 3, "512x512"]


def test_all_settings_of_a_result_come_back(images: Tab) -> None:
    images.generate("a cat", n=2, size="512x512").fill(prompt="a dog", n=3, size="256x256")
    images.press("use-all-settings")
    assert [images.value(name) for name in ("prompt", "n", "size")] == ["a cat", 2, "512x512"]


def test_all_settings_of_a_deployment_come_back(
    start: Callable[..., Services], visit: Callable[..., Tab], azure: Upstream
) -> None:
    server = start(image_deployments=(Deployment("gpt-image-1"), Deployment("dall-e-3")))
    images = visit(server=server).go(IMAGES)
    images.generate("a cat", quality="low", background="opaque", previews=3, size="1024x1536")
    images.fill(deployment="dall-e-3").at.run()
    assert images.value("size") == "1024x1024"
    images.press("use-all-settings")
    names = ("deployment", "quality", "background", "previews", "size", "api-version")
    expected = ["gpt-image-1", "low", "opaque", 3, "1024x1536", "2025-04-01-preview"]
    assert [images.value(name) for name in names] == expected
    images.press("generate")
    assert azure.bill[0].json == azure.bill[1].json


def test_a_variation_is_the_same_request_again_whatever_the_page_holds(images: Tab, azure: Upstream) -> None:
    first = images.generate("a cat", n=2).shown
    images.fill(prompt="a dog", n=1).press("vary")
    assert images.shown != first
    assert [request.json["prompt"] for request in azure.bill] == ["a cat", "a cat"]
    assert azure.bill[0].json == azure.bill[1].json
    assert len(images.at.image) == 2
    assert images.value("prompt") == "a dog"


def test_a_second_press_of_a_variation_pays_once(images: Tab, azure: Upstream) -> None:
    images.generate("a cat")
    azure.enqueue("poll", Reply(200, operation(), {"retry-after": "1"}))
    images.button("vary").click()
    images.until(lambda: len(azure.received("poll")) == 2, second="vary")
    assert len(azure.bill) == 2


@pytest.mark.parametrize("n", [1, 2])
def test_a_set_is_downloaded_as_one_file(images: Tab, n: int) -> None:
    images.generate("a cat", n=n)
    assert images.has("image-download-all") == (n > 1)
    with zipfile.ZipFile(io.BytesIO(b"".join(images.services.exports.zip(ME, [images.shown])))) as file:
        found = {name.split("/")[1]: file.read(name) for name in file.namelist()}
    assert [found[f"picture-{at + 1}.png"] for at in range(n)] == [picture(at) for at in range(n)]
    assert found["run.json"] == images.services.exports.record(ME, images.shown)


def test_the_record_has_every_setting_what_was_filtered_and_the_timeline(
    images: Tab, azure: Upstream
) -> None:
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/x/0.png?sig=SECRET", IMAGE_BLOCKED))
    images.generate("a cat", n=2, size="512x512")
    assert images.has("image-record")
    text = images.services.exports.record(ME, images.shown).decode()
    record = json.loads(text)
    assert record["request"]["prompt"] == "a cat"
    assert (record["request"]["n"], record["request"]["size"]) == (2, "512x512")
    assert record["slots"][1]["filter"]["state"] == "image_blocked"
    assert [poll["status"] for poll in record["polls"]][-1] == "succeeded"
    assert KEY not in text and "SECRET" not in text


def test_the_record_is_the_owner_s_alone(images: Tab) -> None:
    id = images.generate("a cat").shown
    with pytest.raises(NotFound):
        images.services.exports.record("somebody else", id)


def test_what_failed_can_be_used_again_too(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", operation("failed"))
    images.generate("a cat").press("vary")
    assert len(images.at.image) == 1


def test_a_variation_that_cannot_be_made_says_so(
    start: Callable[..., Services], visit: Callable[..., Tab], azure: Upstream
) -> None:
    azure.enqueue("generation", generated(picture()))
    images = visit(server=start(image_deployments=(Deployment("draw", "gpt-image-1"),))).go(IMAGES)
    id = images.generate("x" * 5_000).shown
    tab = visit(server=start(image_deployments=(Deployment("draw", "dall-e-3"),)))
    tab.at.query_params["run"] = id
    tab.at.switch_page(IMAGES).run()
    tab.press("vary")
    assert "Nothing was sent." in tab.look("image-problem")
    assert len(azure.bill) == 1
