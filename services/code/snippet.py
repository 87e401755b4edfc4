"""What every piece of code needs: where the request goes, and values quoted so that they stay values."""

import json
import shlex
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from services.endpoint import AZURE_V1

KEY = "AZURE_OPENAI_API_KEY"

# One request that is waited for, in the shell and in Python.
CURL = """\
set -euo pipefail
: "${{{key}:?set it to a key of the resource}}"
printf '%s' {body} | curl --silent --show-error --fail-with-body --max-time 300 \\
  --header {header} --header 'Content-Type: application/json' \\
  --data-binary @- \\
  {url}
"""
POST = """\
import requests

body = {{
{body}
}}
answer = requests.post(
    {url!r},
    headers={header},
    json=body,
    timeout=300,
)
answer.raise_for_status()
"""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code to copy. label: what it is written in or with."""

    label: str
    language: Literal["bash", "python"]
    code: str


@dataclass(frozen=True, slots=True)
class Connection:
    """Where requests go. endpoint: an origin. v1_path: see Settings. azure: its header is api-key."""

    endpoint: str
    v1_path: str | None = None
    azure: bool = True

    def url(self, path: str, api_version: str | None) -> str:
        """The address of a path below the endpoint."""
        query = f"?api-version={quote(api_version, safe='')}" if api_version else ""
        return f"{self.endpoint}{path}{query}"

    @property
    def python_header(self) -> str:
        """The header with the key, as a Python dict."""
        if self.azure:
            return f'{{"api-key": os.environ["{KEY}"]}}'
        return f'{{"Authorization": f"Bearer {{os.environ[\'{KEY}\']}}"}}'

    @property
    def curl_header(self) -> str:
        """The header with the key, in double quotes for the shell."""
        return f'"api-key: ${KEY}"' if self.azure else f'"Authorization: Bearer ${KEY}"'

    def client(self, api_version: str) -> tuple[str, str]:
        """The class of the official client that speaks this api-version, and the call that makes one."""
        key = f'api_key=os.environ["{KEY}"]'
        if api_version not in ("v1", "preview"):
            made = f"azure_endpoint={self.endpoint!r}, {key}, api_version={api_version!r}"
            return "AzureOpenAI", f"AzureOpenAI({made})"
        query = ', default_query={"api-version": "preview"}' if api_version == "preview" else ""
        return "OpenAI", f"OpenAI(base_url={self.endpoint + (self.v1_path or AZURE_V1)!r}, {key}{query})"


def shell(body: dict[str, Any]) -> str:
    """A JSON body as one word of the shell."""
    return shlex.quote(json.dumps(body))


def fields(values: dict[str, Any], form: str) -> str:
    """Values as lines of Python: `form` has a place for a name and one for its value."""
    return "\n".join("    " + form.format(name, repr(value)) for name, value in values.items())
