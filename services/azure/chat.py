"""Chat completions in place of a completion: a system message and the prompt as the one user message.

Fields: Azure OpenAI inference specification 2024-10-21; learn.microsoft.com "Reasoning models" for
`max_completion_tokens` and `reasoning_effort`.
"""

from typing import Any

from services.azure.text_request import CompletionRequest
from services.config import is_dated

FIRST_WITH_MAX_COMPLETION_TOKENS = "2024-09-01"
DEFAULTS = {"temperature": 1, "top_p": 1, "n": 1, "presence_penalty": 0, "frequency_penalty": 0}


def body(request: CompletionRequest, api_version: str, *, azure: bool = True) -> dict[str, Any]:
    """The JSON body. What is None in the request is left out, and so is what the service would assume anyway:
    a reasoning model refuses some parameters even at their defaults.

    azure: whether the server is Azure's; others know the older `max_tokens` for certain.
    """
    newer = not is_dated(api_version) or api_version >= FIRST_WITH_MAX_COMPLETION_TOKENS
    fields = {
        "max_completion_tokens" if newer and azure else "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "n": request.n,
        "stop": list(request.stop) or None,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
        "reasoning_effort": request.reasoning_effort,
        "logprobs": True if request.logprobs is not None else None,
        "top_logprobs": request.logprobs,
        "logit_bias": dict(request.logit_bias) or None,
        "seed": request.seed,
        "user": request.user,
        "stream_options": {"include_usage": True} if newer else None,
    }
    kept = {name: value for name, value in fields.items() if value not in (None, DEFAULTS.get(name))}
    return {"messages": messages(request), "stream": True} | kept


def messages(request: CompletionRequest) -> list[dict[str, str]]:
    """The system message, where there is one, and the prompt."""
    system = [{"role": "system", "content": request.system}] if request.system else []
    return [*system, {"role": "user", "content": request.prompt}]
