"""Every refusal the service is known to make, with the sentence and the advice a person gets for it.

Sources: learn.microsoft.com "Troubleshoot Azure OpenAI" and bodies seen in public issue threads. The same
status and code can mean different things, so a rule may look at the message too. The first rule that fits
decides: the special ones stand before the general ones. docs/errors.md is made from this table.
"""

import re
from dataclasses import dataclass

from services.errors import BadReply, Busy, Refused, ServiceError

REDIRECTS = tuple(range(300, 400))
FAILURES = tuple(range(500, 1_000))


@dataclass(frozen=True, slots=True)
class Rule:
    """One known refusal. statuses, codes: any of them; empty for any at all. pattern: within the message.

    In sentence and advice `{status}` is the answer's, `{0}` the first group of the pattern. kind: the error a
    caller catches.
    """

    name: str
    kind: type[ServiceError]
    statuses: tuple[int, ...]
    sentence: str
    advice: str
    codes: tuple[str, ...] = ()
    pattern: str = ""

    def fit(self, status: int, code: str, message: str) -> tuple[str, str] | None:
        """The sentence and the advice, or None where this rule does not speak of that answer."""
        found = re.search(self.pattern, message, re.IGNORECASE)
        if (
            (self.statuses and status not in self.statuses)
            or (self.codes and code not in self.codes)
            or found is None
        ):
            return None
        groups = [group or "" for group in found.groups()]
        return self.sentence.format(*groups, status=status), self.advice.format(*groups, status=status)


def find(status: int, code: str, message: str) -> tuple[type[ServiceError], str, str] | None:
    """Kind, sentence and advice of the first rule that fits, or None."""
    for rule in RULES:
        if texts := rule.fit(status, code, message):
            return rule.kind, *texts
    return None


_CHECK_KEY = "Check that the key belongs to this endpoint's resource and has not been regenerated."
_WAIT = "Wait, or ask for less: a smaller maximum length or fewer completions count for less."

