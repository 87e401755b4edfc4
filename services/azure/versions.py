"""Where a call goes, told from the api-version alone.

A dated version names the deployment in the path (`/openai/deployments/{deployment}/…?api-version=…`);
`v1` and `preview` name it in the body's `model` (`/openai/v1/…`; learn.microsoft.com, "API version
lifecycle"). The same route serves other OpenAI-compatible servers, below their own base path.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from services.config import V1_PREVIEW, is_dated
from services.endpoint import AZURE_V1


class Operation(StrEnum):
    """What a deployment is asked to do; the value is the end of the path."""

    COMPLETION = "completions"
    CHAT = "chat/completions"
    IMAGE = "images/generations"


@dataclass(frozen=True, slots=True)
class Target:
    """Path below the endpoint, api-version of the query (None for none), and the JSON body, if any."""

    path: str
    api_version: str | None
    body: dict[str, Any] = field(default_factory=dict)

    def url(self, endpoint: str) -> str:
        """The whole address."""
        query = f"?api-version={quote(self.api_version, safe='')}" if self.api_version else ""
        return f"{endpoint}{self.path}{query}"


def target(
    api_version: str, operation: Operation, deployment: str, body: dict[str, Any], v1_path: str | None = None
) -> Target:
    """Where to send an operation for a deployment, and what: the body, with the deployment where it is named
    there."""
    if is_dated(api_version):
        name = quote(deployment, safe="")
        return Target(f"/openai/deployments/{name}/{operation}", api_version, body)
    query = V1_PREVIEW if api_version == V1_PREVIEW else None
    return Target(f"{v1_path or AZURE_V1}/{operation}", query, {"model": deployment} | body)
