"""Server-sent events from bytes, wherever the network cut them.

Lines end at LF, CR or CRLF and nowhere else (https://html.spec.whatwg.org/multipage/server-sent-events.html),
so a line separator inside a JSON string stays inside it.
"""

import re
from collections.abc import Iterator

from services.azure.transport import Exchange
from services.errors import BadReply

_BOM = "\ufeff".encode()
_LINE_END = re.compile(rb"\r\n|\n|\r")


class SSEDecoder:
    """Collects bytes and hands out the data of every event that is complete.

    An event without its closing blank line is never handed out: a half event is no event.
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = []  # of a line that goes on
        self._after_cr = False
        self._data: list[bytes] = []

    def feed(self, block: bytes) -> list[str]:
        """The data of the events that this block completed, decoded as UTF-8 with U+FFFD for bad bytes."""
        if not block:
            return []
        if self._after_cr:  # the rest of a CRLF that the network cut in two
            block = block.removeprefix(b"\n")
        self._after_cr = block.endswith(b"\r")
        first, *more = _LINE_END.split(block)
        self._rest.append(first)
        if not more:
            return []
        lines = [b"".join(self._rest), *more]
        self._rest = [lines.pop()]
        return [event for line in lines if (event := self._line(line)) is not None]

    def _line(self, line: bytes) -> str | None:
        if line:
            field, _, value = line.partition(b":")
            if field.removeprefix(_BOM) == b"data":
                self._data.append(value.removeprefix(b" "))
            return None
        if not self._data:
            return None
        event = b"\n".join(self._data).decode("utf-8", errors="replace")
        self._data.clear()
        return event


def events(exchange: Exchange, event_cap: int, cap: int) -> Iterator[list[str]]:
    """The data of the events of an answer, those together that arrived together.

    Raises BadReply for an event over `event_cap` bytes, and beyond `cap` bytes in all.
    """
    decoder, waiting = SSEDecoder(), 0
    for block in exchange.blocks(cap):
        found = decoder.feed(block)
        waiting = 0 if found else waiting + len(block)
        if waiting > event_cap:
            raise BadReply(f"The answer has an event over {event_cap // 2**20} MiB.", status=exchange.status)
        if found:
            yield found
