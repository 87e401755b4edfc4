"""A picture that is waited for: sent once, kept byte for byte, and never sent again."""

from typing import Any

import pytest

from services.errors import NotSaved
from services.pictures import StoredPicture
from services.store import Row
from tests.azure_bodies import (
    IMAGE_BLOCKED,
    error,
    generated,
    moderation_blocked,
    picture,
    policy_violation,
    safety,
)
from tests.azure_reply import Received, Reply
from tests.services.bench import Bench
from tests.services.following import KEY_1, KEY_2, on_disk
from tests.upstream import Upstream

NEVER_ARRIVED = "The request was sent, but the pictures never arrived: they may have been made."


def add(bench: Bench, state: str = "queued", deployment: str = "gpt-image-1", **more: Any) -> None:
    request = {"prompt": "A cat", "deployment": deployment, "api_version": "2025-04-01-preview", "n": 2}
    bench.add(state, request=request, **more)


def work(bench: Bench, azure: Upstream, *replies: Any, **more: Any) -> Row:
    azure.enqueue("generation", *replies)
    add(bench, **more)
    return bench.carry_out()


def test_a_generation_is_sent_once_and_kept_byte_for_byte(bench: Bench, azure: Upstream) -> None:
    row = work(bench, azure)
    assert (row["state"], row["error"], row["service_id"]) == ("succeeded", None, None)
    assert bench.originals() == [picture(0), picture(1)]
    assert [(slot["width"], slot["height"]) for slot in row["slots"]] == [(8, 8), (8, 8)]
    assert (len(azure.requests), len(azure.bill)) == (1, 1)
    (answer,) = row["polls"]
    assert (answer["http_status"], answer["status"], answer["retry_after_s"]) == (200, "", None)
    assert answer["request_id"]


def test_the_row_says_submitting_before_the_request_leaves(bench: Bench, azure: Upstream) -> None:
    seen: list[Row] = []

    def generate(request: Received) -> Reply:
        seen.append(bench.row)
        return Reply(200, generated(picture()))

    work(bench, azure, generate)
    assert (seen[0]["state"], seen[0]["submitted_at"]) == ("submitting", 1_000.0)


def test_a_set_keeps_its_order_with_every_kind_of_slot(bench: Bench, azure: Upstream) -> None:
    hit = generated(picture(7))["data"][0] | {"content_filter_results": safety(hate="high")}
    linked = {"url": f"{azure.url}/pictures/3.png?sig=s", "revised_prompt": "A fat cat"}
    items = [picture(0), IMAGE_BLOCKED, linked, {"b64_json": "%"}, hit, {}, picture(1)]
    row = work(bench, azure, generated(*items))
    assert row["state"] == "succeeded"
    assert bench.originals() == [picture(0), None, picture(3), None, None, None, picture(1)]
    assert [(slot.get("filter") or {}).get("state") for slot in row["slots"]] == [
        None,
        "image_blocked",
        None,
        None,
        "image_blocked",
        None,
        None,
    ]
    assert row["slots"][2]["revised_prompt"] == "A fat cat"
    assert row["slots"][3]["error"] == "The service sent a picture that cannot be decoded."
    assert row["slots"][5]["error"] == "The service gave no link for this picture."


