"""A picture that is shown while it is drawn: previews as they come, then the same answer as without them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from services.azure import Azure, image_stream
from services.azure.filters import FilterState
from services.azure.image_request import ImageRequest
from services.azure.images import OperationReply
from services.config import Secret, Settings
from services.errors import BadReply, OutcomeUnknown
from tests.azure_bodies import drawing, generated, picture, sse
from tests.azure_reply import Reply
from tests.upstream import Upstream

KEY = "CANARY-K1-0123456789abcdef"
ASK = ImageRequest(
    prompt="A cat", deployment="gpt-image-1", partial_images=2, api_version="2025-04-01-preview"
)


@pytest.fixture
def client(azure: Upstream) -> Azure:
    return Azure(Settings(endpoint=azure.url, keys=(Secret(KEY),)))


def drawn(azure: Upstream, client: Azure, *replies: Any) -> tuple[OperationReply, list[bytes]]:
    azure.enqueue("generation", *replies)
    previews: list[bytes] = []
    reply = client.generate(ASK, on_preview=previews.append)
    return reply, previews


def test_previews_come_first_and_the_picture_last(azure: Upstream, client: Azure) -> None:
    reply, previews = drawn(azure, client)
    assert previews == [picture(100), picture(101)]
    assert [each.content for each in reply.pictures] == [picture(0)]
    assert reply.usage == {"total_tokens": 12, "input_tokens": 4, "output_tokens": 8, "text_tokens": 4}
    (request,) = azure.requests
    assert (request.json["stream"], request.json["partial_images"]) == (True, 2)


@pytest.mark.parametrize("change", [{"partial_images": None}, {"partial_images": 0}, {"n": 2}])
def test_without_previews_nothing_is_streamed(
    azure: Upstream, client: Azure, change: dict[str, int | None]
) -> None:
    client.generate(replace(ASK, **change))
    assert not {"stream", "partial_images"} & azure.requests[0].json.keys()


@pytest.mark.parametrize(
    "reply",
    [
        drawing(last=picture(7)),
        drawing(picture(1), picture(2), last=picture(7), done=True),
        drawing(picture(1), last=picture(7), newline="\r\n", pause=0.01),
        generated(picture(7)),  # a server that does not stream
    ],
)
def test_however_many_come_the_picture_is_the_same(azure: Upstream, client: Azure, reply: Any) -> None:
    assert [each.content for each in drawn(azure, client, reply)[0].pictures] == [picture(7)]


def test_a_preview_that_is_no_base64_is_none(azure: Upstream, client: Azure) -> None:
    kinds = ("%", None, 5)
    bad = [json.dumps({"type": image_stream.PREVIEW, "b64_json": kind}) for kind in kinds]
    last = {"type": image_stream.COMPLETED, **generated(picture(7))["data"][0]}
    reply, previews = drawn(azure, client, sse({"type": "ping"}, *bad, last))
    assert ([each.content for each in reply.pictures], previews) == ([picture(7)], [b"", b""])


@pytest.mark.parametrize(
    "reply", [drawing(picture(1), last=None), drawing(last=None), drawing(last=picture(7), stop_after=60)]
)
def test_a_stream_that_ends_too_early_leaves_the_outcome_unknown(
    azure: Upstream, client: Azure, reply: Reply
) -> None:
    with pytest.raises(OutcomeUnknown):
        drawn(azure, client, reply)


@pytest.mark.parametrize(("code", "state"), [("moderation_blocked", FilterState.PROMPT_BLOCKED), ("x", None)])
def test_an_error_inside_the_stream_is_the_answer(
    azure: Upstream, client: Azure, code: str, state: FilterState | None
) -> None:
    error = {"type": "error", "error": {"code": code, "message": f"No, {KEY}."}}
    reply, _ = drawn(azure, client, sse(error))
    assert (reply.status, reply.error, reply.error_code) == ("failed", "No, (key).", code)
    assert (reply.filter and reply.filter.state) == state


def test_an_event_has_a_cap(azure: Upstream, client: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_stream, "EVENT_CAP", 200_000)
    with pytest.raises(BadReply, match="event over"):
        drawn(azure, client, Reply(200, pieces=[b"data: ", b"x" * 400_000], headers=EVENTS))
    with pytest.raises(BadReply, match="larger than"):
        drawn(azure, client, Reply(200, pieces=[b"data: {}\n\n" * 9_000] * 20, headers=EVENTS))


EVENTS = {"content-type": "text/event-stream"}
