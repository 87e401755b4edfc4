"""Whatever anybody logs at whatever level, no secret leaves through a handler."""

import io
import logging
from collections.abc import Iterator

import pytest
from uvicorn.logging import AccessFormatter

from services.config import Secret
from services.logs import discreet
from tests.services.following import KEY_1


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a handler of the root logger writes at DEBUG while the filter is on."""
    stream, level = io.StringIO(), logging.root.level
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.DEBUG)
    with discreet([Secret(KEY_1)]):
        yield stream
    logging.root.setLevel(level)
    logging.root.removeHandler(handler)
    assert handler.filters == []


@pytest.mark.parametrize(
    ("message", "args", "told"),
    [
        ("GET %s", ("https://h/p?api-version=1&se=2&sig=CANARY",), "GET https://h/p?api-version=1&se=(hidden)&sig=(hidden)"),
        ("%r", ({"api-key": "CANARY", "a": 1},), "{'api-key': '(hidden)', 'a': 1}"),
        ("send: b'api-key: CANARY\\r\\n'", (), "send: b'api-key: (hidden)'"),
        ("Authorization: Bearer CANARY", (), "Authorization: Bearer (hidden)"),
        ("Ocp-Apim-Subscription-Key=CANARY", (), "Ocp-Apim-Subscription-Key=(hidden)"),
        ("Set-Cookie: CANARY; Path=/", (), "Set-Cookie: (hidden); Path=/"),
        ("key %s again", (KEY_1,), "key (key) again"),
        ("%d %% done, code=5 at http://h/p?run=x", (50,), "50 % done, code=5 at http://h/p?run=x"),
    ],
)  # fmt: skip
def test_a_line_is_rewritten(written: io.StringIO, message: str, args: tuple[object, ...], told: str) -> None:
    logging.getLogger("anybody").debug(message, *args)
    line = written.getvalue().strip()
    assert "CANARY" not in line
    assert line.replace("\\r\\n", "") == told


def test_what_another_formatter_takes_apart_stays_whole(written: io.StringIO) -> None:
    written_by = next(h for h in logging.root.handlers if getattr(h, "stream", None) is written)
    written_by.setFormatter(AccessFormatter("%(client_addr)s %(request_line)s %(status_code)s"))
    args = ("127.0.0.1:5", "GET", "/pictures/a?v=view&s=CANARY", "1.1", 200)
    line = '%s - "%s %s HTTP/%s" %d'
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, line, args, None)
    logging.root.handle(record)  # not by its own logger, which a server in this process may have silenced
    assert written.getvalue() == "127.0.0.1:5 GET /pictures/a?v=(hidden)&s=(hidden) HTTP/1.1 200 OK\n"


def test_a_line_that_holds_nothing_to_hide_keeps_its_arguments(written: io.StringIO) -> None:
    record = logging.LogRecord("anybody", logging.INFO, "", 0, "Running on %s", ("http://h",), None)
    logging.getLogger("anybody").handle(record)
    assert (record.msg, record.args) == ("Running on %s", ("http://h",))


def test_a_call_with_the_wrong_arguments_fails_nobody(written: io.StringIO) -> None:
    logging.getLogger("anybody").debug("%d", f"key {KEY_1}")
    assert written.getvalue() == "%d ('key (key)',)\n"


def test_a_traceback_is_rewritten(written: io.StringIO) -> None:
    try:
        raise ValueError(f"bad header {KEY_1} for https://h/p?sig=CANARY")
    except ValueError:
        logging.getLogger("anybody").exception("it broke")
    line = written.getvalue()
    assert "it broke" in line and "ValueError: bad header (key)" in line and "CANARY" not in line
