"""Where a call goes follows from its api-version alone."""

import pytest

from services.azure.versions import Operation, Target, target

CHAT, COMPLETION = Operation.CHAT, Operation.COMPLETION
DATED = "2024-10-21"


@pytest.mark.parametrize(
    ("version", "operation", "v1_path", "expected"),
    [
        (DATED, CHAT, None, Target("/openai/deployments/my-gpt/chat/completions", DATED)),
        (DATED, COMPLETION, None, Target("/openai/deployments/my-gpt/completions", DATED)),
        (
            "2022-06-01-preview",
            COMPLETION,
            None,
            Target("/openai/deployments/my-gpt/completions", "2022-06-01-preview"),
        ),
        (DATED, CHAT, "/openai/v1", Target("/openai/deployments/my-gpt/chat/completions", DATED)),
        ("v1", CHAT, None, Target("/openai/v1/chat/completions", None, {"model": "my-gpt"})),
        ("v1", COMPLETION, None, Target("/openai/v1/completions", None, {"model": "my-gpt"})),
        ("v1", CHAT, "/openai/v1", Target("/openai/v1/chat/completions", None, {"model": "my-gpt"})),
        ("v1", CHAT, "/v1", Target("/v1/chat/completions", None, {"model": "my-gpt"})),
        ("v1", CHAT, "/api/v1", Target("/api/v1/chat/completions", None, {"model": "my-gpt"})),
        ("preview", CHAT, None, Target("/openai/v1/chat/completions", "preview", {"model": "my-gpt"})),
        ("preview", COMPLETION, None, Target("/openai/v1/completions", "preview", {"model": "my-gpt"})),
    ],
)
def test_a_version_decides_path_query_and_model(
    version: str, operation: Operation, v1_path: str | None, expected: Target
) -> None:
    assert target(version, operation, "my-gpt", {}, v1_path) == expected


@pytest.mark.parametrize(
    ("name", "segment"),
    [("a/b?c#d", "a%2Fb%3Fc%23d"), ("my gpt", "my%20gpt"), ("ü", "%C3%BC"), ("gpt-4.1", "gpt-4.1")],
)
def test_a_name_stays_one_segment_of_the_path_and_is_itself_in_the_body(name: str, segment: str) -> None:
    assert target(DATED, CHAT, name, {}).path == f"/openai/deployments/{segment}/chat/completions"
    assert target("v1", CHAT, name, {}).body == {"model": name}
