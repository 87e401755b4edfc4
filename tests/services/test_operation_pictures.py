"""The pictures of one image operation: each on its own, fetched once, kept or told why not."""

import io

import pytest
from PIL import Image

from services.errors import ServiceError
from tests.azure_bodies import (
    IMAGE_BLOCKED,
    error,
    operation,
    picture,
    succeeded,
)
from tests.azure_reply import Reply
from tests.services.bench import Bench
from tests.services.following import KEY_1, on_disk
from tests.services.test_store import full_disk
from tests.upstream import Upstream


@pytest.mark.parametrize("top_level", [False, True])
def test_a_set_keeps_its_order_with_every_kind_of_slot(
    bench: Bench, azure: Upstream, top_level: bool
) -> None:
    urls = [{"url": f"{azure.url}/pictures/{n}.png", "revised_prompt": f"Cat {n}"} for n in range(2)]
    broken = {"error": {"code": "internal", "message": "Broken."}}
    azure.enqueue("poll", succeeded(urls[0], IMAGE_BLOCKED, broken, urls[1], {}, top_level=top_level))
    row = bench.work()
    assert (row["state"], bench.originals()) == ("succeeded", [picture(0), None, None, picture(1), None])
    assert [slot.get("revised_prompt") for slot in row["slots"]] == ["Cat 0", None, None, "Cat 1", None]
    assert row["slots"][1]["filter"]["state"] == "image_blocked"
    gone = "The service gave no link for this picture."
    assert [row["slots"][n]["error"] for n in (2, 4)] == ["Broken.", gone]


def gif() -> bytes:
    file = io.BytesIO()
    Image.new("P", (8, 8)).save(file, "GIF")
    return file.getvalue()


def animation() -> bytes:
    file = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    return file.getvalue()


def wide() -> bytes:
    file = io.BytesIO()
    Image.new("L", (4_097, 1)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(200, "<html>Error</html>", {"content-type": "image/png"}), "a web page where"),
        (Reply(200, b""), "an empty picture"),
        (Reply(200, picture(1)[:60]), "damaged or not complete"),
        (Reply(200, picture(1) + b"x", content_length=60), "damaged or not complete"),
        (Reply(200, gif()), "a GIF where"),
        (Reply(200, animation()), "an animation"),
        (Reply(200, wide()), "too large: 4097×1"),
        (Reply(200, b"x" * (26 * 2**20), gzip=True), "larger than 25 MiB"),
        (Reply(302, b"", {"location": "http://127.0.0.1:1/"}), "a host that is not allowed: 127.0.0.1"),
        (Reply(302, b"", {"location": "bad.png"}), "redirected more than 2 times"),
    ],
)
def test_a_bad_picture_has_its_own_message_and_the_others_stand(
    bench: Bench, azure: Upstream, reply: Reply, sentence: str
) -> None:
    azure.defaults["picture"] = lambda request: reply if "bad" in request.path else Reply(200, picture(5))
    links = [f"{azure.url}/pictures/{name}.png?sig=s" for name in ("bad", "good")]
    azure.enqueue("poll", succeeded(*links))
    row = bench.work()
    assert (row["state"], bench.originals()) == ("succeeded", [None, picture(5)])
    assert sentence in row["slots"][0]["error"]
    asked = len([request for request in azure.received("picture") if "bad" in request.path])
    assert asked == (3 if "redirected" in sentence else 1)


def test_a_picture_at_a_stranger_is_not_fetched(bench: Bench, azure: Upstream, spy: Upstream) -> None:
    links = [
        f"{spy.url}/pictures/0.png",
        "https://evilblob.core.windows.net/x",
        f"{azure.url}/pictures/1.png",
    ]
    azure.enqueue("poll", succeeded(*links))
    row = bench.work()
    assert (bench.originals(), spy.requests) == ([None, None, picture(1)], ())
    assert all("not allowed" in row["slots"][n]["error"] for n in (0, 1))


def test_pictures_are_fetched_without_any_key_and_their_links_are_not_kept(
    bench: Bench, azure: Upstream
) -> None:
    bench.work()
    for request in azure.received("picture"):
        assert not {"api-key", "authorization", "cookie"} & request.headers.keys()
        assert request.query == {"sig": "fake"}
    kept = on_disk(bench.settings.data_dir)
    assert b"sig=" not in kept and KEY_1.encode() not in kept


def test_a_dead_link_is_asked_for_once_more(bench: Bench, azure: Upstream) -> None:
    dead, good, fresh = (f"{azure.url}/pictures/{n}.png" for n in (0, 1, 2))
    azure.defaults["picture"] = lambda request: (
        Reply(403) if request.path.endswith("/0.png") else Reply(200, picture(int(request.path[-5])))
    )
    azure.enqueue("poll", succeeded(dead, good), succeeded(fresh, good))
    assert (bench.work()["state"], bench.originals()) == ("succeeded", [picture(2), picture(1)])
    assert len(azure.received("poll")) == 2
    assert [request.path[-5] for request in azure.received("picture")].count("1") == 1


@pytest.mark.parametrize(
    "again",
    [
        error("server_error"),
        error("not_found"),
        Reply(reset=True),
        Reply(200, operation("running")),
        Reply(200, succeeded()),
        None,
    ],
)
def test_a_link_that_stays_dead_leaves_the_others_standing(
    bench: Bench, azure: Upstream, again: Reply | None
) -> None:
    azure.defaults["picture"] = lambda request: Reply(404 if "/0.png" in request.path else 200, picture(1))
    found = succeeded(f"{azure.url}/pictures/0.png", f"{azure.url}/pictures/1.png")
    azure.enqueue("poll", found, again or found)
    row = bench.work()
    assert (row["state"], bench.originals()) == ("succeeded", [None, picture(1)])
    assert row["slots"][0]["error"] == "The picture's link is gone."
    assert len(azure.received("poll")) == 2


@pytest.mark.parametrize("reply", [Reply(500), Reply(200, picture(0), stop_after=30), Reply(reset=True)])
def test_a_download_that_breaks_is_tried_again(bench: Bench, azure: Upstream, reply: Reply) -> None:
    azure.enqueue("picture", reply)
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/0.png"))
    assert (bench.work()["state"], bench.originals()) == ("succeeded", [picture(0)])
    assert len(azure.received("picture")) == 2


def test_a_picture_the_disk_refuses_is_told(bench: Bench, azure: Upstream) -> None:
    (bench.settings.data_dir / "pictures").rmdir()
    row = bench.work()
    assert {slot["error"][:32] for slot in row["slots"]} == {"The picture could not be saved: "}


def test_a_row_the_disk_refuses_is_not_sent(bench: Bench, azure: Upstream) -> None:
    bench.add()
    row = bench.store.claim("worker", 60) or {}
    with full_disk(), pytest.raises(ServiceError, match="could not write"):
        bench.worker.carry_out(row)
    assert (bench.row["state"], azure.requests) == ("queued", ())


def test_a_defect_ends_in_words_with_a_reference(bench: Bench, azure: Upstream) -> None:
    bench.add(request={"prompt": "A cat", "of": "the future"})
    row = bench.carry_out()
    assert (row["state"], azure.requests) == ("unknown", ())
    assert row["error"]["message"] == "Something went wrong here. Reference: a."