def test_a_picture_that_the_disk_refuses_is_kept_as_soon_as_there_is_space(
    bench: Bench, azure: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_now, refused = bench.pictures.add, [NotSaved("full")]

    def add(content: bytes) -> StoredPicture:
        if refused:
            raise refused.pop()
        return add_now(content)

    monkeypatch.setattr(bench.pictures, "add", add)
    assert work(bench, azure, generated(picture(0)))["state"] == "succeeded"
    assert (bench.originals(), len(azure.bill)) == ([picture(0)], 1)


@pytest.mark.parametrize(
    ("reply", "end"), [(generated(picture(0)), "succeeded"), (moderation_blocked(), "failed")]
)
def test_an_end_that_the_database_refuses_once_is_written_the_next_time(
    bench: Bench, azure: Upstream, monkeypatch: pytest.MonkeyPatch, reply: Any, end: str
) -> None:
    step_now, refused = bench.store.step, [NotSaved("locked")]

    def step(id: str, **values: Any) -> bool:
        if values.get("state") == end and refused:
            raise refused.pop()
        return step_now(id, **values)

    monkeypatch.setattr(bench.store, "step", step)
    assert (work(bench, azure, reply)["state"], refused) == (end, [])
    assert len(azure.received("generation")) == 1


def test_pictures_are_kept_though_another_has_given_the_operation_up_meanwhile(
    bench: Bench, azure: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_now, ends = bench.pictures.add, []

    def add(content: bytes) -> StoredPicture:
        ends.append(bench.take_over()["state"])
        return add_now(content)

    monkeypatch.setattr(bench.pictures, "add", add)
    row = work(bench, azure, generated(picture(0)))
    assert (row["state"], row["error"], ends) == ("succeeded", None, ["unknown"])
    assert (bench.originals(), len(azure.bill)) == ([picture(0)], 1)


def test_bytes_that_are_no_picture_have_their_own_message(bench: Bench, azure: Upstream) -> None:
    row = work(bench, azure, generated(b"<html></html>", picture(1)))
    assert (row["state"], bench.originals()) == ("succeeded", [None, picture(1)])
    assert "a web page where" in row["slots"][0]["error"]


def test_linked_pictures_are_fetched_without_any_key_and_their_links_are_not_kept(
    bench: Bench, azure: Upstream
) -> None:
    assert work(bench, azure, deployment="dall-e-3")["state"] == "succeeded"
    assert bench.originals() == [picture(0), picture(1)]
    fetched = azure.received("picture")
    assert len(fetched) == 2
    for request in fetched:
        assert not {"api-key", "authorization", "cookie"} & request.headers.keys()
    kept = on_disk(bench.settings.data_dir)
    assert b"sig=" not in kept and KEY_1.encode() not in kept


def test_a_picture_at_a_stranger_is_not_fetched(bench: Bench, azure: Upstream, spy: Upstream) -> None:
    row = work(bench, azure, generated(f"{spy.url}/pictures/0.png", picture(1)))
    assert (bench.originals(), spy.requests) == ([None, picture(1)], ())
    assert "not allowed" in row["slots"][0]["error"]


def test_a_dead_link_asks_nobody_for_a_fresh_one(bench: Bench, azure: Upstream) -> None:
    azure.defaults["picture"] = Reply(404)
    row = work(bench, azure, generated(f"{azure.url}/pictures/0.png", picture(1)))
    assert (row["state"], bench.originals()) == ("succeeded", [None, picture(1)])
    assert row["slots"][0]["error"] == "The picture's link is gone."
    assert (azure.received("poll"), len(azure.received("generation"))) == ((), 1)


# -- refused


@pytest.mark.parametrize(
    ("reply", "kind", "sentence"),
    [
        (error("rate_limit"), "Busy", "The service is over its request limit."),
        (Reply(503, ""), "Busy", "The service is failing (status 503)."),
        (error("no_deployment"), "Refused", "The service knows no deployment of this name."),
        (error("bad_payload"), "Refused", "The service did not accept this combination of picture settings."),
        (
            {"error": {"code": "internal", "message": "Broken."}},
            "Refused",
            "The image operation failed.",
        ),
        ({"data": []}, "BadReply", "The service finished without an image."),
        (
            Reply(307, b"", {"location": "http://127.0.0.1:1/"}),
            "BadReply",
            "The service answered with an unexpected redirect.",
        ),
    ],
)
def test_a_generation_that_was_refused_has_failed(
    bench: Bench, azure: Upstream, reply: Any, kind: str, sentence: str
) -> None:
    row = work(bench, azure, reply)
    assert (row["state"], row["error"]["kind"], row["error"]["message"]) == ("failed", kind, sentence)
    assert (len(azure.requests), row["filter"]) == (1, None)


@pytest.mark.parametrize(
    ("reply", "categories"),
    [
        (policy_violation(sexual="high"), ["sexual"]),
        (moderation_blocked(), ["violence"]),
        ({"error": {"code": "contentFilter", "message": "No."}}, [None]),
    ],
)
def test_a_prompt_that_was_filtered_has_failed_with_its_findings(
    bench: Bench, azure: Upstream, reply: Any, categories: list[str | None]
) -> None:
    row = work(bench, azure, reply)
    assert (row["state"], row["error"]["kind"], row["slots"]) == ("failed", "Filtered", [])
    assert row["filter"]["state"] == "prompt_blocked"
    found = row["filter"]["findings"]
    assert [finding["category"] for finding in found if finding["filtered"]] == categories
    assert len(azure.requests) == 1


def test_a_service_that_cannot_be_reached_was_sent_nothing(bench: Bench, azure: Upstream) -> None:
    azure.close()
    row = work(bench, azure)
    assert (row["state"], row["error"]["kind"], azure.requests) == ("failed", "Unreachable", ())


def test_a_refused_key_costs_one_request_more(bench: Bench, azure: Upstream) -> None:
    assert work(bench, azure, error("wrong_key"))["state"] == "succeeded"
    assert [request.headers["api-key"] for request in azure.received("generation")] == [KEY_1, KEY_2]
    assert len(azure.bill) == 1


# -- lost


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (error("server_error", billed=True), 500),
        (Reply(502, "<html>Bad Gateway</html>", billed=True), 502),
        (Reply(504, "", billed=True), 504),
        (error("timeout", billed=True), 408),
        (Reply(reset=True, billed=True), None),
        (Reply.raw(b"", billed=True), None),
        (Reply(200, "<html></html>"), None),
        (Reply(200, generated(picture()), stop_after=20), 200),
    ],
)
def test_a_generation_whose_answer_was_lost_is_unknown_and_not_repeated(
    bench: Bench, azure: Upstream, reply: Reply, status: int | None
) -> None:
    row = work(bench, azure, reply)
    assert (row["state"], row["error"]["kind"]) == ("unknown", "OutcomeUnknown")
    assert (row["error"]["message"], row["error"]["status"]) == (NEVER_ARRIVED, status)
    assert "both may be billed" in row["error"]["advice"]
    assert (len(azure.requests), len(azure.bill)) == (1, 1)


