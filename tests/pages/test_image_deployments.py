"""The image page with deployments to choose from: each shows the knobs of its model, and no others."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from services import Deployment, ImageRequest, Services
from tests.azure_bodies import IMAGE_BLOCKED, error, generated, moderation_blocked, picture, policy_violation
from tests.azure_reply import Reply
from tests.pages.browsing import IMAGES, KEY, ME, TEXT, Tab, read
from tests.upstream import Upstream

NAMES = ("gpt-image-1", "dall-e-3", "posters")  # posters is a gpt-image-2
POLLED = "none (submit and poll)"
GPT = [
    "Deployment",
    "Size",
    "Number of images",
    "Quality",
    "Background",
    "Format",
    "Moderation",
    "Previews",
    "API version",
]
KNOBS = {
    "gpt-image-1": GPT,
    "posters": GPT,
    "dall-e-3": ["Deployment", "Size", "Number of images", "Quality", "Style", "API version"],
    "": ["Deployment", "Size", "Number of images"],
}


@pytest.fixture
def services(start: Callable[..., Services]) -> Services:
    deployments = (*map(Deployment, NAMES[:2]), Deployment("posters", "gpt-image-2"))
    return start(image_deployments=deployments)


def widget(tab: Tab, name: str) -> Any:
    return tab.at.get_by_key(f"image-{name}")


def knobs(tab: Tab) -> list[str]:
    return [node.label for node in tab.knobs() if node.key != "image-keep"]


def choose(tab: Tab, deployment: str) -> Tab:
    """Picks a deployment, the empty name for the entry without one."""
    widget(tab, "deployment").set_value(deployment).run()
    assert not tab.at.exception
    return tab


# -- the knobs


def test_the_first_deployment_is_chosen_and_the_older_route_comes_last(images: Tab) -> None:
    chosen = widget(images, "deployment")
    assert (chosen.value, chosen.options) == ("gpt-image-1", [*NAMES, POLLED])


@pytest.mark.parametrize("deployment", KNOBS)
def test_only_the_knobs_of_the_family_stand_there(images: Tab, deployment: str) -> None:
    assert knobs(choose(images, deployment)) == KNOBS[deployment]


def test_without_deployments_there_is_none_to_choose(
    start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    assert knobs(visit(server=start()).go(IMAGES)) == ["Size", "Number of images"]


@pytest.mark.parametrize("deployment", KNOBS)
def test_every_knob_has_two_sentences_of_help(images: Tab, deployment: str) -> None:
    for node in choose(images, deployment).knobs():
        told = re.sub(r"\([^)]*\)", "", node.help)
        assert len(re.findall(r"[^.!?]{15,}[.!?](?: |$)", told)) == 2, node.help


@pytest.mark.parametrize(
    ("deployment", "name", "options"),
    [
        ("gpt-image-1", "size", ["1024x1024", "1024x1536", "1536x1024", "auto"]),
        ("gpt-image-1", "quality", ["auto", "low", "medium", "high"]),
        ("gpt-image-1", "background", ["auto", "opaque", "transparent"]),
        ("gpt-image-1", "format", ["png", "jpeg"]),
        ("gpt-image-1", "moderation", ["auto", "low"]),
        ("dall-e-3", "size", ["1024x1024", "1792x1024", "1024x1792"]),
        ("dall-e-3", "quality", ["standard", "hd"]),
        ("dall-e-3", "style", ["vivid", "natural"]),
        ("posters", "size", ["1024x1024", "1024x1536", "1536x1024", "auto"]),
        ("", "size", ["1024x1024", "512x512", "256x256"]),
    ],
)
def test_each_offers_what_its_model_takes_and_starts_with_the_first(
    images: Tab, deployment: str, name: str, options: list[str]
) -> None:
    knob = widget(choose(images, deployment), name)
    assert (knob.options, knob.value) == (options, options[0])


def test_only_jpeg_has_a_compression(images: Tab) -> None:
    assert not images.has("image-compression")
    widget(images, "format").set_value("jpeg").run()
    slider = widget(images, "compression")
    assert (slider.label, slider.min, slider.max, slider.value) == ("Compression", 0, 100, 100)
    widget(images, "format").set_value("png").run()
    assert not images.has("image-compression")


@pytest.mark.parametrize(
    ("deployment", "version"),
    [("gpt-image-1", "2025-04-01-preview"), ("posters", "2025-04-01-preview"), ("dall-e-3", "2024-10-21")],
)
def test_the_api_version_is_one_that_serves_the_model(images: Tab, deployment: str, version: str) -> None:
    assert widget(choose(images, deployment), "api-version").value == version


def test_a_chosen_version_stays_until_another_deployment_is_chosen(images: Tab) -> None:
    widget(images, "api-version").set_value("v1").run()
    assert widget(images.go(TEXT).go(IMAGES), "api-version").value == "v1"
    assert widget(choose(images, "dall-e-3"), "api-version").value == "2024-10-21"


@pytest.mark.parametrize(
    ("before", "size", "after", "expected"),
    [
        ("dall-e-3", "1792x1024", "gpt-image-1", "1024x1024"),
        ("gpt-image-1", "auto", "dall-e-3", "1024x1024"),
        ("gpt-image-1", "auto", "", "1024x1024"),
        ("", "256x256", "posters", "1024x1024"),
        ("", "256x256", "dall-e-3", "1024x1024"),
        ("gpt-image-1", "1024x1536", "posters", "1024x1536"),
    ],
)
def test_a_size_that_the_new_deployment_does_not_draw_goes_back_to_the_default(
    images: Tab, before: str, size: str, after: str, expected: str
) -> None:
    choose(images, before).fill(size=size).at.run()
    assert widget(images, "size").value == size
    assert widget(choose(images, after), "size").value == expected


def test_qualities_of_another_model_go_back_to_the_default(images: Tab, azure: Upstream) -> None:
    choose(choose(images, "dall-e-3").fill(quality="hd"), "gpt-image-1").generate("a cat")
    assert azure.bill[0].json["quality"] == "auto"


# -- the request


def test_the_request_is_what_the_widgets_hold(images: Tab, azure: Upstream) -> None:
    widget(images, "format").set_value("jpeg").run()
    images.generate(
        '  a "red" boat 🏖️ ',
        n=3,
        size="auto",
        quality="low",
        background="opaque",
        compression=0,
        moderation="low",
    )
    (request,) = azure.received("generation")
    assert request.json == {
        "prompt": '  a "red" boat 🏖️ ',
        "n": 3,
        "size": "auto",
        "quality": "low",
        "background": "opaque",
        "output_format": "jpeg",
        "output_compression": 0,
        "moderation": "low",
    }
    assert request.target == (
        "/openai/deployments/gpt-image-1/images/generations?api-version=2025-04-01-preview"
    )
    assert request.headers["api-key"] == KEY
    assert (azure.received("submit"), len(azure.bill)) == ((), 1)


def test_png_has_no_compression_on_the_wire(images: Tab, azure: Upstream) -> None:
    images.generate("a cat")
    assert azure.bill[0].json == {
        "prompt": "a cat",
        "n": 1,
        "size": "1024x1024",
        "quality": "auto",
        "background": "auto",
        "output_format": "png",
        "moderation": "auto",
        "stream": True,
        "partial_images": 2,
    }


def test_dall_e_3_is_sent_its_own_knobs_alone(images: Tab, azure: Upstream) -> None:
    choose(images, "dall-e-3").generate("a cat", size="1024x1792", quality="hd", style="natural")
    (request,) = azure.bill
    assert request.json == {
        "prompt": "a cat",
        "n": 1,
        "size": "1024x1792",
        "quality": "hd",
        "style": "natural",
    }
    assert request.target == "/openai/deployments/dall-e-3/images/generations?api-version=2024-10-21"


@pytest.mark.parametrize(("version", "query"), [("v1", {}), ("preview", {"api-version": "preview"})])
def test_a_version_without_a_date_names_the_deployment_in_the_body(
    images: Tab, azure: Upstream, version: str, query: dict[str, str]
) -> None:
    images.generate("a cat", api_version=version)
    (request,) = azure.bill
    assert (request.path, request.query) == ("/openai/v1/images/generations", query)
    assert request.json["model"] == "gpt-image-1"


def test_a_server_without_dated_versions_is_asked_without_one(
    start: Callable[..., Services], visit: Callable[..., Tab], azure: Upstream
) -> None:
    server = start(image_deployments=(Deployment("gpt-image-1"),), v1_path="/api/v1")
    tab = visit(server=server).go(IMAGES)
    assert widget(tab, "api-version").value == "v1"
    tab.generate("a cat")
    assert [request.target for request in azure.requests] == ["/api/v1/images/generations"]


def test_a_size_can_be_typed_where_the_model_is_free(images: Tab, azure: Upstream) -> None:
    choose(images, "posters").generate("a cat", size="1040x1024")
    assert azure.bill[0].json["size"] == "1040x1024"
    images.fill(prompt="a dog").at.run()
    assert widget(images, "size").value == images.value("size") == "1040x1024"


def test_a_typed_size_may_be_written_as_people_write_it(images: Tab, azure: Upstream) -> None:
    choose(images, "posters").generate("a cat", size="1280 × 720")
    assert azure.bill[0].json["size"] == "1280x720"


def test_a_size_that_cannot_be_drawn_says_so_beside_it(images: Tab) -> None:
    choose(images, "posters").fill(size="1000x750").at.run()
    sentence = ":material/error: Both sides of the size must be multiples of 16, for example 992x752."
    assert read(images.at.columns[1].caption[0].value) == sentence
    images.fill(size="992x752").at.run()
    assert sentence not in [read(caption.value) for caption in images.at.columns[1].caption]


@pytest.mark.parametrize(
    ("deployment", "values", "sentence"),
    [
        (
            "gpt-image-1",
            {"prompt": "x" * 32_001},
            "The prompt has 32,001 characters; this model takes at most 32,000. Shorten it.",
        ),
        ("gpt-image-1", {"n": 11}, "The number of images must be from 1 to 10."),
        (
            "dall-e-3",
            {"prompt": "x" * 4_001},
            "The prompt has 4,001 characters; this model takes at most 4,000. Shorten it.",
        ),
        ("dall-e-3", {"n": 2}, "This model makes one image at a time."),
        (
            "posters",
            {"size": "1000x1000"},
            "Both sides of the size must be multiples of 16, for example 992x992.",
        ),
        (
            "gpt-image-1",
            {"api_version": "soon"},
            "The API version must be a date such as 2024-10-21, or v1.",
        ),
        ("", {"n": 6}, "The number of images must be from 1 to 5."),
    ],
)
def test_a_request_the_model_would_refuse_is_not_sent(
    images: Tab, azure: Upstream, deployment: str, values: dict[str, Any], sentence: str
) -> None:
    choose(images, deployment).generate(**{"prompt": "Keep me", **values})
    assert images.lines("image-problem") == [f"**{sentence} Nothing was sent.**"]
    assert azure.requests == ()


def test_a_transparent_jpeg_is_not_sent(images: Tab, azure: Upstream) -> None:
    images.generate("a cat", background="transparent", format="jpeg")
    assert images.lines("image-problem") == [
        "**A transparent background needs the format png. Nothing was sent.**"
    ]
    assert azure.requests == ()


def test_the_older_route_still_works(images: Tab, azure: Upstream) -> None:
    choose(images, "").generate("a cat", n=2, size="512x512")
    (request,) = azure.received("submit")
    assert request.json == {"prompt": "a cat", "n": 2, "size": "512x512"}
    assert request.query == {"api-version": "2023-06-01-preview"}
    assert len(images.at.image) == 2
    assert azure.received("generation") == ()


def test_an_example_keeps_the_deployment_and_asks_for_no_more_than_it_makes(
    images: Tab, azure: Upstream
) -> None:
    choose(images, "dall-e-3")
    widget(images, "api-version").set_value("v1")
    images.at.menu_button(key="image-examples").click("Penguins at sunset").run()
    assert not images.at.exception
    assert images.value("prompt").startswith("three penguins")
    assert [images.value(name) for name in ("deployment", "api-version", "n")] == ["dall-e-3", "v1", 1]


# -- the result


def test_a_set_shows_its_pictures_in_order(images: Tab, azure: Upstream) -> None:
    azure.enqueue("generation", generated(picture(0), IMAGE_BLOCKED, {"b64_json": "%"}, picture(1)))
    images.generate("a cat", n=4)
    shown = [len(images.at.get_by_key(f"image-slot-{at}").image) for at in range(4)]
    assert shown == [1, 0, 0, 1]
    assert "The service sent a picture that cannot be decoded." in images.look("image-slot-2")
    keys = [node.value[0].split("/pictures/")[1].split("?")[0] for node in images.at.image]
    originals = [images.services.pictures.path(key, "original").read_bytes() for key in keys]
    assert originals == [picture(0), picture(1)]


def test_the_line_under_the_picture_tells_the_tokens_the_service_counted(images: Tab) -> None:
    line = images.generate("a cat").look("image-facts")
    assert line.startswith("1 picture · deployment gpt-image-1 · 4 tokens in · 8 tokens out · ")


def test_the_timeline_has_the_one_answer(images: Tab) -> None:
    images.generate("a cat")
    assert images.lines("image-status")[0].endswith("**Done**")
    (timeline,) = (box for box in images.at.expander if box.label.startswith("Timeline"))
    assert timeline.label == "Timeline: 1 answer"
    assert timeline.markdown[0].value.split("\n")[2].split(" | ")[2:5] == ["200", "–", "–"]


def test_a_revised_prompt_is_shown_and_becomes_the_alternative_text(images: Tab) -> None:
    choose(images, "dall-e-3").generate("a cat")
    assert "Revised prompt: Revised: a cat" in images.look("image-slot-0")
    assert images.at.image[0].proto.imgs[0].alt == "a cat (revised by the service: Revised: a cat)"


@pytest.mark.parametrize("reply", [policy_violation(violence="high"), moderation_blocked()])
def test_a_blocked_prompt_looks_like_one_and_not_like_an_error(
    images: Tab, azure: Upstream, reply: Reply
) -> None:
    azure.enqueue("generation", reply)
    images.generate("Keep me")
    assert not images.at.image
    said = images.look("image-finished")
    assert "**Prompt blocked**" in said and "violence" in said.lower()
    assert not images.at.get_by_key("image-finished").error
    assert images.value("prompt") == "Keep me"


def test_a_refusal_says_why_in_place_of_the_pictures(images: Tab, azure: Upstream) -> None:
    azure.enqueue("generation", error("bad_payload"))
    said = images.generate("Keep me").look("image-finished")
    assert "**The service did not accept this combination of picture settings.**" in said
    assert "Code: InvalidPayload" in said


def test_an_unknown_outcome_cannot_be_checked_since_nothing_is_kept(images: Tab, azure: Upstream) -> None:
    azure.enqueue("generation", Reply(reset=True, billed=True))
    images.generate("Keep me")
    assert "**Outcome unknown**" in images.look("image-status")
    assert "the pictures never arrived" in images.look("image-finished")
    assert not images.has("image-check")
    assert images.value("prompt") == "Keep me"
    assert (len(azure.requests), len(azure.bill)) == (1, 1)


def test_words_and_a_stop_button_stand_there_while_it_is_made(images: Tab, azure: Upstream) -> None:
    azure.hold("generation")
    images.fill(prompt="a cat").button("generate").click()
    images.until(lambda: images.sent.has("The service is making the pictures") and images.has_sent_stop())
    assert images.lines("image-live")[0] == (
        ":material/progress_activity: **The service is making the pictures**"
    )
    images.press("stop")
    assert images.lines("image-status")[0].startswith("Stopped watching.")
    azure.release("generation")
    images.press("resume")
    assert len(images.at.image) == 1
    assert (len(azure.received("generation")), len(azure.bill)) == (1, 1)


def test_a_second_press_of_a_double_click_pays_once(images: Tab, azure: Upstream) -> None:
    azure.enqueue("generation", Reply(200, generated(picture()), delay=0.3))
    images.fill(prompt="a cat").button("generate").click()
    images.until(lambda: azure.received("generation"), second="generate")
    assert (len(azure.received("generation")), len(azure.bill)) == (1, 1)


# -- finding it again


def test_the_knobs_are_kept_for_another_tab(images: Tab, visit: Callable[..., Tab]) -> None:
    choose(images, "dall-e-3").fill(prompt="Mine", quality="hd", style="natural").at.run()
    tab = visit().go(IMAGES)
    names = ("prompt", "deployment", "quality", "style", "api-version")
    assert [tab.value(name) for name in names] == ["Mine", "dall-e-3", "hd", "natural", "2024-10-21"]


def test_a_draft_right_after_a_switch_is_kept(images: Tab, visit: Callable[..., Tab]) -> None:
    choose(choose(images, "dall-e-3"), "").fill(prompt="Mine").at.run()
    tab = visit().go(IMAGES)
    assert (tab.value("prompt"), tab.value("deployment")) == ("Mine", "")


def test_a_deployment_that_is_gone_gives_way_to_the_first(
    images: Tab, start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    choose(images, "posters").at.run()
    tab = visit(server=start(image_deployments=(Deployment("dall-e-3"),))).go(IMAGES)
    found = [tab.value(name) for name in ("deployment", "size", "api-version")]
    assert found == ["dall-e-3", "1024x1024", "2024-10-21"]


def test_a_result_shows_the_same_after_the_deployment_is_gone(
    images: Tab, start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    id = images.generate("a cat").shown
    tab = visit(server=start())
    tab.at.query_params["run"] = id
    tab.at.switch_page(IMAGES).run()
    assert len(tab.at.image) == 1
    assert tab.services.operation(ME, id).request == ImageRequest(
        prompt="a cat",
        deployment="gpt-image-1",
        api_version="2025-04-01-preview",
        quality="auto",
        background="auto",
        output_format="png",
        moderation="auto",
        partial_images=2,
    )
