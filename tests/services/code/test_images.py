"""An image request as code: each piece is run, and asks for exactly what the page asked for."""

import json
from collections.abc import Callable

import pytest

from services import ImageRequest, Settings, Snippet
from services.code import image_code
from tests.azure_bodies import IMAGE_BLOCKED, generated, operation, picture, succeeded
from tests.azure_reply import Reply
from tests.services.code.conftest import KEY, Ran
from tests.upstream import Upstream

Run = Callable[..., Ran]
ASYNC, SYNC = ("curl", "Python requests"), ("curl", "Python requests", "Python openai")
HOSTILE = "\n".join(
    (
        """--data-raw it's a "cat" `on` a 'mat' \"\"\" \'\'\' """,
        "one\r\n\tthree \\n \\",
        "$(touch here) ${HOME} $KEY `id` ; exit 3 # && || > out",
        "{0} {} {{x}} %s %(a)s {body!r}",
        "ein Bär 🐻 猫 \u202egnp.exe \u2028 \x07",
        "EOF\n'\nEOF",
    )
)


def code(request: ImageRequest, azure: Upstream, version: str) -> dict[str, Snippet]:
    settings = Settings(endpoint=azure.url, image_api_version=version)
    return {snippet.label: snippet for snippet in image_code(request, settings)}


def submit_code(azure: Upstream, prompt: str = "a cat", n: int = 1) -> dict[str, Snippet]:
    return code(ImageRequest(prompt=prompt, n=n, size="256x256"), azure, "2023-06-01-preview")


def wait_code(azure: Upstream, version: str = "2025-04-01-preview", **asked: str) -> dict[str, Snippet]:
    return code(ImageRequest(deployment="draw it", **{"prompt": "a cat", **asked}), azure, version)


def test_each_route_has_the_clients_that_speak_it(azure: Upstream) -> None:
    assert tuple(submit_code(azure)) == ASYNC
    assert tuple(wait_code(azure)) == SYNC


@pytest.mark.parametrize("label", ASYNC)
def test_a_prompt_stays_a_prompt_on_the_way_to_an_operation(azure: Upstream, run: Run, label: str) -> None:
    azure.running = 0
    ended = run(submit_code(azure, HOSTILE)[label])
    assert (ended.status, ended.err) == (0, "")
    (request,) = azure.bill
    assert request.json == {"prompt": HOSTILE, "n": 1, "size": "256x256"}
    assert request.query == {"api-version": "2023-06-01-preview"}


@pytest.mark.parametrize("label", SYNC)
def test_a_prompt_stays_a_prompt_on_the_way_to_a_deployment(azure: Upstream, run: Run, label: str) -> None:
    ended = run(wait_code(azure, prompt=HOSTILE)[label])
    assert (ended.status, ended.err) == (0, "")
    (request,) = azure.bill
    assert request.json["prompt"] == HOSTILE
    assert set(ended.files()) <= {"picture-1.png"}


@pytest.mark.parametrize("label", SYNC)
def test_the_code_asks_for_no_previews_which_it_would_not_show(azure: Upstream, run: Run, label: str) -> None:
    request = ImageRequest(prompt="a cat", deployment="draw", partial_images=3)
    assert run(code(request, azure, "v1")[label]).status == 0
    assert not {"stream", "partial_images"} & set(azure.bill[0].json)


@pytest.mark.parametrize("label", SYNC)
def test_every_setting_is_in_the_code(azure: Upstream, run: Run, label: str) -> None:
    settings = {
        "quality": "low",
        "background": "opaque",
        "output_format": "jpeg",
        "output_compression": 40,
        "moderation": "low",
    }
    request = ImageRequest(prompt="a cat", deployment="draw", n=2, size="1024x1536", **settings)
    run(code(request, azure, "2025-04-01-preview")[label])
    sent = {name: value for name, value in azure.bill[0].json.items() if name != "model"}
    assert sent == {"prompt": "a cat", "n": 2, "size": "1024x1536", **settings}


