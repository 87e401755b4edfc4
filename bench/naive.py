"""The page a quickstart leads to: `st.write_stream` for text, `time.sleep(1)` between polls for a picture."""

import json
import os
import time
from collections.abc import Iterator

import requests
import streamlit as st

BASE = os.environ["AZURE_OPENAI_ENDPOINT"]
HEADERS = {"api-key": os.environ["AZURE_OPENAI_API_KEY"]}


def tokens(prompt: str) -> Iterator[str]:
    """The tokens of a completion as they come."""
    url = f"{BASE}/openai/deployments/text/completions?api-version=2022-06-01-preview"
    body = {"prompt": prompt, "stream": True}
    with requests.post(url, headers=HEADERS, json=body, stream=True, timeout=60) as response:
        for line in response.iter_lines():
            if line.startswith(b"data: ") and line != b"data: [DONE]":
                yield json.loads(line[6:])["choices"][0]["text"]


def picture(prompt: str) -> str:
    """The link to a picture once it is there."""
    url = f"{BASE}/openai/images/generations:submit?api-version=2023-06-01-preview"
    submitted = requests.post(url, headers=HEADERS, json={"prompt": prompt, "n": 1}, timeout=60)
    while True:
        time.sleep(1)
        answer = requests.get(submitted.headers["operation-location"], headers=HEADERS, timeout=60).json()
        if answer["status"] == "succeeded":
            return str(answer["result"]["data"][0]["url"])


st.title("Naive")
prompt = st.text_area("Prompt", key="prompt")
if st.button("Generate", key="generate"):
    st.write_stream(tokens(prompt))
wish = st.text_area("Image prompt", key="wish")
if st.button("Draw", key="draw"):
    st.image(picture(wish))