def test_a_lost_answer_keeps_its_request_id(bench: Bench, azure: Upstream) -> None:
    reply = error("server_error", headers={"apim-request-id": "r-9"})
    assert work(bench, azure, reply)["error"]["request_id"] == "r-9"


@pytest.mark.parametrize("state", ["submitting", "polling", "saving"])
def test_a_generation_found_under_way_after_a_restart_is_unknown_and_not_repeated(
    bench: Bench, azure: Upstream, state: str
) -> None:
    add(bench, state, submitted_at=990.0)
    row = bench.carry_out()
    assert (row["state"], row["error"]["message"], row["slots"]) == ("unknown", NEVER_ARRIVED, [])
    assert azure.requests == ()


def test_a_generation_that_waits_in_line_is_sent_after_a_restart(bench: Bench, azure: Upstream) -> None:
    add(bench)
    assert (bench.row["state"], azure.requests) == ("queued", ())
    assert (bench.carry_out()["state"], len(azure.bill)) == ("succeeded", 1)


def test_a_generation_canceled_a_moment_ago_is_not_sent(bench: Bench, azure: Upstream) -> None:
    add(bench)
    row = bench.store.claim("worker", 60) or {}
    bench.store.step("a", was=("queued",), state="canceled")
    bench.worker.carry_out(row)
    assert (bench.row["state"], azure.requests) == ("canceled", ())
