"""The body of a legacy text completion: `POST …/completions`.

Request fields and ranges: Azure OpenAI inference specification, 2022-06-01-preview and 2024-10-21. Of the
dated versions only the latter specifies `stream_options` here; the previews after it do not.
"""

from typing import Any

from services.azure.text_request import CompletionRequest
from services.config import is_dated

FIRST_WITH_STREAM_OPTIONS = "2024-10-21"


def body(request: CompletionRequest, api_version: str) -> dict[str, Any]:
    """The JSON body; what is None in the request is left out."""
    optional = {
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "n": request.n,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
        "stop": list(request.stop) or None,
        "best_of": None if request.streamed else request.best_of,
        "logprobs": request.logprobs,
        "echo": request.echo or None,
        "suffix": request.suffix,
        "logit_bias": dict(request.logit_bias) or None,
        "seed": request.seed,
        "user": request.user,
        "stream_options": {"include_usage": True} if request.streamed and _counts(api_version) else None,
    }
    return {"prompt": request.prompt, "stream": request.streamed} | {
        name: value for name, value in optional.items() if value is not None
    }


def _counts(api_version: str) -> bool:
    """Whether a version's streams can end with the tokens used."""
    stable = not api_version.endswith("-preview")
    return not is_dated(api_version) or (stable and api_version >= FIRST_WITH_STREAM_OPTIONS)
