"""The wire's plain rules: api-versions, error bodies, and reading the fields of a request body."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from starlette.requests import Request
from starlette.responses import JSONResponse

_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(-preview)?")
_ANNOTATED_PREVIEW = dt.date(2023, 6, 1)
_ANNOTATED_STABLE = dt.date(2024, 2, 1)
_WIDE_LOGPROBS = "2022-06-01-preview"


class WireError(Exception):
    """An answer with an error body, `{"error": {...}}` in the service's shape."""

    def __init__(self, status: int, code: str | None, message: str, /, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"code": code, "message": message, **more}

    def response(self) -> JSONResponse:
        return JSONResponse({"error": self.error}, status_code=self.status)


def invalid(message: str, param: str | None = None) -> WireError:
    """A 400 for a body that breaks the contract; `param` names the field."""
    return WireError(400, None, message, type="invalid_request_error", param=param)


def not_found() -> WireError:
    """What the service answers to an unknown path or api-version."""
    return WireError(404, "404", "Resource not found")


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """A dated api-version, `YYYY-MM-DD` or `YYYY-MM-DD-preview`."""

    date: dt.date
    preview: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads the query parameter; raises the service's 404 for anything else."""
        match = _VERSION.fullmatch(text)
        if not match:
            raise not_found()
        try:
            return cls(dt.date.fromisoformat(match[1]), match[2] is not None)
        except ValueError:
            raise not_found() from None

    @property
    def annotated(self) -> bool:
        """Whether answers carry content filter results (Azure OpenAI "content filter annotations")."""
        return self.date >= (_ANNOTATED_PREVIEW if self.preview else _ANNOTATED_STABLE)

    @property
    def most_logprobs(self) -> int:
        """The largest `logprobs`: 100 in the 2022-06-01-preview specification, 5 in every later one."""
        return 100 if str(self) == _WIDE_LOGPROBS else 5

    def __str__(self) -> str:
        return self.date.isoformat() + ("-preview" if self.preview else "")


async def read_body(request: Request) -> dict[str, Any]:
    """The request's JSON object; raises 400 for anything else."""
    try:
        body = await request.json()
    except ValueError:
        raise invalid("We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise invalid("The JSON body of your request must be an object.")
    return body


class Fields:
    """Takes the fields of one body, one by one; absent and null both give the default."""

    def __init__(self, body: Mapping[str, Any], *, ignored: tuple[str, ...] = ()) -> None:
        self._body = body
        self._taken = set(ignored)

    def get(self, name: str) -> Any:
        self._taken.add(name)
        return self._body.get(name)

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise invalid(f"{value!r} is not of type 'integer' - '{name}'", name)
        return int(self._within(name, value, low, high))

    def number(self, name: str, default: float, low: float, high: float) -> float:
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid(f"{value!r} is not of type 'number' - '{name}'", name)
        return float(self._within(name, value, low, high))

    def boolean(self, name: str) -> bool:
        value = self.get(name)
        if value is not None and not isinstance(value, bool):
            raise invalid(f"{value!r} is not of type 'boolean' - '{name}'", name)
        return bool(value)

    def strings(self, name: str, most: int) -> tuple[str, ...] | None:
        """A string or a list of 1 to `most` strings, as a tuple."""
        value = self.get(name)
        if value is None:
            return None
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in listed):
            raise invalid(f"'{name}' must be a string or a list of strings", name)
        if not 1 <= len(listed) <= most:
            raise invalid(f"'{name}' must hold between 1 and {most} strings, not {len(listed)}", name)
        return tuple(listed)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.get(name)
        if value is None:
            return default
        if value not in allowed:
            raise invalid(f"{value!r} is not one of {list(allowed)} - '{name}'", name)
        return str(value)

    def finish(self) -> None:
        """Refuses what nothing took."""
        if unknown := sorted(set(self._body) - self._taken):
            raise invalid(f"Unrecognized request argument supplied: {', '.join(unknown)}")

    @staticmethod
    def _within(name: str, value: float, low: float, high: float) -> float:
        if not value >= low:
            raise invalid(f"{value!r} is less than the minimum of {low} - '{name}'", name)
        if not value <= high:
            raise invalid(f"{value!r} is greater than the maximum of {high} - '{name}'", name)
        return value
