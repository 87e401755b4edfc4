"""An image request as code. The asynchronous route is polled until any of its end states, or ten minutes."""

import shlex
from dataclasses import replace

from services.azure import targets
from services.azure.image_request import ImageRequest
from services.code.snippet import CURL, KEY, POST, Connection, Snippet, fields, shell
from services.config import Settings

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


def image_code(request: ImageRequest, settings: Settings) -> tuple[Snippet, ...]:
    """The request as curl, Python with requests, and where its route is served, with the official client.

    Without its previews, which code like this would not show.
    """
    request = replace(request, partial_images=None)
    return (_submit_and_poll if request.deployment is None else _wait)(request, settings)


def _submit_and_poll(request: ImageRequest, settings: Settings) -> tuple[Snippet, ...]:
    connection, where = Connection(settings), targets.submission(request, settings)
    submit = where.url(connection.endpoint)
    poll = targets.operation("{}", settings).url(connection.endpoint)
    curl = _SUBMIT_CURL.format(
        key=KEY,
        header=connection.curl_header,
        body=shell(where.body),
        submit=shlex.quote(submit),
        poll='"$id"'.join(map(shlex.quote, poll.split("{}"))),
    )
    python = _SUBMIT_REQUESTS.format(
        header=connection.python_header, body=fields(where.body, '"{}": {},'), submit=submit, poll=poll
    )
    return Snippet("curl", "bash", curl), Snippet("Python requests", "python", python)


def _wait(request: ImageRequest, settings: Settings) -> tuple[Snippet, ...]:
    connection, where = Connection(settings), targets.generation(request, settings)
    url, suffix = where.url(connection.endpoint), "jpg" if request.output_format == "jpeg" else "png"
    curl = CURL.format(key=KEY, header=connection.curl_header, body=shell(where.body), url=shlex.quote(url))
    python = _WAIT_REQUESTS.format(
        header=connection.python_header, body=fields(where.body, '"{}": {},'), url=url, suffix=suffix
    )
    name, made = connection.client(request.api_version or settings.image_api_version)
    official = _WAIT_OPENAI.format(
        client=name,
        made=made,
        body=fields({"model": request.deployment} | where.body, "{}={},"),
        suffix=suffix,
    )
    return (
        Snippet("curl", "bash", curl),
        Snippet("Python requests", "python", python),
        Snippet("Python openai", "python", official),
    )
