"""Keyed calls: to one origin, with one key after the other, and never with a key in what comes out."""

import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from services.azure.headers import shown_headers
from services.azure.resource import Call, Resource
from services.azure.retry import Caller, Deadline, Policy, Wait
from services.azure.versions import Target
from services.config import Secret
from services.errors import BadReply, Busy, OutcomeUnknown, Refused, ServiceError
from tests.azure_bodies import error, token_refused
from tests.azure_reply import Reply
from tests.services.following import KEY_1, KEY_2, strings
from tests.upstream import Upstream

SOON = Policy(deadline=Deadline(first_byte=0.3, idle=5, total=5))
PATH = "/openai/deployments/text/completions"
CALL = Call("POST", Target(PATH, "2022-06-01-preview", {"prompt": "Hi"}), SOON)


@pytest.fixture
def connect(azure: Upstream) -> Callable[..., Resource]:

    def make(*keys: str) -> Resource:
        return Resource(azure.url, tuple(map(Secret, keys)))

    return make


def keys_used(azure: Upstream) -> list[str]:
    return [request.headers["api-key"] for request in azure.requests]


def test_a_call_carries_key_version_and_body(azure: Upstream, connect: Callable[..., Resource]) -> None:
    reply = connect(KEY_1).send(CALL)
    (request,) = azure.requests
    assert (request.path, request.query) == (PATH, {"api-version": "2022-06-01-preview"})
    assert (request.json, request.headers["api-key"]) == ({"prompt": "Hi"}, KEY_1)
    assert (reply.status, reply.body["object"]) == (200, "text_completion")
    assert "authorization" not in request.headers


def test_a_version_cannot_add_parameters(azure: Upstream, connect: Callable[..., Resource]) -> None:
    connect(KEY_1).send(Call("POST", Target(PATH, "a&b=c#d", {"prompt": "Hi"}), SOON))
    assert azure.requests[0].query == {"api-version": "a&b=c#d"}


INVALID = Reply(403, {"error": {"code": "403", "message": "Access denied due to invalid subscription key."}})
REFUSED_KEY = [error("wrong_key"), token_refused(), Reply(401, ""), Reply(401, "<html>no</html>"), INVALID]


class Told(Caller):
    """Waits once in no time, and keeps what it is told."""

    def __init__(self) -> None:
        self.notices: list[str] = []

    def pause(self, wait: Wait) -> bool:
        return True

    def told(self, notice: str) -> None:
        self.notices.append(notice)


@pytest.mark.parametrize("refusal", REFUSED_KEY)
def test_a_refused_key_is_replaced_by_the_other_and_that_is_remembered(
    azure: Upstream, connect: Callable[..., Resource], refusal: Reply
) -> None:
    resource, told = connect(KEY_1, KEY_2), Told()
    azure.enqueue("completions", refusal)
    assert resource.send(replace(CALL, caller=told)).status == 200
    assert keys_used(azure) == [KEY_1, KEY_2]
    resource.send(replace(CALL, caller=told))
    assert keys_used(azure) == [KEY_1, KEY_2, KEY_2]
    azure.enqueue("completions", refusal)
    resource.send(replace(CALL, caller=told))
    assert keys_used(azure)[3:] == [KEY_2, KEY_1]
    assert told.notices == ["Key 1 was refused, using key 2.", "Key 2 was refused, using key 1."]


@pytest.mark.parametrize("refusal", REFUSED_KEY)
@pytest.mark.parametrize("keys", [(KEY_1, KEY_2), (KEY_1,)])
def test_when_every_key_is_refused_it_stops(
    azure: Upstream, connect: Callable[..., Resource], keys: tuple[str, ...], refusal: Reply
) -> None:
    azure.defaults["completions"] = refusal
    told = Told()
    with pytest.raises(Refused) as caught:
        connect(*keys).send(replace(CALL, caller=told))
    words = "both keys" if len(keys) == 2 else "the key"
    assert str(caught.value) in (f"The service refused {words}.", "The service refused the access token.")
    assert keys_used(azure) == list(keys)
    assert told.notices == []


def test_a_call_that_began_with_the_refused_key_still_changes_to_the_good_one(
    azure: Upstream, connect: Callable[..., Resource]
) -> None:
    azure.keys = [KEY_2]
    azure.hold("completions")
    resource = connect(KEY_1, KEY_2)
    with ThreadPoolExecutor(8) as pool:
        replies = [pool.submit(resource.send, CALL) for _ in range(8)]
        azure.wait_for("completions", 8)
        azure.release("completions")
        assert {reply.result().status for reply in replies} == {200}
    assert sorted(keys_used(azure)) == [KEY_1] * 8 + [KEY_2] * 8


def test_what_the_other_key_meets_is_what_counts(azure: Upstream, connect: Callable[..., Resource]) -> None:
    azure.enqueue("completions", error("wrong_key"), error("rate_limit", headers={"retry-after": "0"}))
    told = Told()
    assert connect(KEY_1, KEY_2).send(replace(CALL, caller=told)).status == 200
    assert keys_used(azure) == [KEY_1, KEY_2, KEY_2]
    assert told.notices == ["Key 1 was refused, using key 2."]


