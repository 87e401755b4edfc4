"""The bodies Azure OpenAI sends: completions and their chunks, image operations, errors word for word."""

import base64
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image

from tests.azure_reply import Json, Reply

NAMELESS: Json = {"id": "", "object": "", "created": 0, "model": ""}  # chunks that carry no text
SAFE = {"hate": "safe", "self_harm": "safe", "sexual": "safe", "violence": "safe"}


# -- completions


def safety(**severity: str) -> Json:
    """The four usual filter categories; `safety(hate="high")` is a hit."""
    hit = ("medium", "high")
    return {name: {"filtered": value in hit, "severity": value} for name, value in (SAFE | severity).items()}


def logprobs(tokens: Sequence[str], offset: int = 0) -> Json:
    """The four parallel arrays; each token has an unlikely rival."""
    return {
        "tokens": tokens,
        "token_logprobs": [-0.1] * len(tokens),
        "top_logprobs": [{token: -0.1, " other": -3.0} for token in tokens],
        "text_offset": [offset + len("".join(tokens[:i])) for i in range(len(tokens))],
    }


def choice(
    text: str | None = "",
    index: int = 0,
    finish: str | None = None,
    *,
    filters: Json | None = None,
    offsets: tuple[int, int, int] | None = None,
    **more: Any,
) -> Json:
    """One choice; `offsets` are (check, start, end) in characters, `more` may hold `logprobs`.

    An annotation of the asynchronous filter is `choice(None, filters=..., offsets=...)`: it has no text key.
    """
    body: Json = {"index": index, "finish_reason": finish, "content_filter_results": filters or {}}
    if text is not None:
        body |= {"text": text, "logprobs": None}
    if offsets:
        names = ("check_offset", "start_offset", "end_offset")
        body["content_filter_offsets"] = dict(zip(names, offsets, strict=True))
    return body | more


def completion(*choices: Json, usage: tuple[int, int] | None = None, **more: Any) -> Json:
    """A `text_completion` object; `usage` is (prompt, completion) in tokens."""
    body = {"id": "cmpl-fake", "object": "text_completion", "created": 1700000000, "model": "fake-instruct"}
    if usage:
        names = ("prompt_tokens", "completion_tokens", "total_tokens")
        more["usage"] = dict(zip(names, (*usage, sum(usage)), strict=True))
    return body | {"choices": list(choices)} | more


def chunk(text: str | None = "", index: int = 0, finish: str | None = None, **more: Any) -> Json:
    """One stream chunk with one choice, see `choice`."""
    return completion(choice(text, index, finish, **more)) | (NAMELESS if text is None else {})


def prompt_chunk(spelling: str = "prompt_filter_results", **severity: str) -> Json:
    """The first, nameless chunk; the other spelling is `prompt_annotations`."""
    found = [{"prompt_index": 0, "content_filter_results": safety(**severity)}]
    return completion() | NAMELESS | {spelling: found}


def usage_chunk(prompt: int, words: int) -> Json:
    return completion(usage=(prompt, words))


def error_chunk(message: str = "Rate limit is exceeded. Try again in 26 seconds.", code: str = "429") -> Json:
    """An error inside a stream that began with 200."""
    return {"error": {"code": code, "message": message}}


def sse(*events: Json | str | bytes, done: bool = True, newline: str = "\n", **faults: Any) -> Reply:
    """An event stream, one piece per event: a dict as JSON, a string as data lines, bytes as they are."""
    pieces = []
    for event in (*events, *(["[DONE]"] if done else [])):
        text = json.dumps(event, ensure_ascii=False) if isinstance(event, dict) else event
        if isinstance(text, str):
            lines = [f"data: {line}{newline}" for line in text.split("\n")]
            text = "".join([*lines, newline]).encode("utf-8", "backslashreplace")
        pieces.append(text)
    return Reply(200, headers={"content-type": "text/event-stream; charset=utf-8"}, pieces=pieces, **faults)


# -- chat completions


def chat_logprobs(tokens: Sequence[str], key: str = "content") -> Json:
    """The list of objects, without offsets; each token has an unlikely rival. `key` may be `refusal`."""

    def said(token: str, score: float) -> Json:
        return {"token": token, "logprob": score, "bytes": list(token.encode())}

    return {key: [said(t, -0.1) | {"top_logprobs": [said(t, -0.1), said(" other", -3.0)]} for t in tokens]}


def chat_choice(
    delta: Json, index: int = 0, finish: str | None = None, *, filters: Json | None = None, **more: Any
) -> Json:
    """One choice of a chunk; `more` may hold `logprobs`."""
    body = {"index": index, "finish_reason": finish, "delta": delta, "logprobs": None}
    return body | {"content_filter_results": filters or {}} | more


