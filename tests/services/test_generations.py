"""Pictures of a deployment as a page asks for them: what its family takes, one request a press."""

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from services import Deployment, ImageRequest, Invalid, OutcomeUnknown, Services
from services.azure.filters import FilterState
from services.azure.image_families import ASYNCHRONOUS, DALL_E_3, GPT_IMAGE, GPT_IMAGE_2, ImageFamily
from tests.azure_bodies import drawing, picture, policy_violation
from tests.azure_reply import Reply
from tests.services.following import ME, finished, wait
from tests.upstream import Upstream

DRAW = ImageRequest(prompt="A cat", deployment="gpt-image-1", api_version="2025-04-01-preview", n=2)
DEPLOYMENTS = (
    Deployment("gpt-image-1"),
    Deployment("dall-e-3"),
    Deployment("posters", "dall-e-3"),
    Deployment("dall-e-3-old", "gpt-image-2"),
    Deployment("pictures"),
)


@pytest.fixture
def services(start: Callable[..., Services]) -> Services:
    return start(image_deployments=DEPLOYMENTS)


@pytest.mark.parametrize(
    ("deployment", "family"),
    [
        (None, ASYNCHRONOUS),
        ("gpt-image-1", GPT_IMAGE),
        ("dall-e-3", DALL_E_3),
        ("posters", DALL_E_3),  # the settings name its model
        ("dall-e-3-old", GPT_IMAGE_2),  # and know better than the name
        ("pictures", GPT_IMAGE),
        ("Dalle3", DALL_E_3),  # not in the settings at all
        ("gpt-image-2", GPT_IMAGE_2),
    ],
)
def test_the_settings_or_the_name_tell_the_family(
    services: Services, deployment: str | None, family: ImageFamily
) -> None:
    assert services.deployments.image_family(deployment) is family


@pytest.mark.parametrize(
    ("deployment", "change", "word"),
    [
        (None, {"prompt": ""}, "Write a prompt"),
        (None, {"prompt": "x" * 1_001}, "at most 1,000"),
        (None, {"n": 6}, "from 1 to 5"),
        (None, {"size": "auto"}, "The size"),
        ("dall-e-3", {"n": 2}, "one image at a time"),
        ("posters", {"n": 2}, "one image at a time"),
        ("posters", {"prompt": "x" * 4_001}, "4,001 characters; this model takes at most 4,000"),
        ("posters", {"size": "512x512"}, "The size"),
        ("gpt-image-1", {"prompt": "x" * 32_001}, "32,001 characters; this model takes at most 32,000"),
        ("gpt-image-1", {"n": 11}, "from 1 to 10"),
        ("gpt-image-1", {"size": "1040x1024"}, "The size"),
        ("gpt-image-1", {"api_version": "soon"}, "The API version"),
        ("dall-e-3-old", {"size": "1000x1024"}, "multiples of 16"),
        ("gpt-image-1", {"partial_images": 4}, "The number of previews"),
        ("posters", {"partial_images": 1}, "no previews"),
    ],
)
def test_what_the_family_does_not_take_is_neither_kept_nor_sent(
    services: Services, azure: Upstream, deployment: str | None, change: dict[str, Any], word: str
) -> None:
    request = ImageRequest(**{"prompt": "A cat", "deployment": deployment, **change})
    with pytest.raises(Invalid, match=f"{word}.*Nothing was sent"):
        services.generate(ME, "once", request)
    assert (services.latest_operation(ME), azure.requests) == (None, ())


@pytest.mark.parametrize(
    ("deployment", "change"),
    [
        ("posters", {"prompt": "x" * 4_000, "quality": "hd"}),
        ("gpt-image-1", {"prompt": "x" * 32_000}),
        ("dall-e-3-old", {"size": "1040x1024"}),
    ],
)
def test_what_the_family_takes_is_sent_as_it_is(
    services: Services, azure: Upstream, deployment: str, change: dict[str, Any]
) -> None:
    request = ImageRequest(**{"prompt": "A cat", "deployment": deployment, "api_version": "v1", **change})
    assert finished(services, services.generate(ME, "once", request)).state == "succeeded"
    assert azure.bill[0].json == {"model": deployment, **request.body()}


def test_a_view_tells_everything(services: Services, azure: Upstream) -> None:
    view = finished(services, services.generate(ME, "once", DRAW))
    assert (view.state, view.request, view.error, view.expires_at) == ("succeeded", DRAW, None, None)
    keys = [slot.key or "" for slot in view.slots]
    originals = [services.pictures.path(key, "original").read_bytes() for key in keys]
    assert originals == [picture(0), picture(1)]
    assert [(poll.http_status, poll.status) for poll in view.polls] == [(200, "")]


