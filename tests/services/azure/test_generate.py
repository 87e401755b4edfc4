"""The synchronous image route: where the request goes, and every shape of an answer that holds pictures."""

from dataclasses import replace
from typing import Any

import pytest

from services.azure import Azure, images
from services.azure.filters import FilterState
from services.azure.image_request import ImageRequest
from services.azure.images import OperationReply
from services.config import Secret, Settings
from services.errors import BadReply, Busy, Filtered, OutcomeUnknown, Refused, ServiceError
from tests.azure_bodies import (
    FILTERED_IMAGE,
    IMAGE_BLOCKED,
    error,
    generated,
    moderation_blocked,
    picture,
    policy_violation,
    safety,
)
from tests.azure_reply import Reply
from tests.upstream import Upstream

ASK = ImageRequest(prompt="A cat", deployment="gpt-image-1", n=2, quality="low")
BODY = {"prompt": "A cat", "n": 2, "size": "1024x1024", "quality": "low"}
VERSION = "2025-04-01-preview"


@pytest.fixture
def client(azure: Upstream) -> Azure:
    return Azure(Settings(endpoint=azure.url, keys=(Secret("key"),), image_api_version=VERSION))


def answered(azure: Upstream, client: Azure, reply: Any) -> OperationReply:
    azure.enqueue("generation", reply)
    return client.generate(ASK)


@pytest.mark.parametrize("version", ["2024-02-01", "2024-10-21", VERSION])
def test_a_dated_version_names_the_deployment_in_the_path(
    azure: Upstream, client: Azure, version: str
) -> None:
    client.generate(replace(ASK, api_version=version))
    (request,) = azure.requests
    assert request.target == f"/openai/deployments/gpt-image-1/images/generations?api-version={version}"
    assert (request.route, request.json, request.headers["api-key"]) == ("generation", BODY, "key")
    assert "operation-id" not in request.headers  # nothing recognises a replay here
    assert azure.bill == (request,)


@pytest.mark.parametrize(("version", "query"), [("v1", ""), ("preview", "?api-version=preview")])
def test_other_versions_name_it_in_the_body(azure: Upstream, client: Azure, version: str, query: str) -> None:
    client.generate(replace(ASK, api_version=version))
    (request,) = azure.requests
    assert request.target == f"/openai/v1/images/generations{query}"
    assert request.json == {"model": "gpt-image-1", **BODY}
    assert azure.bill == (request,)


def test_a_deployment_is_quoted_in_the_path(azure: Upstream, client: Azure) -> None:
    client.generate(replace(ASK, deployment="a b?c"))
    assert azure.requests[0].target.startswith("/openai/deployments/a%20b%3Fc/images/generations?")


def test_the_request_names_its_version_before_the_settings_do(azure: Upstream) -> None:
    settings = Settings(endpoint=azure.url, keys=(Secret("key"),), image_api_version="2024-10-21")
    client = Azure(settings)
    client.generate(replace(ASK, api_version="v1"))
    client.generate(ASK)
    assert [request.query for request in azure.requests] == [{}, {"api-version": "2024-10-21"}]


def test_pictures_come_inside_the_answer(azure: Upstream, client: Azure) -> None:
    found = client.generate(ASK)
    assert [item.content for item in found.pictures] == [picture(0), picture(1)]
    assert {item.url for item in found.pictures} == {None}
    assert (found.id, found.status, found.http_status) == (None, "succeeded", 200)
    assert found.request_id and found.error is None and found.filter is None


def test_or_as_links_with_a_revised_prompt(azure: Upstream, client: Azure) -> None:
    (found,) = client.generate(replace(ASK, deployment="dall-e-3", n=1)).pictures
    assert found.content is None and found.url is not None
    assert found.url.startswith(f"{azure.url}/pictures/")
    assert found.revised_prompt == "Revised: A cat"


def test_a_picture_with_its_bytes_may_have_a_revised_prompt_too(azure: Upstream, client: Azure) -> None:
    item = generated(picture())["data"][0] | {"revised_prompt": "A fat cat", "url": None}
    (found,) = answered(azure, client, generated(item)).pictures
    assert (found.content, found.revised_prompt) == (picture(), "A fat cat")


@pytest.mark.parametrize("bad", ["%%%", "abc", "AAAA\n", "é", "-_-_", "\ud83d"])
def test_bytes_that_cannot_be_decoded_have_their_own_message(
    azure: Upstream, client: Azure, bad: str
) -> None:
    one, two = answered(azure, client, generated({"b64_json": bad}, picture(1))).pictures
    assert (one.error, one.content) == ("The service sent a picture that cannot be decoded.", None)
    assert two.content == picture(1)