def chat(*choices: Json, usage: tuple[int, int] | None = None, kind: str = "chat.completion.chunk") -> Json:
    """A chunk, or with `kind="chat.completion"` a whole answer whose choices hold a `message`."""
    body = completion(*choices, usage=usage) | {"id": "chatcmpl-fake", "object": kind, "model": "fake-chat"}
    return body | ({} if usage else {"usage": None})


def chat_chunk(text: str = "", index: int = 0, finish: str | None = None, **more: Any) -> Json:
    """One chunk with some content; without any it has an empty delta, as the last one does."""
    return chat(chat_choice({"content": text} if text else {}, index, finish, **more))


def role_chunk(index: int = 0) -> Json:
    """What each choice begins with."""
    return chat(chat_choice({"role": "assistant", "content": "", "refusal": None}, index))


# -- image operations

FILTERED_IMAGE = "Generated image was filtered as a result of our safety system."
IMAGE_USAGE = {
    "total_tokens": 12,
    "input_tokens": 4,
    "output_tokens": 8,
    "input_tokens_details": {"text_tokens": 4},
}
IMAGE_BLOCKED = {"error": {"code": "contentFilter", "message": FILTERED_IMAGE}}


def operation(status: Any = "running", op_id: str = "op-1", **more: Any) -> Json:
    """An operation in any state: notRunning, running, canceled, deleted, or a strange one."""
    return {"id": op_id, "created": 1700000000, "status": status, **more}


def succeeded(*items: str | Json, op_id: str = "op-1", top_level: bool = False) -> Json:
    """Finished pictures: each item is a url, or a dict such as `IMAGE_BLOCKED`."""
    found = {"data": [{"url": item} if isinstance(item, str) else item for item in items]}
    return operation("succeeded", op_id, **(found if top_level else {"result": found}))


def failed(code: str = "contentFilter", op_id: str = "op-1") -> Json:
    message = "Your task failed as a result of our safety system."
    return operation("failed", op_id, error={"code": code, "message": message})


def submitted(op_id: str, *locations: str, **faults: Any) -> Reply:
    """The 202 of a submit, with none, one or several operation-location headers."""
    headers = [("operation-location", where) for where in locations]
    body = {"id": op_id, "status": "notRunning"}
    return Reply(202, body, [*headers, ("x-ms-request-id", str(uuid.uuid4()))], **faults)


def generated(*items: bytes | str | Json, **more: Any) -> Json:
    """The answer of the synchronous route: bytes come as b64_json, a string as a url, a dict as it is."""

    def entry(item: bytes | str | Json) -> Json:
        if isinstance(item, bytes):
            return {"b64_json": base64.b64encode(item).decode()}
        return {"url": item} if isinstance(item, str) else item

    return {"created": 1700000000, "data": [entry(item) for item in items], **more}


def drawing(*previews: bytes, last: bytes | None, **faults: Any) -> Reply:
    """A picture as it is drawn: previews, then the picture itself, unless it never comes. No `[DONE]`."""

    def event(kind: str, content: bytes, **more: Any) -> Json:
        encoded = base64.b64encode(content).decode()
        return {"type": f"image_generation.{kind}", "b64_json": encoded, "created_at": 1700000000, **more}

    events = [event("partial_image", each, partial_image_index=i) for i, each in enumerate(previews)]
    if last is not None:
        events.append(event("completed", last, usage=IMAGE_USAGE))
    return sse(*events, **{"done": False, **faults})


@cache
def picture(index: int = 0, side: int = 8) -> bytes:
    """A real PNG, of another colour for each index."""
    file = BytesIO()
    Image.new("RGB", (side, side), (index * 83 % 256, index * 151 % 256, 90)).save(file, "PNG")
    return file.getvalue()


# -- errors

