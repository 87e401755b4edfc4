"""What no page can beat: a bare `requests` loop, as the quickstarts have it, in a process of its own.

    python -m bench.floor URL text|picture PROMPT

Prints one JSON object: when each token or the picture was there (CLOCK_MONOTONIC seconds), and the seconds of
processor it took.
"""

import json
import sys
import time

import requests

HEADERS = {"api-key": "0123456789abcdef-bench"}


def text(base: str, prompt: str) -> list[float]:
    """When each token was there."""
    url = f"{base}/openai/deployments/text/completions?api-version=2022-06-01-preview"
    body = {"prompt": prompt, "stream": True}
    got = []
    with requests.post(url, headers=HEADERS, json=body, stream=True, timeout=60) as response:
        for line in response.iter_lines():
            if line.startswith(b"data: {") and json.loads(line[6:])["choices"][0]["text"]:
                got.append(time.monotonic())
    return got


def picture(base: str, prompt: str) -> list[float]:
    """When the picture was there."""
    url = f"{base}/openai/images/generations:submit?api-version=2023-06-01-preview"
    submitted = requests.post(url, headers=HEADERS, json={"prompt": prompt, "n": 1}, timeout=60)
    status = ""
    while status != "succeeded":
        time.sleep(1)
        answer = requests.get(submitted.headers["operation-location"], headers=HEADERS, timeout=60).json()
        status = answer["status"]
    requests.get(answer["result"]["data"][0]["url"], timeout=60).raise_for_status()
    return [time.monotonic()]


if __name__ == "__main__":
    base, kind, prompt = sys.argv[1:]
    got = {"text": text, "picture": picture}[kind](base, prompt)
    print(json.dumps({"at": got, "cpu_s": time.process_time()}))  # noqa: T201 (its answer to who started it)
