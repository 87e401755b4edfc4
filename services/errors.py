"""What can go wrong, in words for the person using the playground.

ServiceError            the sentence a person reads; everything else is a defect and belongs in the log
├── ConfigError         the settings are missing or malformed
├── Invalid             the request would be refused; nothing was sent
├── Unreachable         no connection, or no answer in time
│   └── Untrusted       the other side could not prove who it is
├── HungUp              we ended the call ourselves: a stop, or the server closing
├── Refused             the service said no (4xx): mend the request or the settings
├── Busy                the service is over its limit or failing (408, 429, 5xx): wait and try again
├── Filtered            the content filter blocked the request, or the whole resource
├── BadReply            the answer could not be understood
├── OutcomeUnknown      the request may or may not have been accepted
│   └── Disconnected    the connection of one's own that it went through is gone
├── NotFound            no such run, operation or picture for this person
│   └── PictureLost     a picture that was kept, and whose file is damaged or gone
└── NotSaved            the disk refused to keep something
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class ServiceError(Exception):
    """`str(error)` is the sentence a person reads; the attributes are for the details below it.

    advice: what to do next. code, status, request_id: as the service reported them. retry_after: seconds
    until another try makes sense. param: the request's field that was refused. body: the service's own
    answer, redacted, at most 2,000 characters.
    """

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        param: str | None = None,
        body: str = "",
    ) -> None:
        super().__init__(message)
        self.advice = advice
        self.code = code
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after
        self.param = param
        self.body = body

    def to_json(self) -> dict[str, Any]:
        """The error as plain values, for a row of the store."""
        return {"kind": type(self).__name__, "message": str(self), **vars(self)}


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad setting: the variable's name, what is wrong with it, and how to mend it."""

    variable: str
    what: str
    mend: str


class ConfigError(ServiceError):
    """The settings are missing or malformed; `problems` names each variable and its mend."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("The settings need attention: " + ", ".join(p.variable for p in problems) + ".")
        self.problems = tuple(problems)


class Invalid(ServiceError):
    """The request would be refused by the service, so it was not sent."""


class Unreachable(ServiceError):
    """No connection could be made, or no answer came in time."""


class Untrusted(Unreachable):
    """The other side's certificate was not accepted: nothing was sent, and another try would not help."""


class HungUp(ServiceError):
    """We ended the call ourselves, by a stop or because the server closes: no failure of the service."""


class Refused(ServiceError):
    """The service refused the request (4xx): the request or the settings must change first."""


class Busy(ServiceError):
    """The service is over its limit, failing or too slow (408, 429, 5xx): wait and try again."""


class Filtered(ServiceError):
    """The content filter blocked the request; `report` says what it found."""

    def __init__(self, message: str, *, report: Any, **details: Any) -> None:
        super().__init__(message, **details)
        self.report = report

    def to_json(self) -> dict[str, Any]:
        """The error without its report, which its owner keeps beside it."""
        return {name: value for name, value in super().to_json().items() if name != "report"}


class BadReply(ServiceError):
    """The answer could not be understood."""

    ADVICE = "A proxy may stand in between, or the service is failing; try again."


class OutcomeUnknown(ServiceError):
    """The request was sent but its answer was lost: it may have been accepted, and may be billed."""


class Disconnected(OutcomeUnknown):
    """The connection of one's own that a request went through is gone; no other key may follow it."""


class NotFound(ServiceError):
    """No such thing for this person; the same for another's id as for a random one."""


class PictureLost(NotFound):
    """A picture that was kept, and whose file is damaged or gone."""


class NotSaved(ServiceError):
    """The disk refused to keep something that was made."""


def no_such_run() -> NotFound:
    """What a person reads who asks for a run by another's id or one that is gone."""
    return NotFound("There is no such run here.", advice="It may belong to another browser.")


_KINDS = (
    Invalid, Unreachable, Untrusted, HungUp, Refused, Busy, BadReply, OutcomeUnknown, Disconnected,
    NotFound, PictureLost, NotSaved,
)  # fmt: skip


def error_from_json(value: dict[str, Any]) -> ServiceError:
    """Rebuilds what `to_json` wrote; a kind this version does not know becomes a plain ServiceError."""
    fields = dict(value)
    kind, message = fields.pop("kind"), fields.pop("message")
    return {k.__name__: k for k in _KINDS}.get(kind, ServiceError)(message, **fields)
