"""Whole answers that refuse, redirect or make no sense: what is said, and how often the service is asked."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from services import Filtered, FilterState, RunState
from tests.azure_bodies import error, operation, picture, prompt_blocked, submitted, token_refused
from tests.azure_reply import Reply
from tests.faults.conftest import DRAW, DRAW_AT_ONCE, SIGNATURE, Playground
from tests.services.following import KEY_1, KEY_2

HTML = {"content-type": "text/html"}
SLOW = {"retry-after": "86400"}
ECHO = (
    f"api-key: {KEY_1}, {KEY_2.lower()}; see https://a.blob.core.windows.net/i?se=1&sig={SIGNATURE}, "
    f"%26sig%3D{SIGNATURE}"
)

# name: reply, kind of error, its words, requests
ANSWERS: dict[str, tuple[Reply, str, str, int]] = {
    "400": (Reply(400, ""), "Refused", "The service refused the request (status 400).", 1),
    "400 html": (Reply(400, "<h1>Bad</h1>", HTML), "Refused", "refused the request (status 400).", 1),
    "400 list": (Reply(400, "[1]"), "Refused", "The service refused the request (status 400).", 1),
    "401": (error("wrong_key"), "Refused", "The service refused both keys.", 2),
    "401 flat": (token_refused(), "Refused", "The service refused the access token.", 2),
    "401 empty": (Reply(401, ""), "Refused", "The service refused both keys.", 2),
    "401 html": (Reply(401, f"<p>{ECHO}</p>", HTML), "Refused", "The service refused both keys.", 2),
    "402": (Reply(402, ""), "Refused", "The service refused the request (status 402).", 1),
    "403": (Reply(403, ""), "Refused", "The resource does not allow this call.", 1),
    "403 key": (
        Reply(403, {"error": {"code": "403", "message": "invalid subscription key"}}),
        "Refused",
        "The service refused both keys.",
        2,
    ),
    "403 firewall": (error("firewall"), "Refused", "The resource does not admit this machine.", 1),
    "403 blocked": (error("resource_blocked"), "Filtered", "The whole resource is blocked.", 1),
    "404": (error("not_found"), "Refused", "The service has nothing at this address.", 1),
    "404 deployment": (error("no_deployment"), "Refused", "knows no deployment of this name.", 1),
    "405": (Reply(405, ""), "Refused", "The service has nothing at this address.", 1),
    "407": (Reply(407, "", HTML), "Refused", "The service refused the request (status 407).", 1),
    "408": (error("timeout"), "Busy", "The service took too long and gave up.", 1),
    "409": (Reply(409, ""), "Refused", "The service refused the request (status 409).", 1),
    "410": (Reply(410, ""), "Refused", "The service has nothing at this address.", 1),
    "413": (Reply(413, "<html>"), "Refused", "The service found the request too large.", 1),
    "418": (Reply(418, "short and stout"), "Refused", "refused the request (status 418).", 1),
    "429 tomorrow": (error("rate_limit", headers=SLOW), "Busy", "over its request limit.", 1),
    "431": (Reply(431, ""), "Refused", "The service found the request too large.", 1),
    "500": (error("server_error"), "Busy", "The service is failing (status 500).", 1),
    "500 echo": (Reply(500, ECHO), "Busy", "The service is failing (status 500).", 1),
    "500 broken": (Reply(500, b"abcdef", stop_after=2), "Busy", "The service is failing (status 500).", 1),
    "500 large": (Reply(500, b"x" * 2**21), "Busy", "The service is failing (status 500).", 1),
    "501": (Reply(501, ""), "Busy", "The service is failing (status 501).", 1),
    "502": (Reply(502, "<html>Bad Gateway</html>"), "Busy", "The service is failing (status 502).", 1),
    "503 later": (Reply(503, "", {"retry-after": "60"}), "Busy", "The service is failing (status 503).", 1),
    "504": (Reply(504, ""), "Busy", "The service is failing (status 504).", 1),
    "529": (Reply(529, ""), "Busy", "The service is failing (status 529).", 1),
    "600": (Reply(600, ""), "Busy", "The service is failing (status 600).", 1),
    "101": (Reply.raw(b"HTTP/1.1 101 Switching\r\n\r\n"), "Refused", "refused the request (status 101).", 1),
    "echo in json": (
        Reply(400, {"error": {"code": ECHO, "message": ECHO}}),
        "Refused",
        "refused the request (status 400).",
        1,
    ),
    "echo in the reason": (Reply(400, "", reason=ECHO), "Refused", "refused the request (status 400).", 1),
    "echo in headers": (
        Reply(400, "", {"apim-request-id": ECHO, "x-ms-region": ECHO, "x-ratelimit-remaining-tokens": ECHO}),
        "Refused",
        "refused the request (status 400).",
        1,
    ),
    **{
        f"redirect {status}": (
            Reply(status, "", {"location": "SPY"}),
            "BadReply",
            "The service answered with an unexpected redirect.",
            1,
        )
        for status in (300, 301, 302, 303, 304, 305, 307, 308, 399)
    },
}


def led_astray(reply: Reply, playground: Playground) -> Callable[[object], Reply]:
    """The reply with the spy's address wherever it names one."""
    headers = {
        name: playground.spy.url if value == "SPY" else value for name, value in dict(reply.headers).items()
    }
    return lambda _: Reply(**{**{name: getattr(reply, name) for name in reply.__slots__}, "headers": headers})