RULES = (
    Rule(
        "unexpected redirect",
        BadReply,
        REDIRECTS,
        "The service answered with an unexpected redirect.",
        "Check that the endpoint is the resource's own address; the redirect was not followed.",
    ),
    Rule(
        "role missing",
        Refused,
        (401, 403),
        "The account that signed in lacks the role for this call.",
        "Ask an administrator for the role Cognitive Services OpenAI User on the resource.",
        pattern=r"does not have access to API/Operation|lacks the required data action",
    ),
    Rule(
        "token refused",
        Refused,
        (401,),
        "The service refused the access token.",
        "It is missing, has expired or is for another service; sign in again, or use a key.",
        pattern=r"access token is missing",
    ),
    Rule(
        "key refused",
        Refused,
        (401,),
        "The service refused the key.",
        _CHECK_KEY,
    ),
    Rule(
        "key refused by a gateway",
        Refused,
        (403,),
        "The service refused the key.",
        _CHECK_KEY,
        pattern=r"invalid subscription key",
    ),
    Rule(
        "keys switched off",
        Refused,
        (403,),
        "This resource does not accept keys.",
        "Key access is switched off on it; an administrator can switch it on.",
        codes=("AuthenticationTypeDisabled",),
    ),
    Rule(
        "network rules",
        Refused,
        (403,),
        "The resource does not admit this machine.",
        "Its network rules keep this address out; an administrator can let it in.",
        pattern=r"virtual network|firewall|public access is disabled",
    ),
    Rule(
        "not allowed",
        Refused,
        (403,),
        "The resource does not allow this call.",
        "Ask its administrator; the details below say what the service said.",
    ),
    Rule(
        "deployment not found",
        Refused,
        (404,),
        "The service knows no deployment of this name.",
        "Check the name under Deployments in the portal. A new one takes up to five minutes.",
        codes=("DeploymentNotFound", "model_not_found"),
    ),
    Rule(
        "nothing at this address",
        Refused,
        (404, 405, 410),
        "The service has nothing at this address.",
        "Check the endpoint and whether the resource serves this api-version.",
    ),
    Rule(
        "operation not supported",
        Refused,
        (),
        "This deployment's model does not offer this operation.",
        "Choose another deployment, or the other kind of call where the page offers it.",
        codes=("OperationNotSupported",),
    ),
    Rule(
        "api-version too old for the model",
        Refused,
        (400,),
        "This model needs api-version {0} or a later one.",
        "Choose that API version in the parameters.",
        pattern=r"enabled only for api versions (\d{4}-\d{2}-\d{2}(?:-preview)?)",
    ),
    Rule(
        "api-version not supported",
        Refused,
        (400,),
        "The service does not support this api-version here.",
        "Choose another API version in the parameters.",
        pattern=r"api version not supported|unsupported api version",
    ),
    Rule(
        "parameter not supported",
        Refused,
        (400,),
        "This model does not take the parameter “{0}”.",
        "Send again without it.",
        codes=("unsupported_parameter", ""),
        pattern=r"unsupported parameter: '?([\w.]{1,60})",
    ),
    Rule(
        "value not supported",
        Refused,
        (400,),
        "This model does not take that value of “{0}”.",
        "Set it back to its default, or send again without it.",
        codes=("unsupported_value", ""),
        pattern=r"unsupported value: '?([\w.]{1,60})",
    ),
    Rule(
        "prompt too long",
        Refused,
        (400,),
        "Prompt and answer together are longer than the model can take ({0} tokens).",
        "Shorten the prompt, or lower the maximum length.",
        pattern=r"maximum context length is (\d{1,9})",
    ),
    Rule(
        "image request malformed",
        Refused,
        (400,),
        "The service did not accept this combination of picture settings.",
        "Set size, quality and format back to their defaults and try again.",
        codes=("InvalidPayload",),
    ),
    Rule(
        "request too large",
        Refused,
        (413, 414, 431),
        "The service found the request too large.",
        "Shorten the prompt.",
    ),
    Rule(
        "service timed out",
        Busy,
        (408,),
        "The service took too long and gave up.",
        "Try again, or ask for less.",
    ),
    Rule(
        "quota used up",
        Busy,
        (429,),
        "The quota of this resource is used up for now.",
        "Try again later, or ask for a higher quota in the portal.",
        pattern=r"86400 seconds",
    ),
    Rule(
        "capacity",
        Busy,
        (429,),
        "The service is short of capacity, whatever your quota.",
        "Try again in a moment.",
        pattern=r"high demand|peak load|NoCapacity",
    ),
    Rule(
        "token limit",
        Busy,
        (429,),
        "The service is over its token limit.",
        _WAIT,
        pattern=r"token rate limit",
    ),
    Rule("request limit", Busy, (429,), "The service is over its request limit.", "Try again in a moment."),
    Rule(
        "sandbox without its model",
        Refused,
        (503,),
        "The sandbox has no language model yet: run “make setup”.",
        "Then start the playground again. Pictures work without it.",
        codes=("ModelMissing",),
    ),
    Rule(
        "service failing",
        Busy,
        FAILURES,
        "The service is failing (status {status}).",
        "Try again in a moment.",
    ),
)


def markdown() -> str:
    """The table as docs/errors.md shows it."""
    rows = [
        "| What it is | Status | The page says | What to do |",
        "|---|---|---|---|",
        *(
            f"| {rule.name} | {_statuses(rule)} | {_told(rule.sentence)} | {_told(rule.advice)} |"
            for rule in RULES
        ),
    ]
    return "\n".join((*_HEAD, *rows, ""))


def _statuses(rule: Rule) -> str:
    ranges = {REDIRECTS: "3xx", FAILURES: "5xx", (): "any"}
    shown = ranges.get(rule.statuses) or ", ".join(map(str, rule.statuses))
    return f"{shown} `{rule.codes[0]}`" if rule.codes else shown


def _told(text: str) -> str:
    return text.format("…", status="…")


_HEAD = (
    "# Errors",
    "",
    "What the service answers, what the page says, and what to do. Made by `make docs` from",
    "`services/azure/error_table.py`. A refusal that is not listed shows the service's own words, and every",
    "one keeps its status, code and request id under *Details for support*. The same error inside a stream",
    "that had begun is told in the same words. Filtered results are not errors of this kind: they have looks",
    "of their own.",
    "",
)
