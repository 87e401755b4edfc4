"""The five ways in which the content filter steps in: each with its own words, icon, look and table."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.azure_bodies import (
    IMAGE_BLOCKED,
    chunk,
    error,
    failed,
    prompt_blocked,
    prompt_chunk,
    safety,
    sse,
    succeeded,
)
from tests.azure_reply import Reply
from tests.pages.browsing import IMAGES, ME, Tab, given, read
from tests.upstream import Upstream

NOT_RUN = {"error": {"code": "content_filter_error", "message": "The contents are not filtered"}}
CUT = sse(chunk(" So far"), chunk("", finish="content_filter", filters=safety(hate="high")))


def rows(tab: Tab, key: str) -> list[tuple[str, ...]]:
    """The rows of the table inside a container."""
    (table,) = (node.value for node in tab.at.get_by_key(key).markdown if node.value.startswith("| Where"))
    return [tuple(map(str.strip, read(line).strip("|").split("|"))) for line in table.split("\n")[2:]]


STATES = [
    (
        "prompt",
        prompt_blocked(),
        "filter-prompt_blocked-prompt",
        ":material/block: **Prompt blocked**",
        "nothing was generated. Reword it and try again. The call may still be billed.",
    ),
    (
        "answer",
        CUT,
        "filter-answer_cut-answer-0",
        ":material/content_cut: **Answer cut**",
        "What came before it is kept. Generate again, or reword the prompt. The call may still be billed.",
    ),
    (
        "not-run",
        sse(chunk(" Hi", finish="stop", filters=NOT_RUN)),
        "filter-not_run-answer-0",
        ":material/gpp_maybe: **Filter did not run**",
        "so this text was not checked. Read it with care.",
    ),
    (
        "resource",
        error("resource_blocked"),
        "filter-resource_blocked-prompt",
        ":material/gpp_bad: **Resource blocked**",
        "this prompt is not at fault. An administrator must ask Microsoft support to lift the block.",
    ),
]


@pytest.mark.parametrize(
    ("reply", "key", "label", "words"), [row[1:] for row in STATES], ids=[row[0] for row in STATES]
)
def test_each_state_has_a_look_a_label_and_a_next_step_of_its_own(
    text: Tab, azure: Upstream, reply: Reply, key: str, label: str, words: str
) -> None:
    azure.enqueue("completions", reply)
    lines = text.generate("Keep me").lines(key)
    assert lines[0] == label
    assert lines[1].endswith(words)
    assert text.value("prompt") == "Keep me"
    assert len(re.findall("filter-[a-z_]+-(?:answer|prompt)", str(list(keys(text))))) == 1


def keys(tab: Tab) -> list[str]:
    return [key for node in tab.at.main if (key := getattr(node, "key", None))]


def test_a_withheld_picture_has_a_look_of_its_own(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", succeeded(IMAGE_BLOCKED))
    images.generate("Keep me")
    assert images.lines("filter-image_blocked-image-0")[:2] == [
        ":material/hide_image: **Image blocked**",
        "The content filter withheld this picture. It looks at each of a set by itself. "
        "Reword the prompt to try again. The call may still be billed.",
    ]
    assert images.value("prompt") == "Keep me"


def test_a_clean_answer_shows_no_filter_but_its_annotations(text: Tab) -> None:
    text.generate("Hi")
    assert not [key for key in keys(text) if key.startswith("filter-")]
    assert text.at.get_by_key("completion-output").expander[0].label == "Content filter annotations"


@pytest.mark.parametrize("spelling", ["innererror", "inner_error"])
def test_a_blocked_prompt_shows_what_was_found_with_the_filtered_first(
    text: Tab, azure: Upstream, spelling: str
) -> None:
    azure.enqueue("completions", prompt_blocked(spelling))
    text.generate("Hi")
    found = rows(text, "filter-prompt_blocked-prompt")
    assert found[0] == ("Prompt", "Jailbreak", "detected", "**filtered**")
    assert found[1:] == [
        ("Prompt", name, "safe", "annotated only")
        for name in ("Hate", "Self-harm", "Sexual", "Violence")
        if spelling == "innererror"
    ]
    assert not text.has("completion-facts")


def test_the_details_of_a_blocked_prompt_are_a_click_away(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", prompt_blocked())
    text.generate("Hi")
    (code,) = text.at.get_by_key("filter-prompt_blocked-prompt").code
    assert code.value.startswith("Status: 400\nCode: content_filter\nRequest id: fake-1\n\n{")


@pytest.mark.parametrize("severity", ["medium", "high"])
def test_a_cut_answer_keeps_what_came_before_and_marks_the_end(
    text: Tab, azure: Upstream, severity: str
) -> None:
    ending = chunk("", finish="content_filter", filters=safety(sexual=severity))
    azure.enqueue("completions", sse(chunk(" So far"), ending))
    text.generate("Hi")
    assert text.lines("completion-text-0") == [
        "So far",
        ":material/content_cut: Cut here by the content filter (the service gave no position)",
    ]
    assert rows(text, "filter-answer_cut-answer-0")[0] == ("Answer", "Sexual", severity, "**filtered**")
    assert "Finish reason: cut by the content filter" in text.look()


def test_a_cut_with_offsets_says_where(text: Tab, azure: Upstream) -> None:
    late = chunk(None, finish="content_filter", filters=safety(hate="high"), offsets=(44, 12, 38))
    azure.enqueue("completions", sse(chunk(" So far"), late))
    said = text.generate("Hi").lines("completion-cut-0")
    assert said[0].endswith("(characters 11–36 of the answer)")


def test_a_cut_without_categories_says_that_none_was_reported(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", sse(chunk(" So far", finish="content_filter")))
    text.generate("Hi")
    assert rows(text, "filter-answer_cut-answer-0") == [("not reported",) * 3 + ("**filtered**",)]


def test_one_cut_answer_of_several_leaves_the_others_as_they_are(text: Tab, azure: Upstream) -> None:
    bad = chunk("", 1, "content_filter", filters=safety(violence="medium"))
    good = [chunk(f" good {at}", at, "stop") for at in (0, 2)]
    azure.enqueue("completions", sse(chunk(" bad", 1), *good, bad))
    text.generate("Hi", n=3)
    assert [text.has(f"completion-cut-{at}") for at in range(3)] == [False, True, False]
    assert [text.lines(f"completion-text-{at}")[0] for at in range(3)] == ["good 0", "bad", "good 2"]


def test_a_filter_that_did_not_run_is_not_said_to_have_filtered(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", sse(chunk(" Hi", finish="stop", filters=NOT_RUN)))
    assert "**filtered**" not in text.generate("Hi").look("filter-not_run-answer-0")


def test_a_blocked_resource_is_not_said_to_have_filtered_a_category(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", error("resource_blocked"))
    assert "**filtered**" not in text.generate("Hi").look("filter-resource_blocked-prompt")


def test_a_prompt_whose_filter_did_not_run_is_marked_although_text_came(text: Tab, azure: Upstream) -> None:
    first: dict[str, Any] = prompt_chunk()
    first["prompt_filter_results"][0]["content_filter_results"] = NOT_RUN
    azure.enqueue("completions", sse(first, chunk(" Hi", finish="stop")))
    assert text.generate("Hi").lines("filter-not_run-prompt-annotations")[0].endswith("Filter did not run**")


def test_a_category_with_only_filtered_has_an_unreported_severity(text: Tab, azure: Upstream) -> None:
    odd = {"profanity": {"filtered": True, "detected": True}, "custom_blocklists": {"filtered": True}}
    azure.enqueue("completions", sse(chunk(" x", finish="content_filter", filters=odd)))
    text.generate("Hi")
    assert rows(text, "filter-answer_cut-answer-0") == [
        ("Answer", "Profanity", "detected", "**filtered**"),
        ("Answer", "Custom blocklist", "not reported", "**filtered**"),
    ]


def test_the_annotations_of_a_clean_answer_are_severities_for_prompt_and_answer(
    text: Tab, azure: Upstream
) -> None:
    azure.enqueue(
        "completions",
        sse(prompt_chunk(hate="low"), chunk(" Hi", finish="stop", filters=safety(violence="low"))),
    )
    text.generate("Hi")
    (table,) = text.at.get_by_key("completion-output").expander[0].markdown
    assert "| Prompt | Hate | low | annotated only |" in table.value
    assert "| Answer | Violence | low | annotated only |" in table.value
    assert "**filtered**" not in table.value


def test_several_answers_are_annotated_one_by_one_and_what_was_not_reported_is_said(
    text: Tab, azure: Upstream
) -> None:
    noted, bare = chunk(" a", 0, "stop", filters=safety(violence="low")), chunk(" b", 1, "stop")
    azure.enqueue("completions", sse(noted, bare))
    text.generate("Hi", n=2)
    table = text.at.get_by_key("completion-output").expander[0].markdown[0].value
    assert "| Prompt | not reported | not reported | not reported |" in table
    assert "| Answer 1 | Violence | low | annotated only |" in table
    assert "| Answer 2 | not reported | not reported | not reported |" in table


def test_a_list_a_topic_and_a_citation_are_named(text: Tab, azure: Upstream) -> None:
    found = {
        "custom_blocklists": {"filtered": True, "details": [{"filtered": True, "id": "mine"}]},
        "protected_material_code": {
            "filtered": False,
            "detected": True,
            "citation": {"URL": "https://a.example", "license": "MIT"},
        },
        "ungrounded_material": {
            "filtered": False,
            "detected": True,
            "details": [{"completion_start_offset": 0, "completion_end_offset": 3}],
        },
    }
    azure.enqueue("completions", sse(chunk(" So far", finish="content_filter", filters=found)))
    text.generate("Hi")
    assert rows(text, "filter-answer_cut-answer-0") == [
        ("Answer", "Custom blocklist (mine)", "not reported", "**filtered**"),
        ("Answer", "Protected code (https://a.example, MIT)", "detected", "annotated only"),
        (
            "Answer",
            "Not grounded in its sources",
            "detected",
            "annotated only, characters 1–3 of the answer",
        ),
    ]


def test_what_the_service_said_of_a_cut_is_a_click_away(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", CUT)
    text.generate("Hi")
    (code,) = text.at.get_by_key("filter-answer_cut-answer-0").code
    assert code.value.startswith("Request id: fake-1\n\n{")
    assert '"severity": "high"' in code.value


# -- what was already shown

LATE = {"protected_material_text": {"filtered": True, "detected": True}}


def late(text: str, prompt: str, start: int) -> Reply:
    """A text that came unchecked, found from a character on after it was sent."""
    check = len(prompt) + start
    offsets = (check, check, len(prompt) + len(text))
    return sse(chunk(text), chunk(None, finish="content_filter", filters=LATE, offsets=offsets))


def test_text_that_was_shown_and_then_filtered_is_covered_and_said_so(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", late(" Good. SECRET words of a song", "Hi", 7))
    text.generate("Hi")
    assert given(text, "completion-marked-0")["pieces"] == [
        ["", " Good. ", ""],
        ["check", "", "checked up to here"],
        ["covered", "", "Covered by the content filter: Protected text (22 characters)"],
    ]
    assert text.has("filter-answer_cut-answer-0")
    assert "Cut here by the content filter (characters 8–29 of the answer)" in text.look()


def test_what_is_covered_leaves_the_page_by_no_way(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", late(" Good. SECRET words of a song that goes on and on", "Hi", 7))
    text.generate("Hi")
    text.sent.clear()
    text.at.run()
    assert not text.sent.has("SECRET")
    run = text.services.run(ME, text.shown)
    assert run is not None
    (choice,) = run.value.choices
    assert choice.text == " Good. [covered by the content filter]" + "█" * 11
    assert choice.usable == " Good. "


def test_what_a_filter_points_to_in_the_prompt_is_highlighted_there(text: Tab, azure: Upstream) -> None:
    both = chunk(None, finish="content_filter", filters=safety(hate="high"), offsets=(14, 5, 14))
    azure.enqueue("completions", sse(chunk(" So"), both))
    text.generate("Once upon a")
    assert given(text, "completion-marked-prompt-0")["pieces"] == [
        ["", "Once ", ""],
        ["filtered", "upon a", "Hate"],
    ]


def test_an_excerpt_of_a_long_prompt_says_where_it_was_cut(text: Tab, azure: Upstream) -> None:
    found = chunk(None, finish="content_filter", filters=safety(hate="high"), offsets=(1_500, 1_000, 1_004))
    azure.enqueue("completions", sse(chunk(" So"), found))
    text.generate("Once " * 400)
    assert given(text, "completion-marked-prompt-0")["pieces"] == [
        ["", "…", ""],
        ["", "Once " * 40, ""],
        ["filtered", "Once", "Hate"],
        ["", (" Once" * 41)[:200], ""],
        ["", "…", ""],
    ]


def test_an_answer_that_is_checked_beside_the_stream_shows_how_far(text: Tab, azure: Upstream) -> None:
    azure.enqueue(
        "completions", sse(chunk(" Once upon"), chunk(None, filters=safety(), offsets=(7, 2, 7)), done=False)
    )
    text.generate("Hi")
    assert given(text, "completion-marked-0")["pieces"] == [
        ["", " Once", ""],
        ["check", "", "checked up to here"],
        ["", " upon", ""],
    ]


# -- images


def test_a_blocked_image_prompt_makes_no_picture(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", failed("contentFilter"))
    images.generate("Keep me", n=2)
    assert images.lines("filter-prompt_blocked-image-prompt")[0] == ":material/block: **Prompt blocked**"
    assert rows(images, "filter-prompt_blocked-image-prompt") == [
        ("Image", "not reported", "not reported", "**filtered**")
    ]
    assert not images.at.image
    assert images.value("prompt") == "Keep me"


@pytest.mark.parametrize("blocked", [0, 1, 2])
def test_one_blocked_picture_keeps_its_place_and_the_others_theirs(
    images: Tab, azure: Upstream, blocked: int
) -> None:
    azure.enqueue(
        "poll",
        lambda _: Reply(
            200,
            succeeded(
                *(IMAGE_BLOCKED if at == blocked else f"{azure.url}/pictures/x/{at}.png" for at in range(3))
            ),
        ),
    )
    images.generate("Keep me", n=3)
    slots = [images.at.get_by_key(f"image-slot-{at}") for at in range(3)]
    assert [len(slot.image) for slot in slots] == [int(at != blocked) for at in range(3)]
    told = images.look(f"filter-image_blocked-image-{blocked}")
    assert "Category: not reported · Severity: not reported · **filtered**" in told
    assert len({url for slot in slots for image in slot.image for url in image.value}) == 2


def test_a_resource_that_is_blocked_says_so_for_images_too(
    text: Tab, azure: Upstream, visit: Callable[..., Tab]
) -> None:
    azure.enqueue("submit", error("resource_blocked"))
    images = text.go(IMAGES).generate("Hi")
    assert images.lines("filter-resource_blocked-image-prompt")[0].endswith("**Resource blocked**")
