"""Image operations on the wire, with a painter that only writes down what it was asked."""

import time
import uuid
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from sandbox.server import create_app
from tests.sandbox.client import Client, error
from tests.sandbox.conftest import Clock, Start
from tests.sandbox.stand_ins import PNG, NoModel, StubPainter

BODY = {"prompt": "a multi-colored umbrella on the beach, disposable camera", "size": "512x512", "n": 2}


def finish(client: Client, location: str, clock: Clock) -> dict[str, Any]:
    """Lets the shortest time go by and polls until the operation has ended."""
    clock.now += 1.3
    for _ in range(500):
        body = client.send("GET", location).json()
        if body["status"] not in ("notRunning", "running"):
            return dict(body)
        time.sleep(0.01)
    raise AssertionError("the operation did not end")


def test_an_operation_from_submit_to_pictures(start: Start, clock: Clock) -> None:
    painter = StubPainter()
    client = start(painter)
    submitted = client.submit(BODY)
    assert submitted.status_code == 202
    id = submitted.json()["id"]
    assert submitted.json() == {"id": id, "status": "notRunning"}
    location = submitted.headers["operation-location"]
    assert location == f"{client.url}openai/operations/images/{id}?api-version=2023-06-01-preview"
    assert uuid.UUID(submitted.headers["x-ms-request-id"])

    for passed, status in ((0.0, "notRunning"), (0.4, "running"), (0.7, "running")):
        clock.now += passed
        polled = client.send("GET", location)
        created = int(clock.now - passed) if not passed else polled.json()["created"]
        assert polled.json() == {"created": created, "id": id, "status": status}
        assert polled.headers["retry-after"] == "1"

    body = finish(client, location, clock)
    assert body["status"] == "succeeded" and body["id"] == id
    assert body["expires"] == body["created"] + 24 * 3600
    assert "retry-after" not in client.send("GET", location).headers
    pictures = [client.send("GET", item["url"], key=None) for item in body["result"]["data"]]
    assert [picture.headers["content-type"] for picture in pictures] == ["image/png"] * 2
    assert all(picture.content.startswith(PNG) for picture in pictures)
    assert pictures[0].content != pictures[1].content
    assert [call[:2] for call in painter.calls] == [(BODY["prompt"], (512, 512))] * 2


def test_an_operation_id_is_drawn_once(start: Start, clock: Clock) -> None:
    painter = StubPainter()
    client = start(painter)
    headers = {"Operation-Id": str(uuid.uuid4()).upper()}
    first = client.submit(BODY, headers=headers)
    assert first.json()["id"] == headers["Operation-Id"].lower()
    finish(client, first.headers["operation-location"], clock)
    again = client.submit(BODY, headers=headers)
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert again.headers["operation-location"] == first.headers["operation-location"]
    assert len(painter.calls) == 2
    assert error(client.submit({**BODY, "n": 1}, headers=headers), 400)["code"] == "badRequest"
    assert error(client.submit(BODY, headers={"Operation-Id": "mine"}), 400)["param"] == "Operation-Id"


def test_the_same_operation_id_gives_the_same_pictures(start: Start, clock: Clock) -> None:
    headers = {"Operation-Id": str(uuid.uuid4())}
    drawn = []
    for _ in range(2):
        painter = StubPainter()
        client = start(painter)
        location = client.submit(BODY, headers=headers).headers["operation-location"]
        finish(client, location, clock)
        drawn.append(painter.calls)
        assert client.send("DELETE", location).status_code == 204
        client.stop()
    assert drawn[0] == drawn[1] and len(drawn[0]) == 2


def test_a_restart_resumes(start: Start, clock: Clock) -> None:
    stuck = StubPainter()
    stuck.go.clear()
    first = start(stuck)
    location = urlparse(first.submit(BODY).headers["operation-location"])
    first.stop()
    second = start()
    body = finish(second, f"{location.path[1:]}?{location.query}", clock)
    stuck.go.set()
    assert body["status"] == "succeeded"
    assert all(second.send("GET", item["url"]).ok for item in body["result"]["data"])
    second.stop()

    third = start()  # on another port: the links follow
    links = [
        item["url"]
        for item in finish(third, f"{location.path[1:]}?{location.query}", clock)["result"]["data"]
    ]
    assert all(link.startswith(third.url) and third.send("GET", link, key=None).ok for link in links)


