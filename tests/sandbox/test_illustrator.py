"""The illustrator reads prompts by rules and paints the same picture for the same seed."""

import io
import time

import numpy as np
import pytest
from PIL import Image, ImageFilter

from sandbox.illustrator import ATTRIBUTION, paint, plan, stages

SMALL = (160, 160)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.int16)


def named(prompt: str) -> dict[str, int]:
    return {subject.noun: subject.count for subject in plan(prompt).subjects}


SCENES = [
    ("a multi-colored umbrella on the beach, disposable camera", "beach", {"umbrella": 1}),
    ("three penguins on an iceberg at sunset, watercolor", "iceberg", {"penguin": 3}),
    ("a red sailboat on a calm sea at dawn", "sea", {"sailboat": 1}),
    ("a cat reading a book in a cozy room", "room", {"cat": 1, "book": 1}),
    ("an astronaut riding a horse on the moon", "moon", {"astronaut": 1, "horse": 1}),
    ("two wolves in a snowy forest", "forest", {"wolf": 2}),
    ("a dozen mice in the kitchen", "room", {"mouse": 12}),
    ("4 camels", "desert", {"camel": 4}),
    ("an octopus and two crabs", "underwater", {"octopus": 1, "crab": 2}),
    ("a puppy under a tree in the park", "garden", {"puppy": 1, "tree": 1}),
    ("a taxi and a bicycle on a busy avenue", "street", {"taxi": 1, "bicycle": 1}),
    ("a polar bear", "iceberg", {"polar bear": 1}),
    ("hot-air balloons above a valley", "field", {"hot air balloon": 3}),
    ("strawberries, a teapot and a croissant", "table", {"strawberry": 3, "teapot": 1, "croissant": 1}),
    ("a rocket ship flying past a distant galaxy", "space", {"rocket ship": 1}),
    ("the Alps", "mountains", {}),
]


@pytest.mark.parametrize(("prompt", "setting", "subjects"), SCENES, ids=[row[0] for row in SCENES])
def test_the_plan_holds_the_setting_and_the_subjects_with_their_count(prompt, setting, subjects):
    assert plan(prompt).setting == setting
    assert named(prompt) == subjects


# None of these was looked at while the vocabulary was written.
UNTUNED = [
    ("a small green frog sitting near a pond in the rain", "lake", "frog", ("green",), "", "rain"),
    ("portrait of an old owl at midnight", "forest", "owl", (), "night", ""),
    ("a blue whale and a pink flamingo at dusk", "sea", "flamingo", ("pink",), "sunset", ""),
    ("golden pineapple on a kitchen table", "room", "pineapple", ("golden",), "", ""),
    ("purple tractor in a foggy field at sunrise", "field", "tractor", ("purple",), "dawn", "fog"),
    ("a black and white goat on a cliff", "mountains", "goat", (), "", ""),
    ("a turquoise kite over the dunes", "desert", "kite", ("turquoise",), "", ""),
    (
        "a silver helicopter above the skyline in a thunderstorm",
        "city",
        "helicopter",
        ("silver",),
        "",
        "storm",
    ),
]


@pytest.mark.parametrize(("prompt", "setting", "noun", "colours", "hour", "weather"), UNTUNED)
def test_prompts_the_rules_were_not_written_for_are_understood_too(
    prompt, setting, noun, colours, hour, weather
):
    scene = plan(prompt)
    found = {subject.noun: subject for subject in scene.subjects}
    assert noun in found
    assert (scene.setting, scene.hour) == (setting, hour)
    assert found[noun].colours == colours
    assert (weather in scene.weather) if weather else not scene.weather


@pytest.mark.parametrize(
    ("prompt", "colours"),
    [
        ("a red car and a blue truck", {"car": ("red",), "truck": ("blue",)}),
        ("a red and yellow kite", {"kite": ("red", "yellow")}),
        ("a kite with a red car", {"kite": (), "car": ("red",)}),
        ("an orange cat next to an orange", {"cat": ("orange",), "orange": ()}),
        ("two black cats and a white dog", {"cat": ("black",), "dog": ("white",)}),
        ("a big pink fluffy elephant", {"elephant": ("pink",)}),
    ],
)
def test_a_colour_belongs_to_the_noun_it_stands_before(prompt, colours):
    assert {subject.noun: subject.colours for subject in plan(prompt).subjects} == colours


@pytest.mark.parametrize(
    ("prompt", "join"),
    [
        ("a bear riding a bike", "rides"),
        ("a dog holding an umbrella", "holds"),
        ("a pig wearing a crown", "wears"),
        ("a fox under a tree", "under"),
        ("a fox and a tree", ""),
    ],
)
def test_verbs_join_a_subject_to_the_next(prompt, join):
    assert plan(prompt).subjects[0].join == join


@pytest.mark.parametrize(
    ("prompt", "styles"),
    [
        ("a lake, oil painting", ("oil",)),
        ("Pixel art of a lake", ("pixel",)),
        ("a lake, pencil sketch", ("sketch",)),
        ("a lake, cyberpunk", ("neon",)),
        ("a lake, black and white", ("noir",)),
        ("a lake", ()),
    ],
)
def test_style_words_are_found(prompt, styles):
    assert plan(prompt).styles == styles


def test_a_colour_before_the_sky_colours_the_sky():
    assert plan("purple sky over mountains").sky_colour == "purple"


def test_unknown_words_alone_give_an_abstract_motif_and_a_concept_its_emblem():
    assert (plan("asdf qwerty").setting, plan("asdf qwerty").subjects) == ("abstract", ())
    assert [subject.art for subject in plan("the concept of justice").subjects] == ["scales"]


