"""What a person takes along: everything of the chosen runs, nothing secret, and nothing of anybody else's."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from services import CompletionRequest, HistoryQuery, ImageRequest, NotFound, Services
from services.pictures.files import LOST
from tests.azure_bodies import IMAGE_BLOCKED, chunk, error, picture, prompt_blocked, sse, succeeded
from tests.services.following import KEY_1, KEY_2, ME, OTHER, ended, finished, wait
from tests.upstream import Upstream

ALL = HistoryQuery()
ASK = CompletionRequest(deployment="text", prompt="a\0b \ud800 é <script>", logprobs=2, stop=("\n",))
DRAW = ImageRequest(prompt="A cat", n=2, size="256x256")


def unzipped(pieces: Iterator[bytes]) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def ask(services: Services, request: CompletionRequest = ASK, owner: str = ME) -> str:
    count = len(services.history(owner, ALL))
    run = ended(services.complete(owner, request))
    wait(lambda: len(services.history(owner, ALL)) == count + 1)
    wait(lambda: services.history(owner, ALL)[0].outcome != "running")
    return run.id


def draw(services: Services, owner: str = ME) -> str:
    id = services.generate(owner, "once", DRAW)
    finished(services, id, owner)
    return id


def record(files: dict[str, bytes], id: str) -> dict[str, object]:
    return dict(json.loads(next(files[name] for name in files if name.endswith(f"{id}/run.json"))))


def test_a_zip_holds_every_setting_the_answers_and_the_original_pictures(
    services: Services, azure: Upstream
) -> None:
    azure.enqueue("completions", error("wrong_key"))
    azure.enqueue("completions", sse(chunk(" Hello", 0), chunk("\ud800é", 1), chunk("", finish="stop")))
    url = {"url": f"{azure.url}/pictures/1.png", "revised_prompt": "A black cat"}
    azure.enqueue("poll", succeeded(url, IMAGE_BLOCKED))
    text, image = ask(services), draw(services)
    files = unzipped(services.exports.zip(ME, [image, text, image]))
    assert {name.split("/")[0][18:] for name in files} == {text, image}
    of_text, of_image = record(files, text), record(files, image)
    run = services.run(ME, text)
    assert run is not None
    assert of_text["request"] == json.loads(json.dumps({**_fields(run.request)}))
    assert (of_text["kind"], of_text["outcome"], of_text["state"]) == ("text", "succeeded", "done")
    assert of_text["notice"] == run.notice == "Key 1 was refused, using key 2."
    assert [files[name].decode() for name in sorted(files) if "answer" in name] == [" Hello", "\ufffdé"]
    view = services.operation(ME, image)
    assert of_image["request"] == DRAW.to_json() and of_image["outcome"] == "succeeded"
    row = services._store.operation(ME, image) or {}
    kept = ("service_id", "operation_id", "notice", "usage", "submitted_at")
    assert [of_image[name] for name in kept] == [row[name] for name in kept]
    assert len(of_image["polls"]) == len(view.polls)  # type: ignore[arg-type]
    assert [slot.get("revised_prompt") for slot in of_image["slots"]] == ["A black cat", None]  # type: ignore[attr-defined]
    assert [files[name] for name in files if name.endswith("picture-1.png")] == [picture(1)]
    assert len(files) == 5


def _fields(request: CompletionRequest) -> dict[str, object]:
    return {name: getattr(request, name) for name in request.__dataclass_fields__}


def test_the_lines_are_every_run_newest_first(services: Services) -> None:
    ids = [ask(services, replace(ASK, prompt=f"{n} \ud800\0")) for n in range(3)] + [draw(services)]
    services.delete(ME, [ids[0]])
    lines = b"".join(services.exports.lines(ME)).decode().splitlines()
    records = [json.loads(line) for line in lines]
    assert [each["id"] for each in records] == ids[:0:-1]
    assert [each["request"]["prompt"] for each in records] == ["A cat", "2 \ud800\0", "1 \ud800\0"]
    assert records[1]["answer"]["choices"][0]["text"] == " Hello from the fake"
    assert b"".join(services.exports.lines(OTHER)) == b""


def test_nothing_secret_is_in_an_export(services: Services, azure: Upstream) -> None:
    azure.enqueue("completions", prompt_blocked())
    ids = [ask(services), draw(services)]
    files = unzipped(services.exports.zip(ME, ids))
    written = b"".join(files.values()) + b"".join(services.exports.lines(ME))
    for secret in (KEY_1, KEY_2, ME, "sig=", "api-key", services.secret.reveal()):
        assert secret.encode() not in written, secret


def test_a_lost_picture_is_said_and_the_rest_is_there(services: Services) -> None:
    id = draw(services)
    lost = services.operation(ME, id).slots[0].key
    services.pictures.path(lost or "", "original").write_bytes(b"damaged")
    files = unzipped(services.exports.zip(ME, [id]))
    assert [files[name].decode() for name in files if name.endswith("picture-1.txt")] == [LOST]
    assert [files[name] for name in files if name.endswith("picture-2.png")] == [picture(1)]


def test_another_s_run_cannot_be_exported(services: Services) -> None:
    mine, theirs = ask(services), ask(services, owner=OTHER)
    services.delete(ME, [deleted := ask(services)])
    for ids in ([theirs], [mine, theirs], ["random"], [], ["\ud800"], [deleted]):
        with pytest.raises(NotFound, match="^There is no such run here.$"):
            services.exports.zip(ME, ids)


def test_a_link_opens_its_export_for_its_owner_alone(services: Services) -> None:
    ids = [ask(services), draw(services)]
    zipped, lines = services.exports.link(ME, ids), services.exports.link(ME)
    assert len(unzipped(opened(services, zipped))) == 5
    assert b"".join(opened(services, lines)) == b"".join(services.exports.lines(ME))
    other = ask(services, owner=OTHER)
    for link, changes, owner in [
        (zipped, {}, OTHER),
        (zipped, {}, None),
        (zipped, {"ids": ids[0]}, ME),
        (zipped, {"ids": ""}, ME),
        (zipped, {"ids": other}, ME),
        (zipped, {"e": "1"}, ME),
        (zipped, {"s": "é"}, ME),
        (lines, {}, OTHER),
        (lines, {"ids": ids[0]}, ME),
        (lines.replace("history.jsonl", "runs.zip"), {}, ME),
        (zipped.replace("runs.zip", "random"), {}, ME),
    ]:
        with pytest.raises(NotFound, match="^There is nothing here for this browser.$"):
            opened(services, link, owner, **changes)


def opened(services: Services, link: str, owner: str | None = ME, **changes: str) -> Iterator[bytes]:
    parts = urlsplit(link)
    return services.exports.open(parts.path.rsplit("/", 1)[1], dict(parse_qsl(parts.query)) | changes, owner)


def test_an_export_is_written_as_it_is_read(services: Services) -> None:
    """A zip of many runs takes the memory of one."""
    ids = [ask(services, replace(ASK, prompt="x" * 150_000)) for _ in range(8)]

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in services.exports.zip(ME, ids[:count]):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(8) < 2 * peak(1)
