"""The requests of the two REST quickstarts, made the way their scripts make them."""

import json
import subprocess
import sys
from pathlib import Path

from sandbox.server import create_app
from tests.sandbox.client import Client
from tests.sandbox.conftest import served
from tests.sandbox.stand_ins import NoModel, StubPainter

COMPLETIONS = """
import requests, sys
base_url, key = sys.argv[1:]
url = base_url + "openai/deployments/" + "sandbox-text" + "/completions?api-version=2022-06-01-preview"
headers = {"api-key": key, "Content-Type": "application/json"}
print(requests.post(url, headers=headers, json={"prompt": "Once upon a time"}).text)
"""

IMAGES = """
import requests, sys, time
api_base, api_key = sys.argv[1:]
url = f"{api_base}openai/images/generations:submit?api-version=2023-06-01-preview"
headers = {"api-key": api_key, "Content-Type": "application/json"}
body = {"prompt": "a multi-colored umbrella on the beach, disposable camera", "size": "1024x1024", "n": 1}
submission = requests.post(url, headers=headers, json=body)
operation_location = submission.headers["operation-location"]
status = ""
while status != "succeeded":
    time.sleep(0.5)
    response = requests.get(operation_location, headers=headers)
    status = response.json()["status"]
image_url = response.json()["result"]["data"][0]["url"]
print(requests.get(image_url).headers["content-type"])
"""


def run(script: str, url: str, key: str) -> str:
    command = [sys.executable, "-c", script, url, key]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout


def test_the_completions_quickstart(sandbox: Client) -> None:
    body = json.loads(run(COMPLETIONS, sandbox.url, "sandbox-key-1"))
    assert list(body)[:4] == ["id", "object", "created", "model"] and body["object"] == "text_completion"
    choice = body["choices"][0]
    assert choice.keys() == {"text", "index", "logprobs", "finish_reason"}
    assert choice["text"] and choice["finish_reason"] == "length"


def test_the_images_quickstart(tmp_path: Path) -> None:
    with served(create_app(tmp_path, NoModel(), StubPainter())) as url:
        assert run(IMAGES, url, "sandbox-key-2") == "image/png\n"
