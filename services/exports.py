"""A history to take along: a zip of chosen runs with their pictures, or every run as a line of JSON.

What is written is what was kept, and no key and no signed address of the service is ever kept.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.errors import NotFound
from services.history import Entry, HistoryQuery
from services.links import Links
from services.pictures import Pictures
from services.store import Store

_PAGE = 50
_OF_BOTH = ("state", "request", "error", "notice")
_OF_TEXT = ("seconds",)
_OF_IMAGES = ("slots", "polls", "filter", "usage", "submitted_at", "expires_at", "operation_id", "service_id")


class Exports:
    """Reads one run at a time, so that the length of a history does not matter to the memory."""

    def __init__(self, store: Store, pictures: Pictures, links: Links) -> None:
        self._store = store
        self._pictures = pictures
        self._links = links

    def link(self, owner: str, ids: Sequence[str] = ()) -> str:
        """A path at which the owner's browser gets a zip of these runs; without ids, all as JSON Lines."""
        name, listed = ("runs.zip", ",".join(ids)) if ids else ("history.jsonl", "")
        return f"/exports/{name}?ids={listed}&{self._links.sign(owner, 'export', name, listed)}"

    def open(self, name: str, query: Mapping[str, str], owner: str | None) -> Iterator[bytes]:
        """What a link promises. Raises NotFound for a bad, old or somebody else's link alike."""
        listed = query.get("ids", "")
        known = self._links.check(owner, query, "export", name, listed)
        return self.zip(known, listed.split(",")) if listed else self.lines(known)

    def zip(self, owner: str, ids: Sequence[str]) -> Iterator[bytes]:
        """A zip file, piece by piece: a folder a run, with run.json, its answers and its original pictures.

        Raises NotFound at once if one of the runs is not the owner's.
        """
        chosen = list(dict.fromkeys(ids))
        for id in chosen or [""]:  # none is none of theirs
            self._store.entry(owner, id)
        return self._zipped(owner, chosen)

    def record(self, owner: str, id: str) -> bytes:
        """Everything kept of one run but its pictures, as JSON. Raises NotFound."""
        return _json(self._record(owner, self._store.entry(owner, id)), indent=2)

    def lines(self, owner: str) -> Iterator[bytes]:
        """Every run of the owner as a line of JSON, newest first."""
        before = None
        while entries := self._store.history(owner, HistoryQuery(), before, _PAGE):
            for entry in entries:
                yield _json(self._record(owner, entry)) + b"\n"
            before = (entries[-1].at, entries[-1].id)

    def _zipped(self, owner: str, ids: list[str]) -> Iterator[bytes]:
        written = _Pieces()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for id in ids:
                try:
                    entry = self._store.entry(owner, id)
                except NotFound:
                    continue  # deleted a moment ago
                record = self._record(owner, entry)
                folder = f"{datetime.fromtimestamp(entry.at, UTC):%Y-%m-%d-%H%M%S}-{entry.id}"
                archive.writestr(f"{folder}/run.json", _json(record, indent=2))
                for choice in record.get("answer", {}).get("choices", ()):
                    name = f"{folder}/answer-{choice['index'] + 1}.txt"
                    archive.writestr(name, choice["text"].encode("utf-8", "replace"))
                yield written.take()
                for position, slot in enumerate(record.get("slots", ()), start=1):
                    if slot.get("key"):
                        self._add_picture(archive, f"{folder}/picture-{position}", slot["key"])
                        yield written.take()
        yield written.take()

    def _add_picture(self, archive: zipfile.ZipFile, name: str, key: str) -> None:
        try:
            path = self._pictures.path(key, "original")
        except NotFound as lost:
            archive.writestr(f"{name}.txt", str(lost))
        else:
            archive.write(path, f"{name}{path.suffix}", zipfile.ZIP_STORED)  # it is compressed already

    def _record(self, owner: str, entry: Entry) -> dict[str, Any]:
        record: dict[str, Any] = {
            "id": entry.id,
            "kind": entry.kind,
            "at": datetime.fromtimestamp(entry.at, UTC).isoformat(),
            "outcome": entry.outcome.value,
            "favourite": entry.favourite,
        }
        if entry.kind == "text":
            row = self._store.run(owner, entry.id) or {}
            kept = {name: row.get(name) for name in (*_OF_BOTH, *_OF_TEXT)}
            return record | kept | {"answer": json.loads(row.get("snapshot", b"{}"))}
        row = self._store.operation(owner, entry.id) or {}
        return record | {name: row.get(name) for name in (*_OF_BOTH, *_OF_IMAGES)}


class _Pieces(io.RawIOBase):
    """A file that can only be written to; what was written since the last time is taken from it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def _json(value: Any, indent: int | None = None) -> bytes:
    """JSON that people can read; a lone surrogate, which UTF-8 cannot hold, is escaped as JSON does."""
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")
