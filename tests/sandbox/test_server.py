"""Keys, routes and the errors every route shares."""

import pytest

from tests.sandbox.client import Client, error

COMPLETIONS = "openai/deployments/sandbox-text/completions"
VERSION = "?api-version=2023-06-01-preview"


@pytest.fixture
def client(bare_sandbox: Client) -> Client:
    return bare_sandbox


def test_health_needs_no_key(client: Client, sandbox: Client) -> None:
    assert client.send("GET", "healthz", key=None).json() == {"ok": True, "model": False}
    assert sandbox.send("GET", "healthz", key=None).json() == {"ok": True, "model": True}


@pytest.mark.parametrize("key", [None, "", "sandbox-key-3"])
@pytest.mark.parametrize(
    "path", [COMPLETIONS + VERSION, "openai/nowhere", "openai/images/generations:submit"]
)
def test_a_wrong_key(client: Client, key: str | None, path: str) -> None:
    response = client.send("POST", path, key=key, json={})
    found = error(response, 401)
    assert found["code"] == "401"
    assert found["message"].startswith("Access denied due to invalid subscription key or wrong API endpoint.")
    assert response.headers["apim-request-id"]


@pytest.mark.parametrize(
    "path",
    [
        COMPLETIONS,
        COMPLETIONS + "?api-version=",
        COMPLETIONS + "?api-version=v1",
        COMPLETIONS + "?api-version=2023-06-01-beta",
        COMPLETIONS + "?api-version=2023-13-01",
        "/" + COMPLETIONS + VERSION,
        "openai/deployments/sandbox-text/embeddings" + VERSION,
        "openai/operations/images/not-an-id" + VERSION,
        "nowhere",
    ],
)
def test_unknown_paths_and_versions(client: Client, path: str) -> None:
    response = client.send("POST", path, json={"prompt": "p"})
    assert error(response, 404) == {"code": "404", "message": "Resource not found"}


def test_unknown_deployment(client: Client) -> None:
    assert error(client.complete({"prompt": "p"}, deployment="mine"), 404)["code"] == "DeploymentNotFound"


@pytest.mark.parametrize("deployment", ["sandbox-chat", "sandbox-image"])
def test_completions_work_on_the_text_deployment_only(client: Client, deployment: str) -> None:
    found = error(client.complete({"prompt": "p"}, deployment=deployment), 400)
    assert found["code"] == "OperationNotSupported"
    assert found["message"].startswith(
        f"The completion operation does not work with the specified model, {deployment}."
    )


def test_without_the_weights_text_says_what_to_do(client: Client) -> None:
    found = error(client.complete({"prompt": "p"}), 503)
    assert found["code"] == "ModelMissing"
    assert found["message"] == 'The sandbox has no language model yet: run "make setup".'
    assert (
        error(client.chat({"messages": [{"role": "user", "content": "hi"}]}), 503)["code"] == "ModelMissing"
    )


def test_only_loopback_names_are_answered(client: Client) -> None:
    response = client.send("GET", "healthz", headers={"Host": "elsewhere.example"})
    assert response.status_code == 400
    assert client.send("GET", client.url.replace("127.0.0.1", "localhost") + "healthz").ok
