"""An image request as code. The asynchronous route is polled until any of its end states, or ten minutes."""

import shlex
from typing import Any

from services.azure.image_request import ImageRequest
from services.azure.versions import Operation, target
from services.code.snippet import CURL, KEY, POST, Connection, Snippet, fields, shell

_SUBMIT_CURL = """\
set -euo pipefail
: "${{{key}:?set it to a key of the resource}}"
ask() {{ curl --silent --show-error --fail-with-body --max-time 60 --header {header} "$@"; }}
field() {{ sed -n "s/.*\\"$1\\": *\\"\\([^\\"]*\\)\\".*/\\1/p" <<< "$answer" | head -n 1; }}

answer=$(ask --header 'Content-Type: application/json' --data-raw {body} \\
  {submit})
id=$(field id)
deadline=$((SECONDS + 600))
while ((SECONDS < deadline)); do
  answer=$(ask {poll})
  case "$(field status | tr '[:upper:]' '[:lower:]')" in
    succeeded) echo "$answer"; exit 0 ;;  # every link in it is good for 24 hours
    failed | canceled | cancelled | deleted) echo "$answer" >&2; exit 1 ;;
  esac
  sleep 2
done
echo "The operation $id has not ended within ten minutes." >&2
exit 1
"""

_SUBMIT_REQUESTS = """\
import os
import sys
import time

import requests

headers = {header}
body = {{
{body}
}}
submitted = requests.post(
    {submit!r},
    headers=headers,
    json=body,
    timeout=30,
)
submitted.raise_for_status()
operation = {poll!r}.format(submitted.json()["id"])

deadline = time.monotonic() + 600
while True:
    answer = requests.get(operation, headers=headers, timeout=30)
    answer.raise_for_status()
    result = answer.json()
    status = result["status"].lower()
    if status == "succeeded":
        break
    if status in ("failed", "canceled", "cancelled", "deleted"):
        sys.exit(f"The operation ended as {{status}}: {{result.get('error')}}")
    if time.monotonic() > deadline:
        sys.exit("The operation has not ended within ten minutes.")
    time.sleep(float(answer.headers.get("retry-after", 2)))

for number, picture in enumerate(result.get("data") or result["result"]["data"], start=1):
    if "url" not in picture:
        print(f"Picture {{number}}: {{picture.get('error')}}")
        continue
    found = requests.get(picture["url"], timeout=60)  # without the key: the link is the permission
    found.raise_for_status()
    with open(f"picture-{{number}}.png", "wb") as file:
        file.write(found.content)
"""

_WAIT_REQUESTS = (
    """\
import base64
import os

"""
    + POST
    + """
for number, picture in enumerate(answer.json()["data"], start=1):
    if "b64_json" in picture:
        content = base64.b64decode(picture["b64_json"])
    elif "url" in picture:
        content = requests.get(picture["url"], timeout=60).content  # without the key
    else:
        print(f"Picture {{number}}: {{picture.get('error')}}")
        continue
    with open(f"picture-{{number}}.{suffix}", "wb") as file:
        file.write(content)
"""
)

_WAIT_OPENAI = """\
import base64
import os
import urllib.request

from openai import {client}

client = {made}
result = client.images.generate(
{body}
)

for number, picture in enumerate(result.data, start=1):
    if picture.b64_json:
        content = base64.b64decode(picture.b64_json)
    elif picture.url:
        content = urllib.request.urlopen(picture.url).read()
    else:
        print(f"Picture {{number}}: {{picture}}")
        continue
    with open(f"picture-{{number}}.{suffix}", "wb") as file:
        file.write(content)
"""


def image_code(request: ImageRequest, api_version: str, connection: Connection) -> tuple[Snippet, ...]:
    """The request as curl, Python with requests, and where its route is served, with the official client."""
    if request.deployment is None:
        return _submit_and_poll(request, api_version, connection)
    return _wait(request, request.deployment, api_version, connection)


def _submit_and_poll(request: ImageRequest, api_version: str, connection: Connection) -> tuple[Snippet, ...]:
    body = _body(request)
    submit = connection.url("/openai/images/generations:submit", api_version)
    poll = connection.url("/openai/operations/images/{}", api_version)
    curl = _SUBMIT_CURL.format(
        key=KEY,
        header=connection.curl_header,
        body=shell(body),
        submit=shlex.quote(submit),
        poll='"$id"'.join(map(shlex.quote, poll.split("{}"))),
    )
    python = _SUBMIT_REQUESTS.format(
        header=connection.python_header, body=fields(body, '"{}": {},'), submit=submit, poll=poll
    )
    return Snippet("curl", "bash", curl), Snippet("Python requests", "python", python)


def _wait(
    request: ImageRequest, deployment: str, api_version: str, connection: Connection
) -> tuple[Snippet, ...]:
    where = target(api_version, Operation.IMAGE, deployment, connection.v1_path)
    body = where.body | _body(request)
    url = connection.url(where.path, where.api_version)
    suffix = "jpg" if request.output_format == "jpeg" else "png"
    curl = CURL.format(key=KEY, header=connection.curl_header, body=shell(body), url=shlex.quote(url))
    python = _WAIT_REQUESTS.format(
        header=connection.python_header, body=fields(body, '"{}": {},'), url=url, suffix=suffix
    )
    name, made = connection.client(api_version)
    official = _WAIT_OPENAI.format(
        client=name,
        made=made,
        body=fields({"model": deployment} | _body(request), "{}={},"),
        suffix=suffix,
    )
    return (
        Snippet("curl", "bash", curl),
        Snippet("Python requests", "python", python),
        Snippet("Python openai", "python", official),
    )


def _body(request: ImageRequest) -> dict[str, Any]:
    """What the request asks for, without the partial pictures, which code like this would not show."""
    return {name: value for name, value in request.body().items() if name not in ("stream", "partial_images")}