@pytest.mark.parametrize(
    "reply", [Reply(reset=True), error("server_error"), error("firewall"), error("rate_limit"), Reply(302)]
)
def test_nothing_but_a_refused_key_tries_the_other_key(
    azure: Upstream, connect: Callable[..., Resource], reply: Reply
) -> None:
    azure.enqueue("completions", reply)
    with pytest.raises(ServiceError):
        connect(KEY_1, KEY_2).send(CALL)
    assert keys_used(azure) == [KEY_1]


@pytest.mark.parametrize(
    ("replies", "requests"),
    [
        ([error("rate_limit")], 2),
        ([Reply(503, "")] * 2, 3),
        ([Reply(503, "")] * 9, 3),
        ([error("rate_limit", headers={"retry-after": "31"})], 1),
        ([Reply(500, "")], 1),
        ([Reply(reset=True)], 1),
        ([Reply(503, "", stop_after=0, content_length=5)], 2),
    ],
)
def test_a_call_is_made_as_often_as_its_policy_says(
    azure: Upstream, connect: Callable[..., Resource], replies: list[Reply], requests: int
) -> None:
    azure.enqueue("completions", *replies)
    with contextlib.suppress(ServiceError):
        assert connect(KEY_1).send(replace(CALL, caller=Told())).status == 200
    assert len(azure.requests) == requests


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_an_error_with_a_sentence(
    azure: Upstream, spy: Upstream, connect: Callable[..., Resource], method: str, status: int
) -> None:
    where = {"location": f"{spy.url}{PATH}"}
    azure.defaults |= {"completions": Reply(status, b"", where), "other": Reply(status, b"", where)}
    with pytest.raises(BadReply, match="^The service answered with an unexpected redirect.$") as caught:
        connect(KEY_1, KEY_2).send(Call(method, Target(PATH, "2022-06-01-preview"), SOON))
    assert (caught.value.status, len(azure.requests), spy.requests) == (status, 1, ())


ECHO = f"<h1>401</h1> api-key: {KEY_1} and {KEY_2}"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(401, ECHO), Refused),
        (Reply(401, {"error": {"code": KEY_1, "message": ECHO}}), Refused),
        (Reply(400, {"error": {"code": "BadRequest", "message": ECHO}}), Refused),
        (Reply(403, {"error": {"code": "403", "message": ECHO}}), Refused),
        (Reply(404, ECHO), Refused),
        (Reply(429, {"error": {"message": ECHO}}), Busy),
        (Reply(500, ECHO), Busy),
        (Reply(302, ECHO, {"location": f"http://x/{KEY_1}"}), BadReply),
        (Reply(200, ECHO), BadReply),
        (Reply(200, b'{"a": 1', stop_after=3), OutcomeUnknown),
        (Reply(reset=True), OutcomeUnknown),
        (Reply(hang=True), OutcomeUnknown),
        (Reply.raw(f"HTTP/1.1 {KEY_1}\r\n\r\n".encode()), OutcomeUnknown),
    ],
)
def test_no_key_is_in_an_error_or_a_log(
    azure: Upstream,
    connect: Callable[..., Resource],
    caplog: pytest.LogCaptureFixture,
    reply: Reply,
    kind: type[ServiceError],
) -> None:
    caplog.set_level(logging.DEBUG)
    azure.defaults["completions"] = reply
    resource = connect(KEY_1, KEY_2)
    with pytest.raises(kind) as caught:
        resource.send(CALL)
    found: list[Any] = [*strings(caught.value), caplog.text, *strings(resource._keys)]
    assert not any("CANARY" in text for text in found)


def test_a_shown_body_is_cut_short(azure: Upstream, connect: Callable[..., Resource]) -> None:
    azure.enqueue("completions", Reply(400, {"error": {"message": "m" * 50_000}}))
    with pytest.raises(Refused) as caught:
        connect(KEY_1).send(CALL)
    assert (len(caught.value.body), len(caught.value.advice)) == (2_000, 2_000)


@pytest.mark.parametrize("reply", [Reply(500, b"x" * 2**22), Reply(500, b"abcdef", stop_after=2)])
def test_a_refusal_whose_body_cannot_be_read_keeps_its_status(
    azure: Upstream, connect: Callable[..., Resource], reply: Reply
) -> None:
    azure.enqueue("completions", reply)
    with pytest.raises(Busy) as caught:
        connect(KEY_1).send(CALL)
    assert caught.value.status == 500


def test_headers_are_shown_by_an_allow_list() -> None:
    wanted = {"apim-request-id": "1", "x-ms-region": "East", "x-ratelimit-remaining-tokens": "0"}
    assert shown_headers(wanted | {"set-cookie": "a", "server": "b", "api-key": "c"}) == wanted
