"""A text request as code. It asks for the answer whole: a stream would need more code than it explains."""

import shlex

from services.azure import targets
from services.azure.text_request import CompletionRequest
from services.code.snippet import CURL, KEY, POST, Connection, Snippet, fields, shell
from services.config import Settings

_REQUESTS = f"""\
import os

{POST}for choice in answer.json()["choices"]:
    print({{text_of_json}})
"""

_OPENAI = """\
import os

from openai import {client}

client = {made}
answer = client.{resource}.create(
{body}
)
for choice in answer.choices:
    print({text})
"""


def text_code(request: CompletionRequest, settings: Settings) -> tuple[Snippet, ...]:
    """The request as curl, Python with requests, and Python with the official client."""
    connection, where = Connection(settings), targets.completion(request, settings)
    body = {name: value for name, value in where.body.items() if name not in ("stream", "stream_options")}
    url = where.url(connection.endpoint)
    client, made = connection.client(request.api_version or settings.api_version)
    curl = CURL.format(key=KEY, header=connection.curl_header, body=shell(body), url=shlex.quote(url))
    python = _REQUESTS.format(
        body=fields(body, '"{}": {},'),
        url=url,
        header=connection.python_header,
        text_of_json='choice["message"]["content"]' if request.chat else 'choice["text"]',
    )
    official = _OPENAI.format(
        client=client,
        made=made,
        resource="chat.completions" if request.chat else "completions",
        body=fields({"model": request.deployment} | body, "{}={},"),
        text="choice.message.content" if request.chat else "choice.text",
    )
    return (
        Snippet("curl", "bash", curl),
        Snippet("Python requests", "python", python),
        Snippet("Python openai", "python", official),
    )
