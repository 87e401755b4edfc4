"""The illustrator reads prompts by rules and paints the same picture for the same seed."""

import io
import time
from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from sandbox.illustrator import ATTRIBUTION, paint, plan, stages
from sandbox.illustrator.layout import Placed, arranged
from sandbox.illustrator.lexicon import svg_of
from sandbox.illustrator.pen import Pen
from sandbox.illustrator.reader import CURIO
from sandbox.illustrator.stage import Stage
from sandbox.illustrator.styles import FILTERS
from sandbox.illustrator.words import STYLES
from tests.sandbox.gallery import PROMPTS

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
        ("a cat on a chair", "on"),
        ("a frog in a bathtub", "in"),
        ("a panda behind a tree", "behind"),
        ("a dog in front of a house", "before"),
        ("a fox next to a pumpkin", "beside"),
        ("a vase of roses", "contains"),
        ("a fox and a tree", ""),
        ("a fox on the beach and a tree", ""),
    ],
)
def test_a_relation_joins_a_subject_to_the_next(prompt, join):
    assert plan(prompt).subjects[0].join == join


def placed(prompt: str) -> dict[str, Placed]:
    pen = Pen(1000, 1000, np.random.default_rng(3))
    stage = Stage(near=930, far=760, horizon=500)
    items = arranged(pen, plan(prompt).subjects, stage)
    return {item.subject.noun: item for item in items}  # in the order in which they are painted


def test_who_is_on_something_stands_on_it_and_who_is_under_it_at_its_foot():
    on = placed("a cat on a chair")
    assert on["chair"].y - on["chair"].tall < on["cat"].y < on["chair"].y - on["chair"].tall * 0.3
    under = placed("a fox under a tree")
    assert abs(under["fox"].y - under["tree"].y) < 40
    assert under["fox"].tall < under["tree"].tall * 0.6
    assert abs(under["fox"].x - under["tree"].x) < under["tree"].wide / 2


def test_who_is_behind_something_is_painted_first_and_who_is_before_it_last():
    assert list(placed("a panda behind a tree")) == ["panda", "tree"]
    assert list(placed("a dog in front of a house")) == ["house", "dog"]
    for prompt, first, second in (
        ("a panda behind a tree", "panda", "tree"),
        ("a dog in front of a house", "house", "dog"),
    ):
        both = placed(prompt)
        apart = abs(both[first].x - both[second].x)
        assert apart < (both[first].wide + both[second].wide) / 2, "they overlap"


def test_an_unknown_noun_becomes_a_curio_of_its_own():
    (flumph,) = plan("a glowing flumph in a dark forest").subjects
    assert (flumph.noun, flumph.art) == ("flumph", f"{CURIO}flumph")
    assert named("three purple zorbles beside a fox") == {"zorble": 3, "fox": 1}
    assert plan("a zorblax").setting == "abstract"
    first, second = (pixels(paint(f"a {word}", SMALL, 1)) for word in ("zorblax", "quindle"))
    assert np.abs(first - second).mean() > 4
    assert svg_of(f"{CURIO}zorblax") == svg_of(f"{CURIO}zorblax")


@pytest.mark.parametrize(
    "prompt",
    [
        "a portrait of an owl",
        "a man in a suit",
        "a cozy room",
        "the feeling of jazz",
        "a quietly sleeping fox",
    ],
)
def test_talk_about_the_picture_is_no_curio(prompt):
    assert not any(subject.art.startswith(CURIO) for subject in plan(prompt).subjects)


@pytest.mark.parametrize(
    ("prompt", "styles"),
    [
        ("a lake, oil painting", ("oil",)),
        ("Pixel art of a lake", ("pixel",)),
        ("a lake, pencil sketch", ("sketch",)),
        ("a lake, cyberpunk", ("neon",)),
        ("a lake, black and white", ("noir",)),
        ("a lake, stained glass", ("glass",)),
        ("a polaroid of a lake", ("polaroid",)),
        ("a lake as a children's drawing", ("crayon",)),
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


def test_every_style_changes_the_picture_in_its_own_way():
    words_of = {meaning: word for word, meaning in STYLES.items()}
    assert set(words_of) == set(FILTERS)
    prompt = "a fox in a field at noon"
    pictures = {"": pixels(paint(prompt, SMALL, 1))}
    for style, word in words_of.items():
        pictures[style] = pixels(paint(f"{prompt}, {word}", SMALL, 1))
    for (one, first), (other, second) in combinations(pictures.items(), 2):
        assert np.abs(first - second).mean() > 4, (one, other)


def test_no_two_of_the_gallery_look_alike():
    assert len(PROMPTS) == len(set(PROMPTS)) == 60
    looks = [pixels(paint(prompt, (96, 96), 1)) for prompt in PROMPTS]
    for (one, first), (other, second) in combinations(zip(PROMPTS, looks, strict=True), 2):
        assert np.abs(first - second).mean() > 12, (one, other)


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