ERRORS = """
wrong_key 401 401 Access denied due to invalid subscription key or wrong API endpoint. Make sure to
    provide a valid key for an active subscription and use a correct regional API endpoint for your
    resource.
no_role 401 PermissionDenied Principal does not have access to API/Operation.
keys_disabled 403 AuthenticationTypeDisabled Key based authentication is disabled for this resource.
firewall 403 403 Access denied due to Virtual Network/Firewall rules.
resource_blocked 403 Forbidden Your resource has been temporarily blocked because we detected behavior
    that may violate our content policy. For more details on Azure OpenAI service content policy, please
    visit https://aka.ms/aoaicodeofconduct
no_deployment 404 DeploymentNotFound The API deployment for this resource does not exist. If you created
    the deployment within the last 5 minutes, please wait a moment and try again.
not_found 404 404 Resource not found
bad_version 400 BadRequest API version not supported
id_reused 400 badRequest The Operation-Id was used before with another body.
wrong_operation 400 OperationNotSupported The chatCompletion operation does not work with the specified
    model, fake-instruct. Please choose different model and try again. You can learn more about which
    models can be used with each operation here: https://go.microsoft.com/fwlink/?linkid=2197993.
no_completion 400 OperationNotSupported The completion operation does not work with the specified model,
    gpt-4o. Please choose different model and try again. You can learn more about which models can be used
    with each operation here: https://go.microsoft.com/fwlink/?linkid=2197993.
rate_limit 429 429 Requests to the ChatCompletions_Create Operation under Azure OpenAI API version
    2024-06-01 have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 8
    seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the
    default rate limit.
rate_limit_short 429 429 Rate limit is exceeded. Try again in 2 seconds.
no_capacity 429 NoCapacity The system is currently experiencing high demand and cannot process your
    request. Your request exceeds the maximum usage size allowed during peak load. Please retry after 20
    seconds. For improved latency reliability, consider switching to Provisioned Throughput.
prompt_blocked 400 content_filter The response was filtered due to the prompt triggering Azure OpenAI's
    content management policy. Please modify your prompt and retry. To learn more about our content
    filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766
bad_payload 400 InvalidPayload The provided payload is not valid for this model.
policy_violation 400 content_policy_violation Your request was rejected as a result of our safety system.
    Your prompt may contain text that is not allowed by our safety system.
moderation_blocked 400 moderation_blocked Your request was rejected by the safety system. If you believe
    this is an error, contact us at help.openai.com and include the request ID.
timeout 408 Timeout The operation was timeout.
server_error 500 - The server had an error while processing your request. Sorry about that! You can retry
    your request, or contact us through an Azure support request at:
    https://go.microsoft.com/fwlink/?linkid=2213926 if the error persists. (Please include the request ID
    00000000-0000-0000-0000-000000000000 in your message.)
"""  # name, status, error code, the message word for word


def error(name: str, **faults: Any) -> Reply:
    """One of `ERRORS` in the usual envelope."""
    row = re.search(rf"^{name} (.*(\n    .*)*)", ERRORS, re.MULTILINE)
    if row is None:
        raise KeyError(name)
    status, code, message = " ".join(row[1].split()).split(" ", 2)
    body: Json = {"code": code, "message": message}
    if code == "-":
        body |= {"code": None, "param": None, "type": "server_error"}
    return Reply(int(status), {"error": body}, **faults)


def unsupported(parameter: str, *, value: str = "", code: str | None = "unsupported_parameter") -> Reply:
    """The 400 for a parameter that a model does not take, or not at that value."""
    message = f"Unsupported parameter: '{parameter}' is not supported with this model."
    if value:
        message = f"Unsupported value: '{parameter}' does not support {value} with this model."
        message += " Only the default (1) value is supported."
    body = {"message": message, "type": "invalid_request_error", "param": parameter, "code": code}
    return Reply(400, {"error": body})


def token_refused() -> Reply:
    """The one flat 401, without an `error` object."""
    message = "Unauthorized. Access token is missing, invalid, audience is incorrect"
    message += " (https://cognitiveservices.azure.com), or have expired."
    return Reply(401, {"statusCode": 401, "message": message})


def prompt_blocked(spelling: str = "innererror") -> Reply:
    """The 400 of a filtered prompt; the other spelling is `inner_error`."""
    found = {"jailbreak": {"filtered": True, "detected": True}}
    old, new = {"content_filter_result": safety() | found}, {"content_filter_results": found}
    inner = {"code": "ResponsibleAIPolicyViolation", **(old if spelling == "innererror" else new)}
    reply = error("prompt_blocked")
    body = reply.body["error"] | {"type": None, "param": "prompt", spelling: inner}
    return replace(reply, body={"error": body | ({"status": 400} if spelling == "innererror" else {})})


def policy_violation(**severity: str) -> Reply:
    """The 400 of a prompt that the synchronous image route refused, with its findings."""
    found = safety(**severity) | {"jailbreak": {"detected": False, "filtered": False}}
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_results": found}
    reply = error("policy_violation")
    body = reply.body["error"] | {"inner_error": inner, "type": "invalid_request_error"}
    return replace(reply, body={"error": body})


def moderation_blocked() -> Reply:
    """The 400 of a gpt-image model that refused; its categories stand in details of their own."""
    reply = error("moderation_blocked")
    details = {"moderation_stage": "input", "categories": ["violence"]}
    more = {"type": "image_generation_user_error", "param": None, "moderation_details": details}
    return replace(reply, body={"error": reply.body["error"] | more})
