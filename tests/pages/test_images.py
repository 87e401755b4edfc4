"""The image page: what it sends, the operation as it goes, and what it leaves."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from services import ImageRequest, Services
from tests.azure_bodies import IMAGE_BLOCKED, error, failed, operation, picture, submitted, succeeded
from tests.azure_reply import Reply
from tests.pages.browsing import IMAGES, KEY, ME, TEXT, Tab, wait
from tests.upstream import Upstream


def test_the_request_is_what_the_widgets_hold(images: Tab, azure: Upstream) -> None:
    prompt = '  a "red"\n\tboat 🏖️ $x$ '
    images.generate(prompt, n=2, size="512x512")
    (request,) = azure.received("submit")
    assert request.json == {"prompt": prompt, "n": 2, "size": "512x512"}
    assert request.query == {"api-version": "2023-06-01-preview"}
    assert request.headers["api-key"] == KEY
    assert images.value("prompt") == prompt


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompt": ""}, "Write a prompt first. Nothing was sent."),
        (
            {"prompt": "x" * 1_001},
            "The prompt has 1,001 characters; this model takes at most 1,000. Shorten it. Nothing was sent.",
        ),
        ({"n": 0}, "The number of images must be from 1 to 5. Nothing was sent."),
        ({"n": 6}, "The number of images must be from 1 to 5. Nothing was sent."),
        ({"n": -3}, "The number of images must be from 1 to 5. Nothing was sent."),
    ],
    ids=["empty", "long", "none", "six", "negative"],
)
def test_a_request_the_service_would_refuse_is_not_sent(
    images: Tab, azure: Upstream, values: dict[str, Any], sentence: str
) -> None:
    asked = {"prompt": "Keep me"} | values
    images.generate(**asked)
    assert images.lines("image-problem") == [f"**{sentence}**"]
    assert images.value("prompt") == asked["prompt"]
    assert azure.requests == ()


def test_a_thousand_characters_are_sent(images: Tab, azure: Upstream) -> None:
    images.generate("x" * 1_000)
    assert len(azure.bill) == 1


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_set_shows_its_pictures_in_order_with_a_download_each(images: Tab, n: int) -> None:
    images.generate("a cat", n=n)
    keys = []
    for at in range(n):
        slot = images.at.get_by_key(f"image-slot-{at}")
        (shown,), (download,) = slot.image, slot.link_button
        assert shown.proto.imgs[0].alt == "a cat"
        assert "v=view" in shown.value[0]
        assert "v=original" in download.proto.url
        assert ":material/check_circle: saved locally" in images.look(f"image-slot-{at}")
        assert "8×8" in images.look(f"image-slot-{at}")
        keys.append(shown.value[0].split("/pictures/")[1].split("?")[0])
    originals = [images.services.pictures.path(key, "original").read_bytes() for key in keys]
    assert originals == [picture(at) for at in range(n)]


def test_a_revised_prompt_is_shown_and_becomes_the_alternative_text(images: Tab, azure: Upstream) -> None:
    item = {"url": f"{azure.url}/pictures/x/0.png", "revised_prompt": "a fluffy cat"}
    azure.enqueue("poll", succeeded(item))
    images.generate("a cat")
    assert "Revised prompt: a fluffy cat" in images.look("image-slot-0")
    assert images.at.image[0].proto.imgs[0].alt == "a cat (revised by the service: a fluffy cat)"


def test_a_picture_that_cannot_be_fetched_keeps_its_place(images: Tab, azure: Upstream) -> None:
    urls = [f"{azure.url}/pictures/x/0.png", "https://elsewhere.example/1.png"]
    azure.enqueue("poll", succeeded(*urls))
    images.generate("a cat", n=2)
    assert len(images.at.get_by_key("image-slot-0").image) == 1
    assert images.look("image-slot-1").startswith(
        "**No picture here.** The service gave a picture link to a host that is not allowed: "
        "elsewhere.example."
    )


def test_a_picture_that_is_lost_on_disk_says_so_in_its_place(images: Tab) -> None:
    images.generate("a cat", n=2)
    key = images.at.image[1].value[0].split("/pictures/")[1].split("?")[0]
    for variant in ("view", "original"):
        images.services.pictures.path(key, variant).unlink()
    images.at.run()
    assert len(images.at.image) == 1
    said = images.look("image-empty-1")
    assert said.startswith("**No picture here.** ")
    assert said.endswith("Its prompt and settings are kept: make it again with them.")


def test_the_rows_of_a_set_keep_its_order_where_columns_stand_below_each_other(images: Tab) -> None:
    images.generate("a cat", n=5)
    shown = [node.value[0] for node in images.at.image]
    assert shown == [images.at.get_by_key(f"image-slot-{at}").image[0].value[0] for at in range(5)]


def test_the_line_under_a_set_tells_what_came_and_how_long_it_took(images: Tab, azure: Upstream) -> None:
    good = f"{azure.url}/pictures/x/0.png"
    azure.enqueue("poll", succeeded(good, {"error": {"code": "x", "message": "Out of paint."}}))
    line = images.generate("a cat", n=2).look("image-facts")
    assert re.fullmatch(r"1 of 2 pictures · submit and poll · \d+\.\d s · request id fake-\d+", line)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (23.2, "The service keeps these for about 23 h more; the copies saved here stay."),
        (0.5, "The service keeps these for less than an hour; the copies saved here stay."),
        (-1, "The service keeps these no longer; the copies saved here stay."),
    ],
)
def test_the_expiry_says_how_long_the_service_keeps_them(
    images: Tab, azure: Upstream, hours: float, words: str
) -> None:
    done = succeeded(f"{azure.url}/pictures/x/0.png") | {"expires": int(time.time() + hours * 3600)}
    azure.enqueue("poll", done)
    assert words in images.generate("a cat").lines("image-finished")


def test_of_a_set_that_is_withheld_the_service_keeps_nothing(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", succeeded(IMAGE_BLOCKED) | {"expires": int(time.time() + 3600)})
    said = images.generate("a cat").look("image-finished")
    assert "no picture · submit and poll" in said
    assert "The service keeps" not in said


def test_without_an_expiry_nothing_is_said_of_it(images: Tab) -> None:
    assert "The service keeps" not in images.generate("a cat").look()


# -- the operation as it goes


def test_the_timeline_keeps_every_answer_with_its_status_word_as_received(
    images: Tab, azure: Upstream
) -> None:
    azure.enqueue("submit", submitted("op-1"))
    azure.enqueue(
        "poll",
        Reply(200, operation("notRunning"), {"retry-after": "0", "apim-request-id": "poll-1"}),
        Reply(200, operation("Running"), {"retry-after": "0"}),
        succeeded(f"{azure.url}/pictures/x/0.png"),
    )
    images.generate("a cat")
    (timeline,) = (box for box in images.at.expander if box.label.startswith("Timeline"))
    words = [line.split(" | ")[3] for line in timeline.markdown[0].value.split("\n")[2:]]
    assert words[-3:] == ["notRunning", "Running", "succeeded"]
    assert "poll\\-1" in timeline.markdown[0].value
    assert timeline.label == f"Timeline: {len(words)} answers"
    assert "**Done · status “succeeded”**" in images.look("image-status")


def test_while_it_runs_the_timeline_is_live_and_the_button_is_stop(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(200, operation("Weird-Status"), {"retry-after": "20"}))
    images.fill(prompt="a cat").button("generate").click()
    images.until(lambda: images.sent.has("Weird") and images.sent.has("next look in"))
    live = images.lines("image-live")
    assert live[0].startswith(":material/progress_activity: **In the service's hands · status “Weird-Status”")
    assert "next look in" in live[0]
    (bar,) = (node for node in images.at.get("html") if "<ol" in node.proto.body)
    assert '<li class="now" aria-current=step>running</li>' in bar.proto.body
    assert images.has("image-stop")
    assert not images.has("image-generate")


def test_a_picture_is_sent_in_its_frame_before_the_result_is_drawn(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(200, operation(), {"retry-after": "1"}))
    images.generate("a cat")
    said = [message.SerializeToString() for message in images.sent]
    places, pictures = (
        [at for at, message in enumerate(said) if words in message]
        for words in (b"The place of picture 1", b"v=view")
    )
    assert len(places) == 1
    assert len(pictures) == 2, "in its frame, and then in the result"
    assert places[0] < pictures[0]
    assert len(images.at.image) == 1, "the frame is gone"


def test_a_second_press_of_a_double_click_pays_once(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(200, operation(), {"retry-after": "1"}))
    images.fill(prompt="a cat").button("generate").click()
    images.until(lambda: azure.received("poll"), second="generate")
    assert len(azure.received("submit")) == 1
    assert len(images.at.image) == 1


def test_generating_again_is_a_new_operation(images: Tab, azure: Upstream) -> None:
    images.generate("a cat").press("generate")
    assert len(azure.bill) == 2


def test_stop_after_sending_is_honest_and_the_operation_goes_on(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(200, operation(), {"retry-after": "1"}))
    images.fill(prompt="a cat").button("generate").click()
    images.until(lambda: azure.received("poll") and images.has_sent_stop())
    images.press("stop")
    assert images.lines("image-status")[0] == (
        "Stopped watching. The service has no cancel; it goes on, may be billed, and the result will be kept."
    )
    assert images.lines("image-status")[1:3] == ["Resume watching", "Timeline: 2 answers"]
    images.press("resume")
    assert len(images.at.image) == 1
    assert len(azure.bill) == 1


def test_an_operation_that_nobody_watches_is_shown_when_it_has_ended(images: Tab, azure: Upstream) -> None:
    azure.hold("poll")
    images.fill(prompt="a cat").at.button(key="image-generate").click()
    images.until(lambda: azure.received("poll") and images.has_sent_stop())
    images.press("stop")
    azure.release("poll")
    id = images.shown
    wait(lambda: images.services.operation(ME, id).ended)
    images.at.run()
    assert len(images.at.image) == 1


def test_who_comes_back_to_an_operation_watches_it(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", Reply(200, operation(), {"retry-after": "1"}))
    images.fill(prompt="a cat").at.button(key="image-generate").click()
    images.until(lambda: azure.received("poll") and images.has_sent_stop())
    images.press("stop").go(TEXT).go(IMAGES)
    assert len(images.at.image) == 1


def test_stop_before_sending_says_that_nothing_was_sent(images: Tab, azure: Upstream) -> None:
    azure.hold("submit")
    for at in range(2):  # as many as go at once
        images.services.generate("owner-other", f"intent-{at}", _request())
    azure.wait_for("submit", 2)
    images.fill(prompt="a cat").button("generate").click()
    images.until(lambda: images.sent.has("Waiting for its turn") and images.has_sent_stop())
    images.press("stop")
    assert images.lines("image-finished")[0] == "Stopped in time. Nothing was sent."
    assert "**Canceled**" in images.look("image-status")
    azure.release("submit")
    wait(lambda: len(azure.bill) == 2)
    assert all(request.json["prompt"] == "of another" for request in azure.received("submit"))


def _request() -> ImageRequest:
    return ImageRequest(prompt="of another")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("failed", "The image operation failed."),
        ("Canceled", "The image operation ended as “Canceled”."),
        ("deleted", "The image operation ended as “deleted”."),
    ],
)
def test_an_operation_that_ends_badly_says_how(
    images: Tab, azure: Upstream, status: str, sentence: str
) -> None:
    azure.enqueue("poll", operation(status))
    images.generate("Keep me")
    assert images.lines("image-finished")[0] == (
        f"**{sentence}**\n\nThe service gave no reason. Generate again for another try."
    )
    assert f"**Failed · status “{status}”**" in images.look("image-status")
    assert images.value("prompt") == "Keep me"


def test_the_service_s_own_reason_is_told(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", failed("InternalOperationImageFailed"))
    said = images.generate("a cat").look("image-finished")
    assert "**The image operation failed.**\n\nYour task failed as a result of our safety system." in said
    assert "Code: InternalOperationImageFailed" in said


def test_a_lost_submit_is_an_unknown_outcome_that_can_be_checked_again(images: Tab, azure: Upstream) -> None:
    azure.enqueue("submit", Reply(reset=True, billed=True))
    azure.enqueue("poll", error("not_found"))
    images.generate("Keep me")
    assert "**Outcome unknown**" in images.look("image-status")
    assert "it may have been accepted" in images.look("image-finished")
    assert images.has("image-check")
    images.press("check")
    assert len(images.at.image) == 1
    assert not images.has("image-check")
    assert len(azure.received("submit")) == 1
    assert images.value("prompt") == "Keep me"


ERRORS = {
    "key": (error("wrong_key"), "the key", "Status: 401"),
    "wait": (error("rate_limit", headers={"retry-after": "60"}), "60 s", "Retry after: 60 s"),
    "address": (error("not_found"), "address", "Status: 404"),
    "redirect": (Reply(302, headers={"location": "/x"}), "redirect", "Status: 302"),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_a_refused_submit_says_why_in_place_of_the_pictures(images: Tab, azure: Upstream, kind: str) -> None:
    reply, word, detail = ERRORS[kind]
    azure.enqueue("submit", reply)
    images.generate("Keep me")
    failure = images.services.operation(ME, images.shown).error
    assert failure is not None
    said = images.lines("image-finished")[0]
    assert said == f"**{failure}**\n\n{failure.advice}"
    assert word in said
    assert detail in images.look("image-finished")
    assert images.value("prompt") == "Keep me"
    assert not images.sent.has(KEY)


def test_an_unreachable_host_is_named(images: Tab, azure: Upstream) -> None:
    azure.close()
    images.generate("Keep me")
    assert images.look("image-finished").startswith(f"**Cannot reach {azure.url.removeprefix('http://')}.**")


# -- finding it again


def test_the_address_brings_the_operation_back_in_a_second_tab(
    images: Tab, visit: Callable[..., Tab]
) -> None:
    id = images.generate("a cat").shown
    tab = visit()
    tab.at.query_params["run"] = id
    tab.at.switch_page(IMAGES).run()
    assert len(tab.at.image) == 1


@pytest.mark.parametrize(("owner", "id"), [("owner-other", ""), (ME, "random-id"), (ME, "**x** <b>")])
def test_an_operation_of_another_owner_is_not_here_and_looks_like_a_random_one(
    images: Tab, visit: Callable[..., Tab], owner: str, id: str
) -> None:
    kept = images.generate("a cat").shown
    tab = visit(owner=owner)
    tab.at.query_params["run"] = id or kept
    tab.at.switch_page(IMAGES).run()
    assert tab.lines("image-problem") == [
        "**There is no such result here.**\n\nIt may belong to another browser."
    ]
    assert not tab.at.image


def test_a_finished_operation_survives_a_restart(
    images: Tab, start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    id = images.generate("a cat").shown
    images.services.close()
    tab = visit(server=start())
    tab.at.query_params["run"] = id
    tab.at.switch_page(IMAGES).run()
    assert len(tab.at.image) == 1


def test_pictures_stay_when_the_page_is_left_and_found_again(images: Tab) -> None:
    images.generate("a cat").go(TEXT).go(IMAGES)
    assert len(images.at.image) == 1


def test_a_new_tab_offers_the_last_result_of_this_browser(visit: Callable[..., Tab]) -> None:
    first = visit().go(IMAGES)
    assert not first.has("image-latest")
    first.generate("A cat")
    other = visit().go(IMAGES)
    other.press("latest")
    assert other.at.query_params["run"] == first.at.query_params["run"]
    assert other.has("image-slot-0")
    assert not visit(owner="somebody else").go(IMAGES).has("image-latest")


# -- the same request as code


def test_the_request_just_made_is_there_as_code_without_its_key(images: Tab, azure: Upstream) -> None:
    images.generate('say "cheese" $HOME', n=2)
    assert not images.at.code, "nothing of it is sent before it is opened"
    images.at.session_state["image-code"] = True
    images.at.run()
    (box,) = (box for box in images.at.expander if box.label == "View code")
    assert [tab.label for tab in box.tabs] == ["curl", "Python requests"]
    curl, python = box.code
    assert (curl.language, python.language) == ("bash", "python")
    assert r"""--data-raw '{"prompt": "say \"cheese\" $HOME", "n": 2, "size": "1024x1024"}'""" in curl.value
    assert f"{azure.url}/openai/images/generations:submit" in python.value
    assert all(KEY not in code.value and "AZURE_OPENAI_API_KEY" in code.value for code in box.code)
