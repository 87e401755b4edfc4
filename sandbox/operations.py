"""Image operations kept as files: submitted once, drawn by one thread, gone after a day."""

import contextlib
import hashlib
import hmac
import json
import logging
import os
import queue
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sandbox import moderation

_log = logging.getLogger(__name__)

# prompt, size in pixels, seed, how many unfinished stages to give before the PNG itself
Paint = Callable[[str, tuple[int, int], int, int], Iterator[bytes]]

DAY = 24 * 3600  # seconds an operation and its pictures are kept
_WAITING = 0.3  # seconds an operation is seen as notRunning
_SHORTEST = 1.2  # seconds before it is seen to have ended
_TASK_FILTERED = {"code": "contentFilter", "message": "Your task failed as a result of our safety system."}
PICTURE_FILTERED = {
    "code": "contentFilter",
    "message": "Generated image was filtered as a result of our safety system.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One image request; `created` is in Unix seconds, `slots` are picture names, None where filtered."""

    id: str
    created: float
    prompt: str
    size: int
    n: int
    request: str  # what was asked, in one canonical text: the same Operation-Id must ask the same again
    slots: tuple[str | None, ...] | None = None
    error: dict[str, str] | None = None

    @property
    def ended(self) -> bool:
        return self.slots is not None or self.error is not None


class Operations:
    """The operations of one data dir; `clock` gives Unix seconds."""

    def __init__(self, data_dir: Path, paint: Paint, clock: Callable[[], float] = time.time) -> None:
        self._records = data_dir / "operations"
        self._pictures = data_dir / "pictures"
        for folder in (self._records, self._pictures):
            folder.mkdir(parents=True, exist_ok=True)
        self._paint = paint
        self._clock = clock
        self._secret = _secret(data_dir / "secret")
        self._due: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Picks up what an earlier process left unfinished, oldest first, and starts drawing."""
        for folder in (self._records, self._pictures):
            for torn in folder.glob(".*.part"):
                torn.unlink(missing_ok=True)
        self._purge()
        waiting = [operation for operation in self._all() if not operation.ended]
        for operation in sorted(waiting, key=lambda operation: operation.created):
            self._due.put(operation.id)
        threading.Thread(target=self._draw_all, name="sandbox-pictures", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._due.put(None)

    def submit(self, id: str | None, prompt: str, size: int, n: int) -> Operation | None:
        """Starts an operation, or finds the one this id started; None when that one asked otherwise."""
        request = json.dumps([prompt, size, n])
        if id and (known := self.find(id)):
            return known if known.request == request else None
        operation = Operation(
            id=id or str(uuid.uuid4()), created=self._clock(), prompt=prompt, size=size, n=n, request=request
        )
        self._write(operation)
        self._due.put(operation.id)
        return operation

    def find(self, id: str) -> Operation | None:
        """The operation, or None if there is none or its day is over."""
        operation = self._read(self._records / f"{id}.json")
        return operation if operation and not self._over(operation) else None

    def status(self, operation: Operation) -> str:
        """`notRunning`, `running`, `succeeded` or `failed`, paced so that each can be seen."""
        age = self._clock() - operation.created
        if age < _WAITING:
            return "notRunning"
        if age < _SHORTEST or not operation.ended:
            return "running"
        return "failed" if operation.error else "succeeded"

    def delete(self, operation: Operation) -> None:
        (self._records / f"{operation.id}.json").unlink(missing_ok=True)
        for path in self._pictures.glob(f"{operation.id}-*"):
            path.unlink(missing_ok=True)

    def describe(self, operation: Operation, origin: str) -> dict[str, Any]:
        """The body of a poll; picture links are absolute under `origin`."""
        status = self.status(operation)
        body: dict[str, Any] = {"created": int(operation.created), "id": operation.id, "status": status}
        if status == "failed":
            body["error"] = operation.error
        if status == "succeeded":
            expires = int(operation.created) + DAY
            body["expires"] = expires
            body["result"] = {
                "created": int(operation.created),
                "data": [self._slot(name, expires, origin) for name in operation.slots or ()],
            }
        return body

    def keep(self, pictures: Sequence[bytes], suffix: str, origin: str) -> list[str]:
        """Keeps pictures that no operation asked for, for as long as those of one, and gives their links."""
        id = str(uuid.uuid4())
        names = tuple(f"{id}-{index}.{suffix}" for index in range(len(pictures)))
        for name, picture in zip(names, pictures, strict=True):
            _write_file(self._pictures / name, picture)
        kept = Operation(
            id=id, created=self._clock(), prompt="", size=0, n=len(names), request="", slots=names
        )
        self._write(kept)
        expires = int(kept.created) + DAY
        return [self._link(name, expires, origin) for name in names]

    def picture(self, name: str, expires: str, signature: str) -> Path | None:
        """The file behind a signed link; None when the link is not ours, or older than a day."""
        expected = self._sign(name, expires)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            return None
        return self._pictures / name if self._clock() < int(expires) else None

    def _slot(self, name: str | None, expires: int, origin: str) -> dict[str, Any]:
        if name is None:
            return {"error": PICTURE_FILTERED}
        return {"url": self._link(name, expires, origin)}

    def _link(self, name: str, expires: int, origin: str) -> str:
        return f"{origin}/pictures/{name}?se={expires}&sig={self._sign(name, str(expires))}"

    def _sign(self, name: str, expires: str) -> str:
        return hmac.new(self._secret, f"{name}\n{expires}".encode(), hashlib.sha256).hexdigest()

    def _draw_all(self) -> None:
        while (id := self._due.get()) is not None and not self._stopped.is_set():
            operation = self.find(id)
            if operation is None or operation.ended:
                continue
            try:
                drawn = self._draw(operation)
            except Exception as failure:  # the end of background work: the operation carries the news
                _log.exception("drawing failed")
                drawn = replace(
                    operation, error={"code": "internal", "message": f"Drawing failed: {failure}"}
                )
            if drawn and self.find(id):
                self._write(drawn)
            self._purge()

    def _draw(self, operation: Operation) -> Operation | None:
        """The operation with its pictures; None when the server stops meanwhile."""
        if moderation.blocks(moderation.judge_prompt(operation.prompt)):
            return replace(operation, error=_TASK_FILTERED)
        filtered = -1
        if moderation.filters_one_picture(operation.prompt):
            filtered = _seed(operation.id, operation.n) % operation.n
        slots: list[str | None] = []
        for index in range(operation.n):
            if self._stopped.is_set():
                return None
            slots.append(None if index == filtered else self._picture(operation, index))
        return replace(operation, slots=tuple(slots))

    def _picture(self, operation: Operation, index: int) -> str:
        name = f"{operation.id}-{index}.png"
        if not (self._pictures / name).exists():
            size = (operation.size, operation.size)
            (picture,) = self._paint(operation.prompt, size, _seed(operation.id, index), 0)
            _write_file(self._pictures / name, picture)
        return name

    def _purge(self) -> None:
        for operation in self._all():
            if self._over(operation):
                self.delete(operation)

    def _over(self, operation: Operation) -> bool:
        return self._clock() >= operation.created + DAY

    def _all(self) -> list[Operation]:
        return [found for path in self._records.glob("*.json") if (found := self._read(path))]

    def _read(self, path: Path) -> Operation | None:
        with contextlib.suppress(FileNotFoundError):
            record = json.loads(path.read_bytes())
            record["slots"] = None if record["slots"] is None else tuple(record["slots"])
            return Operation(**record)
        return None

    def _write(self, operation: Operation) -> None:
        _write_file(self._records / f"{operation.id}.json", json.dumps(asdict(operation)).encode())


def _seed(id: str, index: int) -> int:
    digest = hashlib.sha256(f"{id}\n{index}".encode()).digest()
    return int.from_bytes(digest[:4])


def _secret(path: Path) -> bytes:
    """The data dir's signing secret, made on first use."""
    if not path.exists():
        _write_file(path, secrets.token_bytes(32))
    return path.read_bytes()


def _write_file(path: Path, content: bytes) -> None:
    """Puts a whole file in place, for its owner only: a crash leaves the old one or the new one."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
