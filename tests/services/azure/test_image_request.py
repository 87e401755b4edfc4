"""What is asked of an image model: the rules with their sentences, and the body that is sent."""

import json
from dataclasses import replace
from typing import Any

import pytest

from services.azure.image_families import ASYNCHRONOUS, DALL_E_3, GPT_IMAGE, GPT_IMAGE_2, ImageFamily
from services.azure.image_request import ImageRequest, check
from services.errors import Invalid

ASK = ImageRequest(prompt="A cat")


def longer(length: str, cap: str) -> str:
    return f"The prompt has {length} characters; this model takes at most {cap}. Shorten it."


@pytest.mark.parametrize(
    ("family", "change", "sentence"),
    [
        (ASYNCHRONOUS, {"prompt": ""}, "Write a prompt first."),
        (GPT_IMAGE, {"prompt": ""}, "Write a prompt first."),
        (ASYNCHRONOUS, {"prompt": "x" * 1_001}, longer("1,001", "1,000")),
        (DALL_E_3, {"prompt": "x" * 4_001}, longer("4,001", "4,000")),
        (GPT_IMAGE, {"prompt": "x" * 32_001}, longer("32,001", "32,000")),
        (GPT_IMAGE_2, {"prompt": "🏖" * 32_001}, longer("32,001", "32,000")),
        (ASYNCHRONOUS, {"n": 0}, "The number of images must be from 1 to 5."),
        (ASYNCHRONOUS, {"n": 6}, "The number of images must be from 1 to 5."),
        (GPT_IMAGE, {"n": 11}, "The number of images must be from 1 to 10."),
        (GPT_IMAGE, {"n": -1}, "The number of images must be from 1 to 10."),
        (DALL_E_3, {"n": 2}, "This model makes one image at a time."),
        (DALL_E_3, {"n": 0}, "This model makes one image at a time."),
        (ASYNCHRONOUS, {"size": "1024x1792"}, "The size must be one of 1024x1024, 512x512, 256x256."),
        (ASYNCHRONOUS, {"size": ""}, "The size must be one of 1024x1024, 512x512, 256x256."),
        (DALL_E_3, {"size": "512x512"}, "The size must be one of 1024x1024, 1792x1024, 1024x1792."),
        (DALL_E_3, {"size": "auto"}, "The size must be one of 1024x1024, 1792x1024, 1024x1792."),
        (GPT_IMAGE, {"size": "1040x1024"}, "The size must be one of 1024x1024, 1024x1536, 1536x1024, auto."),
        (
            GPT_IMAGE_2,
            {"size": "1000x1000"},
            "Both sides of the size must be multiples of 16, for example 992x992.",
        ),
        (
            GPT_IMAGE,
            {"background": "transparent", "output_format": "jpeg"},
            "A transparent background needs the format png.",
        ),
        (GPT_IMAGE, {"output_compression": 101}, "The compression must be from 0 to 100."),
        (GPT_IMAGE, {"output_compression": -1}, "The compression must be from 0 to 100."),
        *(
            (GPT_IMAGE, {"api_version": version}, "The API version must be a date such as 2024-10-21, or v1.")
            for version in ("", "V1", "2024", "2024-10-21 ", "latest", "2024-10-21-preview2", "../v1")
        ),
    ],
)
def test_what_the_service_would_refuse_is_refused_here(
    family: ImageFamily, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid) as caught:
        check(replace(ASK, **change), family)
    assert str(caught.value) == f"{sentence} Nothing was sent."


@pytest.mark.parametrize(
    ("family", "change"),
    [
        (ASYNCHRONOUS, {"prompt": "x" * 1_000, "n": 5, "size": "256x256"}),
        (DALL_E_3, {"prompt": "x" * 4_000, "size": "1792x1024", "quality": "hd", "style": "natural"}),
        (GPT_IMAGE, {"prompt": "x" * 32_000, "n": 10, "size": "auto"}),
        (GPT_IMAGE_2, {"size": "3840x2160"}),
        (GPT_IMAGE, {"background": "transparent", "output_format": "png"}),
        (GPT_IMAGE, {"background": "transparent"}),  # png is the service's own default
        (GPT_IMAGE, {"background": "opaque", "output_format": "jpeg"}),
        (GPT_IMAGE, {"output_format": "jpeg", "output_compression": 0}),
        (GPT_IMAGE, {"output_format": "jpeg", "output_compression": 100}),
        (GPT_IMAGE, {"prompt": " "}),
        *(
            (GPT_IMAGE, {"api_version": version})
            for version in (None, "2024-10-21", "2025-04-01-preview", "v1", "preview")
        ),
    ],
)
def test_what_the_service_would_take_passes(family: ImageFamily, change: dict[str, Any]) -> None:
    check(replace(ASK, **change), family)


def test_the_body_leaves_out_what_is_not_said_and_where_it_goes() -> None:
    assert ASK.body() == {"prompt": "A cat", "n": 1, "size": "1024x1024"}
    routed = replace(ASK, deployment="draw", api_version="v1")
    assert routed.body() == ASK.body()


def test_the_body_holds_everything_that_is_said() -> None:
    said = {
        "prompt": "A cat",
        "n": 2,
        "size": "auto",
        "quality": "low",
        "style": "vivid",
        "background": "opaque",
        "output_format": "jpeg",
        "output_compression": 0,
        "moderation": "low",
    }
    assert ImageRequest(deployment="draw", **said).body() == said


def test_a_request_survives_the_store_and_so_does_one_of_an_older_version() -> None:
    full = ImageRequest(
        prompt="A cat", deployment="draw", api_version="v1", output_compression=5, style="vivid"
    )
    assert ImageRequest(**json.loads(json.dumps(full.to_json()))) == full
    old: dict[str, Any] = {"prompt": "A cat", "n": 2, "size": "256x256"}
    assert ImageRequest(**old).body() == old