def test_a_revised_prompt_is_kept(services: Services, azure: Upstream) -> None:
    request = replace(DRAW, deployment="dall-e-3", n=1)
    (slot,) = finished(services, services.generate(ME, "once", request)).slots
    assert slot.revised_prompt == "Revised: A cat"


def test_the_same_intent_from_eight_threads_is_one_request(services: Services, azure: Upstream) -> None:
    ids: list[str] = []
    gate = threading.Barrier(8)

    def press() -> None:
        gate.wait()
        ids.append(services.generate(ME, "once", DRAW))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8 and len(set(ids)) == 1
    finished(services, ids[0])
    assert services.generate(ME, "once", DRAW) == ids[0]
    assert (len(azure.requests), len(azure.bill)) == (1, 1)


def test_both_routes_share_the_line(services: Services, azure: Upstream) -> None:
    azure.hold("generation")
    asked = [DRAW, DRAW, replace(DRAW, deployment=None, api_version=None)]
    ids = [services.generate(ME, str(number), request) for number, request in enumerate(asked)]
    azure.wait_for("generation", 2)
    assert [services.operation(ME, id).state for id in ids] == ["submitting", "submitting", "queued"]
    assert [services.cancel_operation(ME, id) for id in ids[:2]] == [False, False]
    azure.release("generation")
    assert {finished(services, id).state for id in ids} == {"succeeded"}
    assert (len(azure.received("submit")), len(azure.bill)) == (1, 3)


def test_a_blocked_prompt_is_told_with_its_report(services: Services, azure: Upstream) -> None:
    azure.enqueue("generation", policy_violation(violence="high"))
    view = finished(services, services.generate(ME, "once", DRAW))
    assert (view.state, view.slots, view.filter.state) == ("failed", (), FilterState.PROMPT_BLOCKED)
    assert [found.category for found in view.filter.findings if found.filtered] == ["violence"]


def test_asking_again_about_a_lost_answer_sends_nothing(services: Services, azure: Upstream) -> None:
    azure.enqueue("generation", Reply(reset=True, billed=True))
    id = services.generate(ME, "once", DRAW)
    assert isinstance(finished(services, id).error, OutcomeUnknown)
    services.check_operation(ME, id)
    wait(lambda: services.operation(ME, id).state == "unknown")
    assert (len(azure.requests), len(azure.bill)) == (1, 1)


def test_a_finished_generation_is_as_it_was_after_a_restart(
    start: Callable[..., Services], azure: Upstream
) -> None:
    first = start(image_deployments=DEPLOYMENTS)
    id = first.generate(ME, "once", DRAW)
    before = finished(first, id)
    first.close()
    second = start()
    assert second.operation(ME, id) == before
    assert second.generate(ME, "once", DRAW) == id
    assert len(azure.bill) == 1


@pytest.mark.parametrize(
    ("deployment", "version"), [("dall-e-3", "2024-10-21"), ("gpt-image-2", "2025-04-01-preview")]
)
def test_without_an_api_version_the_first_that_serves_the_family_is_asked(
    services: Services, azure: Upstream, deployment: str, version: str
) -> None:
    request = ImageRequest(prompt="A cat", deployment=deployment)
    finished(services, services.generate(ME, "intent", request))
    assert azure.received("generation")[0].query == {"api-version": version}


def test_a_server_without_dated_versions_is_asked_by_v1(
    start: Callable[..., Services], azure: Upstream
) -> None:
    services = start(v1_path="/openai/v1")
    finished(
        services, services.generate(ME, "intent", ImageRequest(prompt="A cat", deployment="gpt-image-1"))
    )
    assert azure.received("generation")[0].path == "/openai/v1/images/generations"


def test_a_preview_can_be_seen_while_the_picture_is_drawn(
    start: Callable[..., Services], azure: Upstream
) -> None:
    services = start(image_deployments=DEPLOYMENTS)
    azure.enqueue("generation", drawing(b"no picture", picture(1, side=900), last=picture(7), pause=0.4))
    id = services.generate(ME, "once", replace(DRAW, n=1, partial_images=2))
    wait(lambda: services.operation(ME, id).preview)
    view = services.operation(ME, id)
    assert view.state == "submitting" and view.preview
    with Image.open(io.BytesIO(view.preview)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (512, 512))
    before = finished(services, id)
    assert (before.state, before.preview, len(before.slots)) == ("succeeded", None, 1)
    assert before.usage == {"total_tokens": 12, "input_tokens": 4, "output_tokens": 8, "text_tokens": 4}
    services.close()
    assert start().operation(ME, id) == before