def test_delete_works_in_an_end_state_only(start: Start, clock: Clock) -> None:
    client = start()
    location = client.submit(BODY).headers["operation-location"]
    assert error(client.send("DELETE", location), 400)["code"] == "operationNotInTerminalState"
    link = finish(client, location, clock)["result"]["data"][0]["url"]
    assert client.send("DELETE", location).status_code == 204
    assert error(client.send("GET", location), 404)["code"] == "notFound"
    assert client.send("GET", link).status_code == 404


def test_a_filtered_prompt_fails_the_operation(start: Start, clock: Clock) -> None:
    painter = StubPainter()
    client = start(painter)
    submitted = client.submit({"prompt": "a food fight to the death"})
    assert submitted.status_code == 202
    body = finish(client, submitted.headers["operation-location"], clock)
    assert body == {
        "created": body["created"],
        "id": submitted.json()["id"],
        "status": "failed",
        "error": {"code": "contentFilter", "message": "Your task failed as a result of our safety system."},
    }
    assert not painter.calls


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_one_picture_of_a_haunted_set_is_filtered(start: Start, clock: Clock, n: int) -> None:
    client = start()
    location = client.submit({"prompt": "a haunted house", "n": n}).headers["operation-location"]
    body = finish(client, location, clock)
    assert body["status"] == "succeeded"
    filtered = [item["error"] for item in body["result"]["data"] if "error" in item]
    message = "Generated image was filtered as a result of our safety system."
    assert filtered == [{"code": "contentFilter", "message": message}]
    assert len(body["result"]["data"]) == n
    assert client.send("GET", location).json() == body


def test_a_painter_that_breaks_fails_its_operation_only(start: Start, clock: Clock) -> None:
    class Clumsy(StubPainter):
        def __call__(self, prompt: str, size: tuple[int, int], seed: int, unfinished: int = 0) -> Any:
            if "broken" in prompt:
                raise ValueError("no paint")
            return super().__call__(prompt, size, seed, unfinished)

    client = start(Clumsy())
    broken = client.submit({"prompt": "a broken vase"}).headers["operation-location"]
    fine = client.submit({"prompt": "a vase"}).headers["operation-location"]
    body = finish(client, broken, clock)
    assert body["status"] == "failed" and body["error"]["code"] == "internal"
    assert finish(client, fine, clock)["status"] == "succeeded"


def test_links_are_signed_and_end_after_a_day(start: Start, clock: Clock) -> None:
    client = start()
    location = client.submit(BODY).headers["operation-location"]
    first, second = [item["url"] for item in finish(client, location, clock)["result"]["data"]]
    asked = parse_qs(urlparse(first).query)
    later = first.replace(f"se={asked['se'][0]}", f"se={int(asked['se'][0]) + 9}")
    for forged in (later, first.split("?")[0], first.replace("-0.png", "-1.png"), first + "0"):
        assert client.send("GET", forged).status_code == 403
    clock.now += 24 * 3600 - 10
    assert client.send("GET", second).ok
    clock.now += 10
    assert client.send("GET", second).status_code == 403
    assert client.send("GET", location).status_code == 404


def test_after_a_day_the_files_are_gone(start: Start, clock: Clock, tmp_path: Any) -> None:
    client = start()
    finish(client, client.submit(BODY).headers["operation-location"], clock)
    assert len(list(tmp_path.rglob("*.png"))) == 2
    client.stop()
    (tmp_path / "pictures" / ".half.png.part").write_bytes(b"torn")
    clock.now += 24 * 3600
    start()
    assert not [*tmp_path.rglob("*.png"), *tmp_path.rglob("*.json"), *tmp_path.rglob("*.part")]


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 1001}, "prompt"),
        ({"prompt": 7}, "prompt"),
        ({"n": 0}, "n"),
        ({"n": 6}, "n"),
        ({"size": "640x480"}, "size"),
        ({"response_format": "b64_json"}, "response_format"),
        ({"style": "vivid"}, None),
    ],
)
def test_a_body_that_breaks_the_contract(
    bare_sandbox: Client, change: dict[str, Any], param: str | None
) -> None:
    found = error(bare_sandbox.submit({**BODY, **change}), 400)
    assert found["code"] == "badRequest" and found["param"] == param


def test_a_thousand_characters_are_allowed(bare_sandbox: Client) -> None:
    body = {"prompt": "é" * 1000, "n": 5, "size": "256x256", "user": "me"}
    assert bare_sandbox.submit(body).status_code == 202


def test_nothing_in_the_data_dir_is_open_to_others(tmp_path: Any) -> None:
    create_app(tmp_path, NoModel(), StubPainter())
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
