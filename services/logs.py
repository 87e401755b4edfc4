"""What a log line may hold: an allow-list, applied where lines leave the process."""

import contextlib
import logging
import re
from collections.abc import Iterable, Iterator

from services.azure.redaction import Redaction
from services.config import Secret

SHOWN_PARAMETERS = frozenset({"api-version", "run"})

_PARAMETER = re.compile(r"([?&])([\w.~%-]{1,60})=(\(hidden\)|[^\s&\"'<>)]+)")
_CREDENTIAL = re.compile(
    r"((?:api-key|subscription-key|authorization|cookie)['\"]?\s*[:=]\s*['\"]?(?:Bearer |Basic )?)"
    r"[^\s'\",;}]+",
    re.IGNORECASE,
)
_FORMAT = logging.Formatter()


class Discreet(logging.Filter):
    """Rewrites records: keys and signatures go, and of an address's parameters only the listed stay."""

    def __init__(self, keys: Iterable[Secret]) -> None:
        super().__init__()
        self._redaction = Redaction(keys)

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "uvicorn.access" and record.args:  # its formatter takes them apart
            given = tuple(record.args)
            record.args = tuple(self._discreet(each) if isinstance(each, str) else each for each in given)
        said = _said(record)
        if (safe := self._discreet(said)) != said:
            record.msg, record.args = safe, None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = _FORMAT.formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self._discreet(record.exc_text)
        return True

    def _discreet(self, text: str) -> str:
        text = self._redaction.secrets(text)
        text = _PARAMETER.sub(
            lambda found: found[0] if found[2] in SHOWN_PARAMETERS else f"{found[1]}{found[2]}=(hidden)", text
        )
        return _CREDENTIAL.sub(r"\1(hidden)", text)


def _said(record: logging.LogRecord) -> str:
    """The line; of a call whose arguments do not fit its words, both."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"


@contextlib.contextmanager
def discreet(keys: Iterable[Secret]) -> Iterator[None]:
    """Puts the filter on every handler there is, and on the one that Python falls back to."""
    rule = Discreet(keys)
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    handlers = {handler for logger in loggers for handler in getattr(logger, "handlers", [])}
    if logging.lastResort is not None:
        handlers.add(logging.lastResort)
    for handler in handlers:
        handler.addFilter(rule)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(rule)
