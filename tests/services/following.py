"""Waiting for background work, and looking for secrets where none may be."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from services import OperationView, Run, Services, TextSnapshot

KEY_1 = "CANARY-K1-0123456789abcdef"
KEY_2 = "CANARY-K2-0123456789abcdef"
ME, OTHER = "owner-me", "owner-other"


def wait(condition: Callable[[], Any], seconds: float = 8) -> None:
    """Waits until the condition holds; a test that has to wait that long is broken."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("it never happened")
        time.sleep(0.005)


def ended(run: Run[TextSnapshot]) -> Run[TextSnapshot]:
    wait(lambda: run.ended)
    return run


def finished(services: Services, id: str, owner: str = ME) -> OperationView:
    wait(lambda: services.operation(owner, id).ended)
    return services.operation(owner, id)


def strings(value: Any, seen: set[int] | None = None) -> Iterator[str]:
    """Every text that can be reached from a value: fields, items, and what an exception was raised from."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    yield repr(value)
    inner: list[Any] = []
    if isinstance(value, str | bytes | int | float | type | None):
        return
    if isinstance(value, Mapping):
        inner += [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inner += value
    if isinstance(value, BaseException):
        yield str(value)
        inner += [value.args, value.__cause__, value.__context__]
    inner.append(getattr(value, "__dict__", None))
    for name in getattr(type(value), "__slots__", ()):
        if name != "_text":  # where a Secret keeps it
            inner.append(getattr(value, name, None))
    for item in inner:
        yield from strings(item, seen)


def on_disk(folder: Path) -> bytes:
    """Every byte below a folder, file names included."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"\n".join(str(path).encode() + b"\n" + path.read_bytes() for path in files)