@pytest.mark.parametrize("item", [{}, {"b64_json": ""}, {"b64_json": 5}, {"url": None}, None, "x", []])
def test_an_entry_without_a_picture_keeps_its_place(azure: Upstream, client: Azure, item: Any) -> None:
    body = {"data": [item, generated(picture())["data"][0]]}
    one, two = answered(azure, client, Reply(200, body)).pictures
    assert one.error == "The service gave no link for this picture."
    assert two.content == picture()


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": None}, {"data": {}}, {"error": None}])
def test_an_answer_may_hold_nothing(azure: Upstream, client: Azure, body: Any) -> None:
    found = answered(azure, client, Reply(200, body))
    assert (found.status, found.pictures, found.error) == ("succeeded", (), None)


def test_a_category_that_was_filtered_blocks_the_picture(azure: Upstream, client: Azure) -> None:
    blocked = generated(picture())["data"][0] | {"content_filter_results": safety(violence="high")}
    clean = generated(picture(1))["data"][0] | {"content_filter_results": safety(violence="low")}
    one, two = answered(azure, client, generated(blocked, clean)).pictures
    assert one.filter is not None and one.filter.state is FilterState.IMAGE_BLOCKED
    assert [found.category for found in one.filter.findings if found.filtered] == ["violence"]
    assert (one.content, two.filter, two.content) == (None, None, picture(1))


def test_an_entry_may_be_an_error(azure: Upstream, client: Azure) -> None:
    one, two = answered(azure, client, generated(IMAGE_BLOCKED, {"error": {"message": "Broken."}})).pictures
    assert one.filter is not None and one.filter.message == FILTERED_IMAGE
    assert (two.filter, two.error) == (None, "Broken.")


@pytest.mark.parametrize(
    "code", ["contentFilter", "content_filter", "content_policy_violation", "moderation_blocked"]
)
def test_an_error_inside_a_200_may_be_the_filter_s(azure: Upstream, client: Azure, code: str) -> None:
    body = {"created": 1, "error": {"code": code, "message": "Your task failed."}}
    found = answered(azure, client, Reply(200, body))
    assert found.filter is not None and found.filter.state is FilterState.PROMPT_BLOCKED
    assert (found.status, found.error_code, found.error) == ("failed", code, "Your task failed.")


def test_or_any_other(azure: Upstream, client: Azure) -> None:
    found = answered(azure, client, Reply(200, {"error": {"code": "internal", "message": "Broken."}}))
    assert (found.status, found.filter, found.error) == ("failed", None, "Broken.")


def test_a_refused_prompt_comes_with_its_findings(azure: Upstream, client: Azure) -> None:
    with pytest.raises(Filtered) as caught:
        answered(azure, client, policy_violation(violence="medium"))
    report = caught.value.report
    assert (report.state, caught.value.code) == (FilterState.PROMPT_BLOCKED, "content_policy_violation")
    assert [found.category for found in report.findings if found.filtered] == ["violence"]
    assert {found.category for found in report.findings} >= {"hate", "sexual", "self_harm", "jailbreak"}
    assert report.message.startswith("Your request was rejected")


def test_a_model_that_refuses_is_the_filter_too(azure: Upstream, client: Azure) -> None:
    with pytest.raises(Filtered) as caught:
        answered(azure, client, moderation_blocked())
    assert (caught.value.report.state, caught.value.status) == (FilterState.PROMPT_BLOCKED, 400)


@pytest.mark.parametrize(
    ("reply", "kind", "sentence"),
    [
        (error("bad_payload"), Refused, "The service did not accept this combination of picture settings."),
        (error("no_deployment"), Refused, "The service knows no deployment of this name."),
        (error("rate_limit"), Busy, "The service is over its request limit."),
        (error("server_error"), Busy, "The service is failing (status 500)."),
        (Reply(200, "<html></html>"), BadReply, "The service sent an answer that is not valid JSON."),
    ],
)
def test_a_refusal_is_told_and_the_request_not_repeated(
    azure: Upstream, client: Azure, reply: Reply, kind: type[ServiceError], sentence: str
) -> None:
    with pytest.raises(kind) as caught:
        answered(azure, client, reply)
    assert (type(caught.value), str(caught.value), len(azure.requests)) == (kind, sentence, 1)


def test_a_lost_answer_is_an_unknown_outcome(azure: Upstream, client: Azure) -> None:
    with pytest.raises(OutcomeUnknown):
        answered(azure, client, Reply(reset=True, billed=True))
    assert (len(azure.requests), len(azure.bill)) == (1, 1)


def test_an_answer_may_be_larger_than_others_but_not_endless(
    azure: Upstream, client: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = {"b64_json": "A" * (11 * 2**20)}
    assert len(answered(azure, client, generated(large)).pictures[0].content or b"") > 8 * 2**20
    monkeypatch.setattr(images, "PICTURE_CAP", 2**20)  # twice that for two pictures
    answered(azure, client, generated({"b64_json": "A" * (2**20 + 2**19)}))
    with pytest.raises(BadReply, match="larger than 2 MiB"):
        answered(azure, client, generated({"b64_json": "A" * (2**21 + 4)}))