@pytest.mark.parametrize(("reply", "kind", "words", "requests"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_to_a_completion(
    playground: Playground, reply: Reply, kind: str, words: str, requests: int
) -> None:
    playground.azure.enqueue("completions", *[led_astray(reply, playground)] * requests)
    run = playground.complete()
    assert (run.state, type(run.error).__name__, run.value.choices) == (RunState.FAILED, kind, ())
    assert run.error is not None and words in str(run.error) and run.error.advice
    assert len(playground.azure.requests) == requests


@pytest.mark.parametrize(
    "name",
    ["400", "401 html", "403 key", "404", "408", "413", "429 tomorrow", "500 echo", "503 later", "504"]
    + ["101", "echo in headers", "redirect 302", "redirect 308"],
)
def test_an_answer_to_a_generation(playground: Playground, name: str) -> None:
    """A failure that may hide accepted work is of unknown outcome; the rest was refused."""
    reply, kind, words, requests = ANSWERS[name]
    playground.azure.enqueue("generation", *[led_astray(reply, playground)] * requests)
    view = playground.draw(DRAW_AT_ONCE)
    unknown = kind == "Busy" and reply.status not in (429, 503)
    assert view.state == ("unknown" if unknown else "failed")
    assert view.error is not None and view.error.advice
    if not unknown:
        assert words in str(view.error)
    assert (len(playground.azure.requests), playground.azure.bill) == (requests, ())


@pytest.mark.parametrize("name", ["401 html", "404", "500", "echo in json", "redirect 307", "429 tomorrow"])
def test_an_answer_to_a_submit(playground: Playground, name: str) -> None:
    reply, kind, words, requests = ANSWERS[name]
    playground.azure.enqueue("submit", *[led_astray(reply, playground)] * requests)
    view = playground.draw()
    unknown = kind == "Busy" and reply.status not in (429, 503)
    assert view.state == ("unknown" if unknown else "failed")
    assert unknown or words in str(view.error)
    assert (len(playground.azure.received("submit")), playground.azure.bill) == (requests, ())


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        *((name, True) for name in ("408", "500", "502", "503 later", "504", "404")),
        *((name, False) for name in ("401 html", "403", "410", "echo in json")),
    ],
)
def test_an_answer_to_a_poll(playground: Playground, name: str, hidden: bool) -> None:
    """A passing failure is not even seen; a refusal leaves the outcome to be asked for again."""
    reply, _, words, requests = ANSWERS[name]
    headers = {key: value for key, value in dict(reply.headers).items() if key != "retry-after"}
    again = Reply(reply.status, reply.body, headers)
    playground.azure.enqueue("poll", *[again] * requests)
    view = playground.draw()
    assert view.state == ("succeeded" if hidden else "unknown")
    assert hidden or words in str(view.error)
    assert (len(playground.azure.received("submit")), len(playground.azure.bill)) == (1, 1)


@pytest.mark.parametrize("route", ["completions", "submit", "generation", "poll"])
@pytest.mark.parametrize("refusal", [error("wrong_key"), Reply(401, ECHO)], ids=["json", "text"])
def test_the_other_key_at_every_stage(playground: Playground, route: str, refusal: Reply) -> None:
    playground.azure.enqueue(route, refusal)
    if route == "completions":
        assert playground.complete().state is RunState.DONE
    else:
        assert playground.draw(DRAW_AT_ONCE if route == "generation" else DRAW).state == "succeeded"
    used = [request.headers["api-key"] for request in playground.azure.received(route)]
    assert used == [KEY_1, KEY_2]


# -- JSON

