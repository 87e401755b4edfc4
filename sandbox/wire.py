"""The wire's plain rules: api-versions, error bodies, events, and reading the fields of a request body."""

import asyncio
import datetime as dt
import json
import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(-preview)?")
_ANNOTATED_PREVIEW = dt.date(2023, 6, 1)
_ANNOTATED_STABLE = dt.date(2024, 2, 1)
_WIDE_LOGPROBS = "2022-06-01-preview"
_V1 = "/openai/v1/"

EVENTS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # headers of a stream
T = TypeVar("T")


class WireError(Exception):
    """An answer with an error body, `{"error": {...}}` in the service's shape."""

    def __init__(
        self,
        status: int,
        code: str | None,
        message: str,
        /,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.error: dict[str, Any] = {"code": code, "message": message, **more}

    def response(self) -> JSONResponse:
        return JSONResponse({"error": self.error}, status_code=self.status, headers=self.headers)


def invalid(message: str, param: str | None = None) -> WireError:
    """A 400 for a body that breaks the contract; `param` names the field."""
    return WireError(400, None, message, type="invalid_request_error", param=param)


def not_found() -> WireError:
    """What the service answers to an unknown path or api-version."""
    return WireError(404, "404", "Resource not found")


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """A dated api-version, `YYYY-MM-DD` or `YYYY-MM-DD-preview`; v1 counts as later than any date."""

    date: dt.date
    preview: bool

    @classmethod
    def of(cls, request: Request) -> Self:
        """Reads the query parameter: a date, or on the v1 route `v1`, `preview` or nothing.

        Raises what the service answers to anything else: a 404, on the v1 route a 400.
        """
        text = request.query_params.get("api-version", "")
        if not is_v1(request):
            return cls._dated(text)
        if text not in ("", "v1", "preview"):
            raise WireError(400, "BadRequest", "API version not supported")
        return cls(dt.date.max, text == "preview")

    @classmethod
    def _dated(cls, text: str) -> Self:
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


def is_v1(request: Request) -> bool:
    """Whether a request takes the route without dates, which names the deployment in its body."""
    return request.url.path.startswith(_V1)


def frame(payload: dict[str, Any] | str, event: str | None = None) -> str:
    """One server-sent event."""
    data = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    named = f"event: {event}\n" if event else ""
    return f"{named}data: {data}\n\n"


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The work's result; when the client hangs up first the work is cancelled."""

    async def hung_up() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, leaving = asyncio.create_task(work), asyncio.create_task(hung_up())
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


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
    """Takes the fields of one body, one by one; absent and null both give the default.

    ignored: fields that change nothing here. unsupported: fields of the API that the model does not have.
    """

    def __init__(
        self, body: Mapping[str, Any], *, ignored: tuple[str, ...] = (), unsupported: tuple[str, ...] = ()
    ) -> None:
        self._body = body
        self._taken = set(ignored)
        for name in unsupported:
            if self.get(name) is not None:
                raise WireError(
                    400,
                    "unsupported_parameter",
                    f"Unsupported parameter: '{name}' is not supported with this model.",
                    type="invalid_request_error",
                    param=name,
                )

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
