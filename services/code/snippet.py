"""What every piece of code needs: where the request goes, and values quoted so that they stay values."""

import json
import shlex
from dataclasses import dataclass
from typing import Any, Literal

from services.config import V1_PREVIEW, Settings, is_dated
from services.endpoint import AZURE_V1, is_azure

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


class Connection:
    """How code reaches the endpoint of the settings; the key comes from its environment."""

    def __init__(self, settings: Settings) -> None:
        self.endpoint = settings.endpoint or ""
        self.base_url = self.endpoint + (settings.v1_path or AZURE_V1)
        self.azure = is_azure(self.endpoint, settings.v1_path)

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
        if is_dated(api_version):
            made = f"azure_endpoint={self.endpoint!r}, {key}, api_version={api_version!r}"
            return "AzureOpenAI", f"AzureOpenAI({made})"
        query = f', default_query={{"api-version": "{V1_PREVIEW}"}}' if api_version == V1_PREVIEW else ""
        return "OpenAI", f"OpenAI(base_url={self.base_url!r}, {key}{query})"


def shell(body: dict[str, Any]) -> str:
    """A JSON body as one word of the shell."""
    return shlex.quote(json.dumps(body))


def fields(values: dict[str, Any], form: str) -> str:
    """Values as lines of Python: `form` has a place for a name and one for its value."""
    return "\n".join("    " + form.format(name, repr(value)) for name, value in values.items())
