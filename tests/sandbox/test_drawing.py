"""Pictures that are waited for: whole, as links, and as events with the drawing on its way."""

import base64
import io
import json
from typing import Any

import pytest
from PIL import Image

from sandbox.illustrator import ATTRIBUTION, stages
from sandbox.server import create_app
from tests.sandbox.client import Client, error
from tests.sandbox.conftest import Clock, Start, served
from tests.sandbox.stand_ins import PNG, NoModel, StubPainter

DATED = "openai/deployments/sandbox-image/images/generations?api-version=2025-04-01-preview"
V1 = "openai/v1/images/generations"


def draw(client: Client, **body: Any) -> Any:
    return client.send("POST", DATED, json={"prompt": "a kite", **body})


def drawn(item: dict[str, str]) -> bytes:
    return base64.b64decode(item["b64_json"], validate=True)


def image_events(response: Any) -> list[tuple[str, dict[str, Any]]]:
    assert response.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in response.text.split("\n\n")[:-1]:
        event, data = block.split("\n")
        found.append((event.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_pictures_come_with_the_answer(start: Start) -> None:
    painter = StubPainter()
    response = draw(start(painter), n=2, size="1024x1536")
    body = response.json()
    assert [drawn(item)[: len(PNG)] for item in body["data"]] == [PNG, PNG]
    assert drawn(body["data"][0]) != drawn(body["data"][1])
    assert (body["size"], body["quality"], body["output_format"]) == ("1024x1536", "high", "png")
    assert [call[:2] for call in painter.calls] == [("a kite", (1024, 1536))] * 2
    assert int(response.headers["x-ratelimit-remaining-requests"]) > 0


def test_the_v1_route_names_the_deployment_in_the_body(start: Start) -> None:
    client = start()
    body = {"prompt": "a kite", "model": "sandbox-image"}
    assert client.send("POST", V1, json=body).json()["data"]
    assert client.send("POST", V1 + "?api-version=preview", json=body).json()["data"]
    assert error(client.send("POST", V1, json={"prompt": "a kite"}), 400)["param"] == "model"


def test_a_link_lasts_as_long_as_those_of_an_operation(start: Start, clock: Clock) -> None:
    client = start()
    (item,) = draw(client, response_format="url").json()["data"]
    assert client.send("GET", item["url"], key=None).content.startswith(PNG)
    clock.now += 24 * 3600 + 1
    assert client.send("GET", item["url"], key=None).status_code == 403


def test_partial_pictures_are_stages_of_the_drawing(tmp_path: Any) -> None:
    with served(create_app(tmp_path, NoModel(), stages)) as url:
        response = draw(Client(url), prompt="a red boat on a lake", stream=True, partial_images=2)
        found = image_events(response)
    kinds = ["image_generation.partial_image"] * 2 + ["image_generation.completed"]
    assert [kind for kind, _ in found] == [event["type"] for _, event in found] == kinds
    assert [event["partial_image_index"] for _, event in found[:2]] == [0, 1]
    pictures = [drawn(event) for _, event in found]
    assert [Image.open(io.BytesIO(picture)).size for picture in pictures] == [(1024, 1024)] * 3
    assert len(set(pictures)) == 3


def test_a_jpeg_says_whose_artwork_it_holds(tmp_path: Any) -> None:
    with served(create_app(tmp_path, NoModel(), stages)) as url:
        small, large = (
            draw(Client(url), output_format="jpeg", output_compression=quality).json()["data"]
            for quality in (5, 95)
        )
    picture = Image.open(io.BytesIO(drawn(small[0])))
    assert picture.format == "JPEG"
    assert picture.info["comment"] == ATTRIBUTION.encode()
    assert len(drawn(small[0])) < len(drawn(large[0]))


def test_a_blocked_prompt_names_its_category_and_draws_nothing(start: Start) -> None:
    painter = StubPainter()
    found = error(draw(start(painter), prompt="a food fight to the death"), 400)
    assert (found["code"], found["type"]) == ("moderation_blocked", "image_generation_user_error")
    assert found["moderation_details"] == {"moderation_stage": "input", "categories": ["violence"]}
    assert painter.calls == []


def test_one_picture_of_a_set_is_filtered(start: Start) -> None:
    client = start()
    data = draw(client, prompt="a haunted house", n=3).json()["data"]
    assert [item.get("error", {}).get("code") for item in data] == [None, None, "contentFilter"]
    alone = error(draw(client, prompt="a haunted house"), 400)
    assert alone["moderation_details"]["moderation_stage"] == "output"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "p" * 32_001}, "prompt"),
        ({"n": 11}, "n"),
        ({"size": "1000x1000"}, "size"),
        ({"size": "3840x1024"}, "size"),
        ({"size": "256x256"}, "size"),
        ({"quality": "hd"}, "quality"),
        ({"style": "vivid"}, "style"),
        ({"background": "transparent"}, "background"),
        ({"background": "green"}, "background"),
        ({"output_format": "webp"}, "output_format"),
        ({"output_compression": 50}, "output_compression"),
        ({"moderation": "off"}, "moderation"),
        ({"response_format": "svg"}, "response_format"),
        ({"partial_images": 1}, "partial_images"),
        ({"stream": True, "partial_images": 4}, "partial_images"),
        ({"colour": "red"}, None),
    ],
)
def test_a_body_that_breaks_the_contract(
    bare_sandbox: Client, body: dict[str, Any], param: str | None
) -> None:
    assert error(draw(bare_sandbox, **body), 400)["param"] == param
