"""Whatever anybody logs at whatever level, no secret leaves through a handler."""

import io
import logging
from collections.abc import Iterator

import pytest

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


def test_a_traceback_is_rewritten(written: io.StringIO) -> None:
    try:
        raise ValueError(f"bad header {KEY_1} for https://h/p?sig=CANARY")
    except ValueError:
        logging.getLogger("anybody").exception("it broke")
    line = written.getvalue()
    assert "it broke" in line and "ValueError: bad header (key)" in line and "CANARY" not in line
