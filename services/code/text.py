"""A text request as code. It asks for the answer whole: a stream would need more code than it explains."""

import shlex

from services.azure import chat, completions
from services.azure.text_request import CompletionRequest
from services.azure.versions import Operation, target
from services.code.snippet import CURL, KEY, POST, Connection, Snippet, fields, shell

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


def text_code(request: CompletionRequest, api_version: str, connection: Connection) -> tuple[Snippet, ...]:
    """The request as curl, Python with requests, and Python with the official client."""
    operation = Operation.CHAT if request.chat else Operation.COMPLETION
    where = target(api_version, operation, request.deployment, connection.v1_path)
    asked = (
        chat.body(request, api_version, azure=connection.azure)
        if request.chat
        else completions.body(request, api_version)
    )
    whole = {name: value for name, value in asked.items() if name not in ("stream", "stream_options")}
    body, url = where.body | whole, connection.url(where.path, where.api_version)
    client, made = connection.client(api_version)
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
        body=fields({"model": request.deployment} | whole, "{}={},"),
        text="choice.message.content" if request.chat else "choice.text",
    )
    return (
        Snippet("curl", "bash", curl),
        Snippet("Python requests", "python", python),
        Snippet("Python openai", "python", official),
    )