DEEP = "[" * 100_000 + "]" * 100_000
BAD_JSON: dict[str, str | bytes] = {
    "empty": "",
    "null": "null",
    "list": "[]",
    "text": '"succeeded"',
    "number": "5",
    "html": "<!doctype html><title>Log in</title>",
    "cut": '{"id": "op", "status": "run',
    "two objects": '{"id": "op"}{"id": "op"}',
    "trailing comma": '{"status": "running",}',
    "nan": '{"status": "running", "created": NaN}',
    "infinity": '{"status": "running", "created": -Infinity}',
    "duplicate keys": '{"status": "running", "status": "succeeded"}',
    "duplicate keys deep": '{"status": "running", "error": {"code": "a", "code": "b"}}',
    "too deep": '{"status": "running", "a": ' + DEEP + "}",
    "too many digits": '{"status": "running", "created": ' + "9" * 5_000 + "}",
    "single quotes": "{'status': 'running'}",
    "utf-16": '{"status": "running"}'.encode("utf-16"),
    "binary": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "sse": 'data: {"status": "running"}\n\n',
}
bad_json = pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON)
JSON = {"content-type": "application/json"}


@bad_json
@pytest.mark.parametrize("streamed", [True, False], ids=["event", "whole"])
def test_bad_json_in_a_completion(playground: Playground, body: str | bytes, streamed: bool) -> None:
    raw = body.encode() if isinstance(body, str) else body
    event = b"data: " + raw.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n\n"
    reply = Reply(200, event, {"content-type": "text/event-stream"}) if streamed else Reply(200, raw, JSON)
    playground.azure.enqueue("completions", reply)
    run = playground.complete()
    ended_without_a_word = streamed and body in ("", 'data: {"status": "running"}\n\n')
    assert run.state is RunState.FAILED, run.error
    assert type(run.error).__name__ == "BadReply" or ended_without_a_word
    assert len(playground.azure.requests) == 1


@bad_json
def test_bad_json_in_a_poll_is_asked_again(playground: Playground, body: str | bytes) -> None:
    playground.azure.enqueue("poll", Reply(200, body, JSON))
    view = playground.draw()
    assert (view.state, len(playground.azure.received("poll")), len(playground.azure.bill)) == (
        "succeeded",
        2,
        1,
    )


@bad_json
def test_bad_json_in_a_submit_is_never_sent_again(playground: Playground, body: str | bytes) -> None:
    playground.azure.enqueue("submit", Reply(202, body, JSON))
    view = playground.draw()
    assert (view.state, len(playground.azure.received("submit")), len(playground.azure.bill)) == (
        "succeeded",
        1,
        1,
    )


@pytest.mark.parametrize("name", ["empty", "html", "cut", "list", "too deep", "duplicate keys"])
def test_bad_json_in_a_generation_is_of_unknown_outcome(playground: Playground, name: str) -> None:
    playground.azure.enqueue("generation", Reply(200, BAD_JSON[name], JSON))
    view = playground.draw(DRAW_AT_ONCE)
    assert (view.state, len(playground.azure.bill), len(playground.azure.requests)) == ("unknown", 1, 1)


GOOD_JSON = {
    "bom": "\ufeff%s",
    "blanks": " \r\n\t%s\n\n",
    "escapes": "%s",
}


@pytest.mark.parametrize("shape", GOOD_JSON.values(), ids=GOOD_JSON)
@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "text/html", "", "application/problem+json"]
)
def test_json_is_taken_whatever_it_is_called(playground: Playground, shape: str, kind: str) -> None:
    body = json.dumps(operation("running", "op") | {"extra": ["\ud800", {"a": None}], "": 1})
    playground.azure.enqueue("poll", Reply(200, shape % body, {"content-type": kind}))
    view = playground.draw()
    assert [poll.status for poll in view.polls[-2:]] == ["running", "succeeded"]


# -- operations


@pytest.mark.parametrize("status", ["Failed", "CANCELLED", "canceled", "deleted", "failed"])
def test_an_operation_that_ends_badly(playground: Playground, status: str) -> None:
    playground.azure.enqueue("poll", operation(status, "op") | {"error": {"code": ECHO, "message": ECHO}})
    view = playground.draw()
    assert (view.state, type(view.error).__name__) == ("failed", "Refused")
    assert len(playground.azure.bill) == 1


@pytest.mark.parametrize(
    "status", ["weird", "", "NOTRUNNING", "inProgress", "queued", 5, ["a"], {}, True, ECHO]
)
def test_an_unknown_status_is_one_that_goes_on(playground: Playground, status: object) -> None:
    playground.azure.enqueue("poll", {"id": "op", "status": status})
    view = playground.draw()
    assert (view.state, len(playground.azure.received("poll"))) == ("succeeded", 2)


@pytest.mark.parametrize("body", [{}, {"id": "op"}, {"status": None}, {"error": None}])
def test_no_status_at_all_is_no_answer(playground: Playground, body: dict[str, Any]) -> None:
    playground.azure.enqueue("poll", body)
    view = playground.draw()
    assert (view.state, len(playground.azure.received("poll"))) == ("succeeded", 2)