@pytest.mark.parametrize("label", SYNC)
@pytest.mark.parametrize(
    ("version", "target"),
    [
        (
            "2024-10-21",
            "/openai/deployments/draw%20it/images/generations?api-version=2024-10-21",
        ),
        ("v1", "/openai/v1/images/generations"),
        ("preview", "/openai/v1/images/generations?api-version=preview"),
    ],
)
def test_the_code_goes_where_the_page_goes(
    azure: Upstream, run: Run, label: str, version: str, target: str
) -> None:
    run(wait_code(azure, version)[label])
    assert azure.requests[0].target.replace("draw it", "draw%20it") == target
    if version in ("v1", "preview"):
        assert azure.requests[0].json["model"] == "draw it"


@pytest.mark.parametrize("label", ASYNC)
@pytest.mark.parametrize("word", ["failed", "Canceled", "cancelled", "deleted"])
def test_polling_ends_with_every_bad_end(azure: Upstream, run: Run, label: str, word: str) -> None:
    azure.enqueue("poll", operation("running"), operation(word))
    ended = run(submit_code(azure)[label])
    assert ended.status == 1
    assert word.lower() in ended.err.lower()
    assert len(azure.received("poll")) == 2


@pytest.mark.parametrize("label", ASYNC)
def test_a_refused_submit_ends_the_code(azure: Upstream, run: Run, label: str) -> None:
    ended = run(submit_code(azure)[label], key="wrong")
    assert ended.status != 0
    assert "401" in ended.err
    assert azure.received("poll") == ()


def test_an_operation_leaves_its_pictures_and_says_what_was_withheld(azure: Upstream, run: Run) -> None:
    good = f"{azure.url}/pictures/x/0.png"
    for top_level in (False, True):
        azure.enqueue("poll", succeeded(good, IMAGE_BLOCKED, good, top_level=top_level))
        ended = run(submit_code(azure, n=3)["Python requests"])
        assert ended.files() == {"picture-1.png": picture(), "picture-3.png": picture()}
        assert ended.out.startswith("Picture 2: {'code': 'contentFilter'")
    assert all("api-key" not in request.headers for request in azure.received("picture"))


def test_curl_prints_the_finished_operation(azure: Upstream, run: Run) -> None:
    ended = run(submit_code(azure, n=2)["curl"])
    assert json.loads(ended.out)["status"] == "succeeded"
    assert len(json.loads(ended.out)["result"]["data"]) == 2


@pytest.mark.parametrize("label", ["Python requests", "Python openai"])
def test_a_deployment_leaves_its_pictures(azure: Upstream, run: Run, label: str) -> None:
    link = f"{azure.url}/pictures/x/0.png"
    azure.enqueue("generation", generated(picture(1), link, IMAGE_BLOCKED))
    ended = run(wait_code(azure)[label])
    assert ended.files() == {"picture-1.png": picture(1), "picture-2.png": picture(0)}
    assert ended.out.startswith("Picture 3: ")
    azure.enqueue("generation", generated(picture(1)))
    assert set(run(wait_code(azure, output_format="jpeg")[label]).files()) == {"picture-1.jpg"}


@pytest.mark.parametrize("label", SYNC)
def test_a_server_that_is_not_azure_gets_the_key_as_a_token(azure: Upstream, run: Run, label: str) -> None:
    azure.keys = ()
    request = ImageRequest(prompt="a cat", deployment="draw")
    snippets = image_code(request, Settings(endpoint=azure.url, v1_path="/api/v1", image_api_version="v1"))
    run({snippet.label: snippet for snippet in snippets}[label])
    (sent,) = azure.requests
    assert sent.target == "/api/v1/images/generations"
    assert sent.headers["authorization"] == f"Bearer {KEY}"


def test_without_a_key_the_code_says_which_variable_to_set(azure: Upstream, run: Run) -> None:
    for snippet in (*submit_code(azure).values(), *wait_code(azure).values()):
        code = snippet.code.replace("AZURE_OPENAI_API_KEY", "NOT_SET_ANYWHERE")
        ended = run(Snippet(snippet.label, snippet.language, code))
        assert ended.status != 0
        assert "NOT_SET_ANYWHERE" in ended.err
    assert azure.requests == ()


def test_retry_after_is_obeyed(azure: Upstream, run: Run) -> None:
    azure.enqueue("poll", Reply(200, operation("running"), {"retry-after": "0.5"}))
    run(submit_code(azure)["Python requests"])
    first, second = azure.received("poll")
    assert second.at - first.at >= 0.5
