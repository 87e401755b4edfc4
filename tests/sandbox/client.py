"""A small client for the tests: what it sends and gets is the wire, nothing else."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests

KEY = "sandbox-key-1"


@dataclass(frozen=True)
class Client:
    """Talks to one sandbox; `url` ends with a slash, like the endpoint in a portal."""

    url: str
    stop: Callable[[], None] = lambda: None

    def send(self, method: str, path: str, *, key: str | None = KEY, **more: Any) -> requests.Response:
        headers = more.pop("headers", {}) | ({"api-key": key} if key else {})
        with requests.Session() as session:
            session.trust_env = False
            url = path if path.startswith("http") else self.url + path
            return session.request(method, url, headers=headers, timeout=30, **more)

    def complete(
        self,
        body: dict[str, Any],
        *,
        version: str = "2023-06-01-preview",
        deployment: str = "sandbox-text",
        **more: Any,
    ) -> requests.Response:
        path = f"openai/deployments/{deployment}/completions?api-version={version}"
        return self.send("POST", path, json=body, **more)

    def chat(self, body: dict[str, Any], *, version: str = "2024-10-21", **more: Any) -> requests.Response:
        path = f"openai/deployments/sandbox-chat/chat/completions?api-version={version}"
        return self.send("POST", path, json=body, **more)

    def submit(self, body: dict[str, Any], **more: Any) -> requests.Response:
        return self.send(
            "POST", "openai/images/generations:submit?api-version=2023-06-01-preview", json=body, **more
        )


def text(response: requests.Response) -> str:
    """The text of the only choice."""
    assert response.status_code == 200, response.text
    return str(response.json()["choices"][0]["text"])


def events(response: requests.Response) -> Iterator[dict[str, Any]]:
    """The payloads of a stream, which must end with `[DONE]` and nothing after it."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    frames = response.content.decode().split("\n\n")
    assert frames[-2:] == ["data: [DONE]", ""]
    for frame in frames[:-2]:
        assert frame.startswith("data: ") and "\n" not in frame
        yield json.loads(frame.removeprefix("data: "))


def streamed_text(chunks: list[dict[str, Any]], index: int = 0) -> str:
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    return "".join(choice["text"] for choice in choices if choice["index"] == index)


def error(response: requests.Response, status: int) -> dict[str, Any]:
    """The error of an answer that must have this status."""
    assert response.status_code == status, response.text
    assert list(response.json()) == ["error"]
    return dict(response.json()["error"])
