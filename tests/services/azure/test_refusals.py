"""Every refusal seen on the wire gets its sentence, and every wait its seconds."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from services.azure.filters import FilterState
from services.azure.headers import request_id, retry_after
from services.azure.refusals import refusal, stream_error
from services.errors import BadReply, Busy, Filtered, Refused, ServiceError
from tests.azure_bodies import error, prompt_blocked, token_refused
from tests.azure_reply import Reply


def refuse(reply: Reply, **headers: str) -> ServiceError:
    text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
    return refusal(reply.status, headers, text)


@pytest.mark.parametrize(
    ("reply", "kind", "sentence", "code"),
    [
        (error("wrong_key"), Refused, "The service refused the key.", "401"),
        (token_refused(), Refused, "The service refused the access token.", None),
        (error("no_role"), Refused, "The account that signed in lacks the role", "PermissionDenied"),
        (
            error("keys_disabled"),
            Refused,
            "This resource does not accept keys.",
            "AuthenticationTypeDisabled",
        ),
        (error("firewall"), Refused, "The resource does not admit this machine.", "403"),
        (error("resource_blocked"), Filtered, "The whole resource is blocked.", "Forbidden"),
        (
            error("no_deployment"),
            Refused,
            "The service knows no deployment of this name.",
            "DeploymentNotFound",
        ),
        (error("not_found"), Refused, "The service has nothing at this address.", "404"),
        (error("bad_version"), Refused, "The service does not support this api-version here.", "BadRequest"),
        (
            error("wrong_operation"),
            Refused,
            "This deployment's model does not offer",
            "OperationNotSupported",
        ),
        (error("prompt_blocked"), Filtered, "The content filter blocked this prompt.", "content_filter"),
        (error("timeout"), Busy, "The service took too long and gave up.", "Timeout"),
        (error("rate_limit"), Busy, "The service is over its request limit.", "429"),
        (error("no_capacity"), Busy, "The service is short of capacity", "NoCapacity"),
        (error("server_error"), Busy, "The service is failing (status 500).", None),
        (Reply(503, ""), Busy, "The service is failing (status 503).", None),
        (Reply(502, "<html>Bad Gateway</html>"), Busy, "The service is failing (status 502).", None),
        (Reply(401, ""), Refused, "The service refused the key.", None),
        (Reply(403, "<html>no</html>"), Refused, "The resource does not allow this call.", None),
        (Reply(404, "<html>nothing</html>"), Refused, "The service has nothing at this address.", None),
        (Reply(418, "[1]"), Refused, "The service refused the request (status 418).", None),
        (Reply(400, {"error": None}), Refused, "The service refused the request (status 400).", None),
        (Reply(400, {"error": {"message": 5, "code": []}}), Refused, "The service refused the request", None),
        (Reply(308, ""), BadReply, "The service answered with an unexpected redirect.", None),
        (Reply(304, ""), BadReply, "The service answered with an unexpected redirect.", None),
    ],
)
def test_a_refusal_has_a_sentence_of_ours(
    reply: Reply, kind: type[ServiceError], sentence: str, code: str | None
) -> None:
    found = refuse(reply, **{"apim-request-id": "r-1"})
    assert type(found) is kind
    assert str(found).startswith(sentence) and found.advice
    assert (found.status, found.code, found.request_id) == (reply.status, code, "r-1")


def test_the_token_limit_has_a_sentence_of_its_own() -> None:
    message = "Your requests have exceeded the token rate limit of your tier."
    assert "token limit" in str(refuse(Reply(429, {"error": {"code": "429", "message": message}})))


@pytest.mark.parametrize("spelling", ["innererror", "inner_error"])
def test_a_blocked_prompt_brings_its_findings(spelling: str) -> None:
    found = refuse(prompt_blocked(spelling))
    assert isinstance(found, Filtered)
    assert found.report.state is FilterState.PROMPT_BLOCKED
    hits = [(finding.side, finding.category) for finding in found.report.findings if finding.filtered]
    assert hits == [("prompt", "jailbreak")]
    assert "content management policy" in found.report.message and "billed" in found.advice


@pytest.mark.parametrize(
    "code",
    ["content_filter", "contentFilter", "ContentFilter", "content_policy_violation", "moderation_blocked"],
)
def test_the_filter_is_known_by_all_its_codes(code: str) -> None:
    assert isinstance(refuse(Reply(400, {"error": {"code": code, "message": "No."}})), Filtered)


def test_a_blocked_resource_is_nobodys_prompt() -> None:
    found = refuse(error("resource_blocked"))
    assert isinstance(found, Filtered)
    assert (found.report.state, found.report.findings) == (FilterState.RESOURCE_BLOCKED, ())
    assert "temporarily blocked" in found.report.message


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (error("rate_limit"), 8),
        (error("rate_limit_short"), 2),
        (error("no_capacity"), 20),
        (Reply(429, {"error": {"message": "Please retry after 86400 seconds."}}), 86_400),
        (Reply(429, {"error": {"message": "Please wait."}}), None),
        (Reply(503, ""), None),
    ],
)
def test_the_wait_may_stand_in_the_message(reply: Reply, seconds: float | None) -> None:
    found = refuse(reply)
    assert found.retry_after == seconds
    waits = {None: "Try again in a moment.", 86_400: "Try again in 24 h."}
    assert found.advice.startswith(waits.get(seconds, f"Try again in {seconds} s."))


def test_a_header_wins_over_the_message() -> None:
    assert refuse(error("rate_limit"), **{"retry-after": "3"}).retry_after == 3


@pytest.mark.parametrize(
    ("seconds", "milliseconds", "expected"),
    [
        ("7", None, 7),
        ("0", None, 0),
        ("0.5", None, 0.5),
        (" 2 ", None, 2),
        ("-1", None, 0),
        ("86400", None, 86_400),
        ("inf", None, None),
        ("nan", None, None),
        ("1e309", None, None),
        ("", None, None),
        ("soon", None, None),
        ("3, 4", None, None),
        (None, None, None),
        (None, "250", 0.25),
        (None, "-5", 0),
        ("7", "250", 0.25),
        ("7", "", 7),
        ("7", "nan", 7),
        ("7", "soon", 7),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None, 0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", None, 0),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None, None),
        ("Wed, 21 Oct 2015 07:28:00 +9999", None, None),
        ("Wed, 99 Oct 2015 99:99:99 GMT", None, None),
    ],
)
def test_a_wait_is_read_in_every_form(
    seconds: str | None, milliseconds: str | None, expected: float | None
) -> None:
    headers = {"retry-after": seconds, "retry-after-ms": milliseconds}
    assert retry_after({name: value for name, value in headers.items() if value is not None}) == expected


def test_a_wait_may_be_a_date() -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert 90 < (retry_after({"retry-after": when}) or 0) <= 100


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"apim-request-id": "a", "x-ms-request-id": "b"}, "a"),
        ({"apim-request-id": "", "x-ms-request-id": "b"}, "b"),
        ({"x-request-id": "c"}, "c"),
        ({}, None),
    ],
)
def test_the_request_id_is_found_in_every_spelling(headers: dict[str, str], expected: str | None) -> None:
    assert request_id(headers) == expected


def test_an_error_within_a_stream() -> None:
    busy = stream_error({"code": "429", "message": "m" * 9_000}, "r-1")
    assert isinstance(busy, Busy) and (busy.code, busy.request_id) == ("429", "r-1")
    assert busy.advice.startswith("The service is over its request limit.")
    blocked = stream_error({"code": "content_filter", "message": "No."}, None)
    assert isinstance(blocked, Filtered) and blocked.report.state is FilterState.PROMPT_BLOCKED


def test_a_message_is_shown_to_2000_characters() -> None:
    for status in (400, 403, 500):
        body = {"error": {"code": "ModelMissing", "message": "m" * 9_000}}
        found = refuse(Reply(status, body))
        assert max(map(len, (str(found), found.advice, found.body))) <= 2_000


@pytest.mark.parametrize(
    ("code", "said", "kind", "advice"),
    [
        ("429", "Slow down.", Busy, "The service is over its request limit. Try again in a moment."),
        ("rate_limit_exceeded", "Try again in 26 seconds.", Busy, "The service is over its request limit."),
        ("insufficient_quota", "", Busy, "The service is over its request limit."),
        ("NoCapacity", "The system is experiencing high demand", Busy, "high demand"),
        ("OperationNotSupported", "No.", Refused, "This deployment's model does not offer this operation."),
        ("500", "Broken.", Busy, "The service is failing (status 500)."),
        ("server_error", "It broke.", Busy, "It broke."),
        ("", "", Busy, "The service gave no reason."),
        (None, None, Busy, "The service gave no reason."),
    ],
)
def test_an_error_within_a_stream_is_told_like_the_same_one_before_it(
    code: str | None, said: str | None, kind: type[ServiceError], advice: str
) -> None:
    found = stream_error({"code": code, "message": said}, "r-1")
    assert type(found) is kind
    assert advice in found.advice
    assert found.status is None


def test_a_wait_may_stand_in_a_stream_too() -> None:
    error = {"code": "rate_limit_exceeded", "message": "Rate limit is exceeded. Try again in 26 seconds."}
    assert stream_error(error, None).retry_after == 26


@pytest.mark.parametrize(
    ("reply", "headers", "told"),
    [
        (Reply(403, "<html>no</html>"), {}, True),
        (Reply(407, "\n <!doctype html>"), {}, True),
        (Reply(502, "Bad"), {"content-type": "text/html; charset=utf-8"}, True),
        (Reply(302, "<html>moved</html>"), {}, False),
        (Reply(502, "Bad"), {"content-type": "text/plain"}, False),
        (error("server_error"), {}, False),
    ],
)
def test_a_page_in_place_of_an_answer_points_at_whoever_stands_between(
    reply: Reply, headers: dict[str, str], told: bool
) -> None:
    assert ("a proxy or gateway in between" in refuse(reply, **headers).advice) is told


@pytest.mark.parametrize("status", [101, 304, 399, 402, 409, 418, 422, 499, 500, 504, 529, 599, 600, 999])
def test_any_status_is_told_in_a_sentence(status: int) -> None:
    found = refuse(Reply(status, ""))
    assert str(found).endswith(".") and found.advice
    assert found.status == status


def test_codes_and_ids_are_cut_short() -> None:
    found = refuse(Reply(400, {"error": {"code": "c" * 900}}), **{"apim-request-id": "r" * 900})
    assert (found.code, found.request_id) == ("c" * 100, "r" * 100)
