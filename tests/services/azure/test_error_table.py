"""Every refusal on the list has words of its own, and the list people read is the list the code uses."""

from pathlib import Path

import pytest

from services.azure.error_table import RULES, Rule, find, markdown
from services.errors import Busy, Refused, ServiceError

DOCS = Path(__file__).parents[3] / "docs" / "errors.md"


def test_the_page_of_errors_is_made_from_the_table() -> None:
    assert DOCS.read_text(encoding="utf-8") == markdown(), "run `make docs`"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_it_is_and_what_to_do(rule: Rule) -> None:
    assert rule.sentence.endswith(".")
    assert rule.advice.endswith(".")
    assert "not listed" not in rule.name


@pytest.mark.parametrize(
    ("status", "code", "message", "kind", "sentence"),
    [
        (400, "BadRequest", "Model m is enabled only for api versions 2024-12-01-preview and later", Refused,
         "This model needs api-version 2024-12-01-preview or a later one."),
        (400, "unsupported_parameter", "Unsupported parameter: 'max_tokens' is not supported",
         Refused, "This model does not take the parameter “max_tokens”."),
        (400, "", "Unsupported parameter: 'temperature' is not supported with this model.", Refused,
         "This model does not take the parameter “temperature”."),
        (400, "unsupported_value", "Unsupported value: 'temperature' does not support 0.7 with this model.",
         Refused, "This model does not take that value of “temperature”."),
        (400, "context_length_exceeded", "This model's maximum context length is 32768 tokens.", Refused,
         "Prompt and answer together are longer than the model can take (32768 tokens)."),
        (400, "", "This model's maximum context length is 2046 tokens, however", Refused,
         "Prompt and answer together are longer than the model can take (2046 tokens)."),
        (401, "", "Unauthorized. Access token is missing, invalid, audience is incorrect", Refused,
         "The service refused the access token."),
        (401, "PermissionDenied", "The principal x lacks the required data action y", Refused,
         "The account that signed in lacks the role for this call."),
        (403, "403", "Public access is disabled. Please configure private endpoint.", Refused,
         "The resource does not admit this machine."),
        (429, "429", "exceeded token rate limit of your current OpenAI S0 pricing tier", Busy,
         "The service is over its token limit."),
        (429, "429", "Please retry after 86400 seconds.", Busy,
         "The quota of this resource is used up for now."),
        (431, "", "", Refused, "The service found the request too large."),
    ],
)  # fmt: skip
def test_what_the_service_says_finds_its_rule(
    status: int, code: str, message: str, kind: type[ServiceError], sentence: str
) -> None:
    found = find(status, code, message)
    assert found is not None
    assert found[:2] == (kind, sentence)


def test_what_nobody_has_seen_finds_no_rule() -> None:
    assert find(400, "Strange", "something else") is None


def test_braces_in_a_message_are_text() -> None:
    found = find(400, "unsupported_parameter", "Unsupported parameter: 'a.b' {0} {x}")
    assert found is not None
    assert found[1] == "This model does not take the parameter “a.b”."


SEEN = {
    "unexpected redirect": (307, "", ""),
    "role missing": (401, "PermissionDenied", "Principal does not have access to API/Operation."),
    "token refused": (401, "", "Unauthorized. Access token is missing, invalid"),
    "key refused": (401, "401", "Access denied due to invalid subscription key"),
    "key refused by a gateway": (403, "403", "Access denied due to invalid subscription key"),
    "keys switched off": (403, "AuthenticationTypeDisabled", "Key based authentication is disabled"),
    "network rules": (403, "403", "Access denied due to Virtual Network/Firewall rules."),
    "not allowed": (403, "", ""),
    "deployment not found": (404, "DeploymentNotFound", "The API deployment does not exist."),
    "nothing at this address": (404, "404", "Resource not found"),
    "operation not supported": (400, "OperationNotSupported", "The completion operation does not work"),
    "api-version too old for the model": (400, "BadRequest", "is enabled only for api versions 2024-12-01"),
    "api-version not supported": (400, "BadRequest", "API version not supported"),
    "parameter not supported": (400, "unsupported_parameter", "Unsupported parameter: 'max_tokens' is not"),
    "value not supported": (400, "unsupported_value", "Unsupported value: 'temperature' does not"),
    "prompt too long": (400, "context_length_exceeded", "maximum context length is 32768 tokens."),
    "image request malformed": (400, "InvalidPayload", "Not valid."),
    "request too large": (431, "", ""),
    "service timed out": (408, "Timeout", "The operation was timeout."),
    "quota used up": (429, "429", "Please retry after 86400 seconds."),
    "capacity": (429, "NoCapacity", "The system is currently experiencing high demand"),
    "token limit": (429, "429", "have exceeded token rate limit of your current tier"),
    "request limit": (429, "429", "have exceeded call rate limit of your current tier"),
    "sandbox without its model": (503, "ModelMissing", ""),
    "service failing": (500, "", "The server had an error while processing your request."),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_reached_by_an_answer_that_was_seen(rule: Rule) -> None:
    answer = SEEN[rule.name]
    assert next(each.name for each in RULES if each.fit(*answer)) == rule.name
