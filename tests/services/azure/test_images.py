"""The asynchronous image route: what goes out, and every shape in which an answer comes back."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.azure import Azure, images
from services.azure.filters import FilterState, Finding
from services.azure.image_request import ImageRequest
from services.azure.images import OperationReply
from services.config import Secret, Settings
from services.errors import BadReply
from tests.azure_bodies import IMAGE_BLOCKED, failed, operation, submitted, succeeded
from tests.azure_reply import Reply
from tests.upstream import Upstream

ASK = ImageRequest(prompt="A cat", n=2, size="256x256")
VERSION = "2023-06-01-preview"
OURS = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def client(azure: Upstream) -> Azure:
    return Azure(Settings(endpoint=azure.url, keys=(Secret("key"),)))


def polled(azure: Upstream, client: Azure, body: Any, **headers: str) -> OperationReply:
    azure.enqueue("poll", Reply(200, body, headers))
    return client.poll("op-1")


def test_a_submit_carries_our_id_and_the_request(azure: Upstream, client: Azure) -> None:
    reply = client.submit(ASK, OURS)
    (request,) = azure.requests
    assert request.target == f"/openai/images/generations:submit?api-version={VERSION}"
    assert request.headers["operation-id"] == OURS
    assert request.json == {"prompt": "A cat", "n": 2, "size": "256x256"}
    assert (reply.id, reply.status, reply.http_status) == (OURS, "notRunning", 202)


LOCATION = "http://spy.example/openai/operations/images/op-9?api-version=1"


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ([LOCATION], {"id": "op-1"}, "op-1"),
        ([], {"id": "op-1"}, "op-1"),
        ([LOCATION], {}, "op-9"),
        (["/openai/dalle/operations/images/op-9?api-version=2"], {}, "op-9"),
        (["//spy.example/op-9"], {}, "op-9"),
        (["http://user:pass@spy.example/op-9"], {}, "op-9"),
        (["http://[::1"], {"id": "op-1"}, "op-1"),
        (["http://[::1"], {}, None),
        ([], {}, None),
        ([""], {}, None),
        ([LOCATION], {"id": "../../secrets"}, None),
        ([LOCATION], {"id": ".."}, None),
        ([LOCATION], {"id": "op 1"}, None),
        ([LOCATION], {"id": "op-1\n"}, None),
        ([LOCATION], {"id": "x" * 129}, None),
        ([LOCATION], {"id": 7}, "op-9"),
        (["http://x/%2e%2e"], {}, None),
    ],
)
def test_the_operation_is_named_by_body_or_header(
    azure: Upstream, client: Azure, headers: list[str], body: Any, expected: str | None
) -> None:
    reply = submitted("", *headers)
    azure.enqueue("submit", replace(reply, body={"status": "notRunning", **body}))
    assert client.submit(ASK, OURS).id == expected


@pytest.mark.parametrize(
    ("location", "ours"),
    [
        ("http://LOCALHOST:{port}/openai/operations/images/op-9", True),
        ("http://localhost:{port}.spy.example/op-9", False),
        ("http://localhost:1/op-9", False),
        ("https://localhost:{port}/op-9", False),
        ("http://localhost:x/op-9", False),
    ],
)
def test_a_place_is_ours_by_its_origin_however_it_is_spelt(
    azure: Upstream, location: str, ours: bool
) -> None:
    port = urlsplit(azure.url).port
    azure.enqueue("submit", submitted("op-1", location.format(port=port)))
    reply = Azure(Settings(endpoint=f"http://localhost:{port}")).submit(ASK, OURS)
    assert (reply.id, reply.notice) == ("op-1", None if ours else images.ELSEWHERE)


def test_a_poll_goes_to_our_own_endpoint(azure: Upstream, client: Azure) -> None:
    client.submit(ASK, OURS)
    reply = client.poll(OURS)
    request = azure.received("poll")[0]
    assert request.target == f"/openai/operations/images/{OURS}?api-version={VERSION}"
    assert (reply.status, len(reply.pictures)) == ("succeeded", 2)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("running", "running"), ("CANCELLED", "CANCELLED"), ("weird\u202e", "weird\u202e"), (5, "5"), ("", "")]
    + [(True, "True"), ({"a": 1}, "{'a': 1}")],
)
def test_a_status_is_kept_as_received(azure: Upstream, client: Azure, status: Any, expected: str) -> None:
    assert polled(azure, client, operation(status)).status == expected


@pytest.mark.parametrize("body", [operation(None), {}, {"id": "op-1"}, {"error": {"code": "x"}}])
def test_an_answer_without_a_status_is_a_bad_reply(azure: Upstream, client: Azure, body: Any) -> None:
    with pytest.raises(BadReply, match="without a status"):
        polled(azure, client, body)


def test_the_wait_and_the_request_id_are_read(azure: Upstream, client: Azure) -> None:
    found = polled(azure, client, operation("running"), **{"retry-after": "3", "apim-request-id": "r-1"})
    assert (found.retry_after, found.request_id, found.pictures) == (3.0, "r-1", ())


@pytest.mark.parametrize("top_level", [False, True])
def test_pictures_stand_in_one_of_two_places(azure: Upstream, client: Azure, top_level: bool) -> None:
    found = polled(azure, client, succeeded("http://a", "http://b", top_level=top_level))
    assert [picture.url for picture in found.pictures] == ["http://a", "http://b"]


@pytest.mark.parametrize("top_level", [False, True])
def test_blocked_and_broken_slots_keep_their_place(azure: Upstream, client: Azure, top_level: bool) -> None:
    items: list[Any] = [IMAGE_BLOCKED, {"url": "http://a", "revised_prompt": "A fat cat"}]
    items += [{"error": {"code": "internal", "message": "Broken."}}, {"error": {"code": "x"}}, {"url": 5}, {}]
    one, two, *rest = polled(azure, client, succeeded(*items, top_level=top_level)).pictures
    assert one.filter is not None and one.url is None
    assert one.filter.state is FilterState.IMAGE_BLOCKED
    assert one.filter.findings == (Finding("image", filtered=True),)  # the service names no category
    assert (two.url, two.revised_prompt, two.filter) == ("http://a", "A fat cat", None)
    gone = "The service gave no link for this picture."
    assert [picture.error for picture in rest] == ["Broken.", "The service gave no reason.", gone, gone]


@pytest.mark.parametrize(
    "more", [{}, {"result": None}, {"result": {}}, {"result": {"data": None}}, {"data": {}}, {"result": "x"}]
)
def test_success_may_come_without_pictures(azure: Upstream, client: Azure, more: Any) -> None:
    assert polled(azure, client, operation("succeeded", **more)).pictures == ()


def test_entries_of_another_type_keep_their_place(azure: Upstream, client: Azure) -> None:
    found = polled(azure, client, operation("succeeded", data=[None, "http://a", 5]))
    assert [picture.url for picture in found.pictures] == [None, None, None]


@pytest.mark.parametrize("code", ["contentFilter", "ContentFilter", "content_filter"])
def test_a_blocked_prompt_ends_the_operation(azure: Upstream, client: Azure, code: str) -> None:
    found = polled(azure, client, failed(code))
    assert found.filter is not None and found.filter.state is FilterState.PROMPT_BLOCKED
    assert (found.error_code, found.error) == (code, "Your task failed as a result of our safety system.")


def test_another_failure_is_no_filter(azure: Upstream, client: Azure) -> None:
    found = polled(azure, client, failed("internal"))
    assert (found.filter, found.error_code) == (None, "internal")


@pytest.mark.parametrize(
    ("expires", "expected"),
    [
        (1_700_000_000, 1.7e9),
        (0, None),
        (-1, None),
        ("soon", None),
        (None, None),
        (2**70, None),
        (True, None),
    ],
)
def test_an_expiry_is_a_hint(azure: Upstream, client: Azure, expires: Any, expected: float | None) -> None:
    assert polled(azure, client, succeeded("http://a") | {"expires": expires}).expires == expected


def test_a_message_is_kept_to_2000_characters(azure: Upstream, client: Azure) -> None:
    error = {"code": "internal", "message": "m" * 9_000}
    found = polled(azure, client, operation("failed", error=error, data=[{"error": error}]))
    assert [len(text or "") for text in (found.error, found.pictures[0].error)] == [2_000, 2_000]


def test_settings_without_an_endpoint_make_no_client() -> None:
    with pytest.raises(ValueError, match="sandbox"):
        Azure(Settings())