def test_emoji_in_the_prompt_are_subjects():
    assert [subject.art for subject in plan("🐼 🎈").subjects] == ["panda_face", "balloon"]
    assert plan("🐼 🎈").subjects[1].role == "fly"


def test_the_same_prompt_and_seed_give_the_same_bytes():
    for prompt in ("three penguins at sunset, watercolor", "asdf qwerty", "a cat in a room"):
        assert paint(prompt, SMALL, 7) == paint(prompt, SMALL, 7)


@pytest.mark.parametrize(
    "prompt", ["a red sailboat at sea", "asdf qwerty", "a city at night", "the concept of time"]
)
def test_another_seed_gives_a_visibly_different_picture(prompt):
    first, second = (pixels(paint(prompt, SMALL, seed)) for seed in (1, 2))
    assert np.abs(first - second).mean() > 6


@pytest.mark.parametrize("size", [(256, 256), (512, 512), (320, 180), (90, 200), (1, 1)])
def test_the_picture_has_exactly_the_size_asked_for(size):
    assert Image.open(io.BytesIO(paint("a fox in the forest", size, 3))).size == size


def test_the_png_says_whose_artwork_it_shows_and_keeps_the_prompt_to_itself():
    png = paint("a fox named Zanzibarine", SMALL, 1)
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    assert image.info["Artwork"] == ATTRIBUTION
    assert "Twemoji" in ATTRIBUTION
    assert "CC-BY 4.0" in ATTRIBUTION
    assert set(image.info) == {"Software", "Description", "Artwork"}
    assert b"anzibarine" not in png


def test_the_colour_asked_for_is_in_the_picture():
    def reddish(prompt: str) -> float:
        picture = pixels(paint(prompt, (256, 256), 5))
        red, green, blue = (picture[..., channel] for channel in range(3))
        return float(((red > 150) & (green < 90) & (blue < 90)).mean())

    assert reddish("a red car on a road at noon") > reddish("a blue car on a road at noon") + 0.03


def test_every_style_changes_the_picture():
    plain = pixels(paint("a fox in a field at noon", SMALL, 1))
    for style in ("watercolor", "oil painting", "pixel art", "neon", "disposable camera", "pencil sketch"):
        assert np.abs(pixels(paint(f"a fox in a field at noon, {style}", SMALL, 1)) - plain).mean() > 4, style


HOSTILE = [
    "",
    " \n\t",
    "\x00\x00 cat \x00",
    "a" * 1000,
    "cat " * 2000,
    "قطة حمراء على الشاطئ",
    "赤い帆船",
    "👩‍🚀🏳️‍🌈👨‍👩‍👧‍👦🇩🇪",
    "\ud800 lone surrogate",
    "<svg onload=alert(1)> & \"quotes\" 'single' {id} %s {0}",
    "999999999 penguins and -5 cats and 0 dogs",
    "riding riding wearing holding under with",
    "red red red red red",
    ", , , - - ' '",
    "\u202eright to left override\u202c penguin",
    "under the sea in space on a table in the snow at night at dawn, oil, neon, pixel art",
    "a cat wearing a hat riding a horse holding an umbrella under a tree behind a castle",
]


@pytest.mark.parametrize("prompt", HOSTILE, ids=range(len(HOSTILE)))
def test_no_prompt_makes_it_fail_or_leaves_the_picture_empty(prompt):
    picture = pixels(paint(prompt, (96, 96), 0))
    assert picture.shape == (96, 96, 3)
    assert picture.std() > 5


def test_any_seed_will_do():
    for seed in (-1, 0, 2**63, 10**30):
        assert paint("a cat", (64, 64), seed)


PLACES = (
    "beach",
    "sea",
    "lake",
    "iceberg",
    "reef",
    "field",
    "garden",
    "forest",
    "jungle",
    "mountains",
    "desert",
) + ("savanna", "snow", "sky", "city", "street", "room", "table", "space", "lunar")


@pytest.mark.parametrize("place", PLACES)
def test_every_place_can_be_painted_at_any_hour_and_in_any_weather(place):
    for rest in (
        "at night in the rain",
        "at dawn in the fog",
        "spooky autumn snow",
        "aurora rainbow fireworks",
    ):
        assert pixels(paint(f"{place} {rest}", (64, 64), 1)).std() > 5


def test_a_large_picture_takes_about_as_long_as_a_few_plain_blurs():
    def seconds(work) -> float:
        best = 1e9
        for _ in range(2):
            start = time.perf_counter()
            work()
            best = min(best, time.perf_counter() - start)
        return best

    image = Image.effect_noise((1024, 1024), 80).convert("RGB")
    blur = seconds(lambda: image.filter(ImageFilter.GaussianBlur(20)))
    picture = seconds(lambda: paint("a haunted castle on a hill at night, watercolor", (1024, 1024), 1))
    assert picture < 60 * blur


def test_unfinished_pictures_are_stages_of_the_finished_one():
    prompt = "three penguins on an iceberg in the snow"
    *unfinished, finished = [pixels(png) for png in stages(prompt, SMALL, 4, 3)]
    assert len(unfinished) == 3
    assert np.array_equal(finished, pixels(paint(prompt, SMALL, 4)))
    steps = [np.abs(picture - finished).mean() for picture in unfinished]
    assert steps == sorted(steps, reverse=True)
    assert len({picture.tobytes() for picture in (*unfinished, finished)}) == 4


@pytest.mark.parametrize("unfinished", [0, 1, 2, 3])
def test_as_many_unfinished_pictures_as_asked_for(unfinished):
    assert len(list(stages("a fox", (64, 64), 1, unfinished))) == unfinished + 1
