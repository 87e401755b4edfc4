"""A connection that a person typed: its own key, its own endpoint, one owner, and nothing left of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services import CompletionRequest, ImageRequest, NotFound, Secret, Services, Settings, TypedConnection
from services.azure import Azure
from services.errors import Disconnected, Invalid
from services.own_connections import IDLE_S, OwnConnections, is_allowed, own_settings
from tests.azure_bodies import error
from tests.services.following import KEY_1, KEY_2, ME, OTHER, ended, finished, strings, wait
from tests.upstream import Upstream

MINE = "CANARY-OWN-0123456789abcdef"
ASK = CompletionRequest(deployment="text", prompt="Hi")
DRAW = ImageRequest(prompt="a kite")


@pytest.fixture
def elsewhere() -> Iterator[Upstream]:
    """Another resource, which knows only the typed key."""
    with Upstream(keys=(MINE,), running=0, retry_after=0) as fake:
        yield fake


def typed(endpoint: str, **more: Any) -> TypedConnection:
    return TypedConnection(**{"endpoint": endpoint, "key": Secret(MINE), "api_version": "2024-10-21", **more})


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("name.openai.azure.com", True),
        ("name.services.ai.azure.com", True),
        ("openai.azure.com", False),
        ("evilopenai.azure.com", False),
        ("name.openai.azure.com.evil.net", False),
        ("name.openai.azure.com.", False),
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
    ],
)
def test_the_usual_list_is_azure_and_this_machine(host: str, allowed: bool) -> None:
    assert is_allowed(host, Settings().allowed_endpoints) is allowed


def test_a_list_of_ones_own() -> None:
    listed = ("models.example.net", ".corp.example")
    for host, allowed in {
        "models.example.net": True,
        "x.models.example.net": False,
        "a.corp.example": True,
        "corp.example": False,
        "localhost": False,
    }.items():
        assert is_allowed(host, listed) is allowed


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com", "localhost")),
        (
            {"HOST": "0.0.0.0"},  # noqa: S104
            (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com"),
        ),
        ({"AZURE_OPENAI_ALLOWED_ENDPOINTS": "none"}, ()),
        ({"AZURE_OPENAI_ALLOWED_ENDPOINTS": ".Corp.example, localhost"}, (".corp.example", "localhost")),
    ],
)
def test_the_administrator_lists_where_people_may_connect(
    env: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert Settings.from_env(env).allowed_endpoints == expected


@pytest.mark.parametrize(
    ("endpoint", "more", "sentence"),
    [
        ("", {}, "The endpoint has no scheme."),
        ("http://name.openai.azure.com", {}, "The endpoint does not use https."),
        ("https://evil.example.net", {}, "This playground does not connect there."),
        ("https://name.openai.azure.com@evil.net", {}, "The endpoint is not an address."),
        ("https://name.openai.azure.com", {"key": Secret(" ")}, "The key is missing."),
        (
            "https://name.openai.azure.com",
            {"key": Secret("CANARY\u200bx")},
            "The key contains an invalid character at position 7.",
        ),
        (
            "https://name.openai.azure.com",
            {"api_version": "latest"},
            "The API version is not an api-version.",
        ),
        (
            "https://name.openai.azure.com",
            {"text_deployments": "a b"},
            "The list of text deployments has an entry that is no deployment name (number 1).",
        ),
    ],
)
def test_what_is_malformed_is_said_and_not_repeated(
    endpoint: str, more: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        own_settings(Settings(), typed(endpoint, **more))
    assert str(refused.value) == sentence
    assert "CANARY" not in " ".join(strings(refused.value))


def test_the_server_keeps_its_key_and_its_folder_to_itself() -> None:
    server = Settings(
        endpoint="https://a.openai.azure.com", keys=(Secret(KEY_1), Secret(KEY_2)), data_dir=Path("x")
    )
    pasted = "https://b.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21"
    own = own_settings(server, TypedConnection(endpoint=pasted, key=Secret(MINE)))
    assert (own.endpoint, own.data_dir) == ("https://b.openai.azure.com", Path("x"))
    assert [key.reveal() for key in own.keys] == [MINE]
    assert (own.api_version, [item.name for item in own.text_deployments]) == ("2024-10-21", ["mine"])
    bare = own_settings(server, TypedConnection(endpoint="https://b.openai.azure.com", key=Secret(MINE)))
    assert bare.api_version == "v1"


def test_text_goes_there_with_the_typed_key_alone(
    services: Services, azure: Upstream, elsewhere: Upstream
) -> None:
    own = services.through(ME, services.connect(ME, typed(elsewhere.url)))
    assert ended(own.complete(ME, ASK)).value.choices[0].text == " Hello from the fake"
    assert [request.headers["api-key"] for request in elsewhere.requests] == [MINE]
    assert azure.requests == ()
    ended(services.complete(ME, ASK))
    assert len(elsewhere.requests) == 1
    assert azure.requests[0].headers["api-key"] == KEY_1


def test_a_run_made_through_it_is_in_the_history_like_any_other(
    services: Services, elsewhere: Upstream
) -> None:
    run = ended(services.through(ME, services.connect(ME, typed(elsewhere.url))).complete(ME, ASK))
    assert services.run(ME, run.id) is run


def test_it_belongs_to_its_owner_and_ends_when_told(services: Services, elsewhere: Upstream) -> None:
    id = services.connect(ME, typed(elsewhere.url))
    for owner, other in ((OTHER, id), (ME, "random")):
        with pytest.raises(NotFound):
            services.through(owner, other)
    services.disconnect(OTHER, id)
    assert services.through(ME, id).deployments.origin == elsewhere.url
    services.disconnect(ME, id)
    with pytest.raises(NotFound):
        services.through(ME, id)


def test_pictures_go_there_with_the_typed_key_alone(
    services: Services, azure: Upstream, elsewhere: Upstream
) -> None:
    own = services.through(ME, services.connect(ME, typed(elsewhere.url)))
    view = finished(services, own.generate(ME, "once", DRAW))
    assert view.state == "succeeded" and view.slots[0].key
    assert {request.headers.get("api-key") for request in elsewhere.requests} == {MINE, None}
    assert all("api-key" not in request.headers for request in elsewhere.received("picture"))
    assert azure.requests == ()


def test_after_a_restart_it_waits_for_the_connection_and_never_takes_the_servers_key(
    start: Callable[..., Services], azure: Upstream, elsewhere: Upstream
) -> None:
    elsewhere.running = 10**6
    first = start()
    own = first.through(ME, first.connect(ME, typed(elsewhere.url)))
    id = own.generate(ME, "once", DRAW)
    elsewhere.wait_for("poll")
    first.close()
    polled = len(elsewhere.requests)

    second = start()
    view = finished(second, id)
    assert view.state == "unknown" and view.checkable
    assert isinstance(view.error, Disconnected)
    assert "key with it" in str(view.error) and "Enter the connection again" in view.error.advice
    assert (len(elsewhere.requests), azure.requests) == (polled, ())

    elsewhere.running = 0
    second.connect(ME, typed(elsewhere.url))
    second.check_operation(ME, id)
    wait(lambda: second.operation(ME, id).state == "succeeded")
    assert len(elsewhere.bill) == 1


def test_what_had_not_been_sent_says_so(
    start: Callable[..., Services], azure: Upstream, elsewhere: Upstream
) -> None:
    services = start()
    id = services.connect(ME, typed(elsewhere.url))
    own = services.through(ME, id)
    services.disconnect(ME, id)
    view = finished(services, own.generate(ME, "once", DRAW))
    assert view.state == "failed"
    assert "Nothing was sent." in str(view.error)
    assert (elsewhere.requests, azure.requests) == ((), ())


def test_nothing_of_the_key_reaches_the_data_folder(services: Services, elsewhere: Upstream) -> None:
    id = services.connect(ME, typed(elsewhere.url))
    own = services.through(ME, id)
    ended(own.complete(ME, ASK))
    finished(services, own.generate(ME, "once", DRAW))
    services.close()
    for path in services.settings.data_dir.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert MINE.encode() not in content and id.encode() not in content, path


def test_one_busy_resource_leaves_the_others_their_tries(
    services: Services, azure: Upstream, elsewhere: Upstream
) -> None:
    busy = error("rate_limit_short", headers={"retry-after": "0"})
    elsewhere.defaults["completions"] = busy
    mine = services.through(ME, services.connect(ME, typed(elsewhere.url)))
    for _ in range(11):  # two further tries each, at last more than a connection may make
        refused = ended(mine.complete(ME, ASK)).error
    assert "none is tried again by itself" in str(refused)
    azure.enqueue("completions", busy)
    assert ended(services.complete(OTHER, ASK)).error is None


def test_code_that_makes_a_picture_again_asks_where_it_was_made(
    services: Services, azure: Upstream, elsewhere: Upstream
) -> None:
    id = services.connect(ME, typed(elsewhere.url))
    own = services.through(ME, id)
    mine = finished(own, own.generate(ME, "mine", DRAW)).request
    usual = finished(services, services.generate(ME, "usual", DRAW)).request
    services.disconnect(ME, id)
    for via in (services, own):
        for request, fake in ((mine, elsewhere), (usual, azure)):
            assert all(fake.url in snippet.code for snippet in via.image_code(request))


def test_one_that_nobody_uses_is_forgotten(elsewhere: Upstream) -> None:
    now = [0.0]
    connections = OwnConnections(Azure, lambda: now[0])
    settings = own_settings(Settings(), typed(elsewhere.url))
    used, idle = connections.open(ME, settings), connections.open(ME, settings)
    now[0] += IDLE_S
    connections.find(ME, used)
    now[0] += 1
    connections.find(ME, used)
    with pytest.raises(NotFound):
        connections.find(ME, idle)
    assert connections.to(ME, elsewhere.url) is connections.find(ME, used)[1]
    connections.forget(ME, used)
    with pytest.raises(Disconnected):
        connections.to(ME, elsewhere.url)