SUCCEEDED = {"id": "op", "status": "succeeded"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"result": None},
        {"result": {}},
        {"result": {"data": []}},
        {"data": None},
        {"data": {}},
        {"data": "x"},
    ],
)
def test_success_without_pictures_says_so(playground: Playground, more: dict[str, Any]) -> None:
    playground.azure.enqueue("poll", SUCCEEDED | more)
    view = playground.draw()
    assert (view.state, str(view.error)) == ("failed", "The service finished without an image.")


def hostile_locations(spy: str, own: str) -> dict[str, Any]:
    path = "/openai/operations/images/op?api-version=1"
    host = own.removeprefix("http://")
    return {
        "elsewhere": f"{spy}{path}",
        "https": f"https://{host}{path}",
        "userinfo": f"http://{host}@{spy.removeprefix('http://')}{path}",
        "backslash": f"{spy}\\@{host}{path}",
        "scheme-relative": f"//{spy.removeprefix('http://')}{path}",
        "relative": path,
        "no path": spy,
        "up": f"{own}/openai/operations/images/../../../{spy}",
        "encoded up": f"{own}/openai/operations/images/%2e%2e%2f",
        "empty": "",
        "long": f"{spy}/{'a' * 5_000}",
        "not an address": "http://[::1/op",
        "file": "file:///etc/passwd",
        "metadata": "http://169.254.169.254/op",
    }


@pytest.mark.parametrize("name", hostile_locations("", ""))
def test_an_operation_is_asked_for_at_our_own_endpoint_only(playground: Playground, name: str) -> None:
    azure = playground.azure
    location = hostile_locations(playground.spy.url, azure.url)[name]
    azure.enqueue("submit", lambda request: submitted(request.headers["operation-id"], location))
    view = playground.draw()
    assert (view.state, len(azure.bill), len(azure.received("submit"))) == ("succeeded", 1, 1)
    assert {poll.path.rpartition("/")[0] for poll in azure.received("poll")} == {"/openai/operations/images"}


def test_two_addresses_are_none(playground: Playground) -> None:
    twice = [("operation-location", playground.spy.url), ("operation-location", f"{playground.spy.url}/op")]
    playground.azure.enqueue(
        "submit", lambda r: Reply(202, operation("notRunning", r.headers["operation-id"]), twice)
    )
    assert playground.draw().state == "succeeded"


@pytest.mark.parametrize(
    "reply", [prompt_blocked("innererror"), prompt_blocked("inner_error")], ids=["1", "2"]
)
def test_a_blocked_prompt_is_no_failure_of_the_service(playground: Playground, reply: Reply) -> None:
    playground.azure.enqueue("completions", reply)
    run = playground.complete()
    assert isinstance(run.error, Filtered)
    assert (run.error.report.state, len(playground.azure.requests)) == (FilterState.PROMPT_BLOCKED, 1)


# -- pictures


@pytest.mark.parametrize(
    ("replies", "error_words", "requests"),
    [
        ([Reply(404), Reply(404)], "link is gone", 2),
        ([Reply(403, f"<Error>{ECHO}</Error>")] * 2, "link is gone", 2),
        ([Reply(200, b"")], "empty", 1),
        ([Reply(200, "<html>Log in</html>", {"content-type": "image/png"})], "", 1),
        ([Reply(200, b"GIF89a" + b"\0" * 40)], "", 1),
        ([Reply(200, picture(0)[:60])], "", 1),
        ([Reply(302, "", {"location": "SPY"})], "", 1),
        ([Reply(401, ECHO)] * 2, "link is gone", 2),
    ],
    ids=["404", "403", "empty", "html", "gif", "cut", "redirect", "401"],
)
def test_a_picture_that_is_none_leaves_its_slot_with_words(
    playground: Playground, replies: list[Reply], error_words: str, requests: int
) -> None:
    playground.azure.enqueue("picture", *[led_astray(reply, playground) for reply in replies])
    view = playground.draw()
    assert (view.state, view.slots[0].key, len(playground.azure.bill)) == ("succeeded", None, 1)
    assert view.slots[0].error and error_words in view.slots[0].error
    assert len(playground.azure.received("picture")) == requests
    assert not any("api-key" in request.headers for request in playground.azure.received("picture"))


def test_a_picture_without_end_stops_at_the_cap(playground: Playground) -> None:
    playground.azure.enqueue("picture", Reply(200, pieces=(b"x" * 2**20 for _ in range(99))))
    view = playground.draw()
    assert view.slots[0].error is not None and "larger than 25 MiB" in view.slots[0].error
