"""Probabilities on the text page: asked for by one knob, of the families that have them, in both shapes."""

import json
import sys

import pytest

from tests.azure_bodies import chunk, logprobs, prompt_chunk, safety, sse
from tests.pages.browsing import Tab, given
from tests.upstream import Upstream

KEY = "completion-tokens-0"


def test_they_are_off_unless_asked_for(text: Tab, azure: Upstream) -> None:
    text.generate("Hi")
    assert "logprobs" not in azure.requests[-1].json
    assert text.lines("completion-text-0") == ["Hello from the fake"]


@pytest.mark.parametrize("count", [1, 3, 5])
def test_a_completion_is_asked_for_them_and_shows_its_tokens(text: Tab, azure: Upstream, count: int) -> None:
    text.generate("Hi", logprobs=count)
    assert azure.requests[-1].json["logprobs"] == count
    found = given(text, KEY)
    assert [row[0] for row in found["tokens"]] == [" Hello", " from", " the", " fake"]
    assert (found["asked"], found["tokens"][0][3], found["rest"]) == (count, 0.90484, "")
    assert found["tokens"][0][4][1] == [" other", 0.04979, 1]


def test_a_chat_is_asked_in_its_own_words(text: Tab, azure: Upstream) -> None:
    azure.defaults["chat"] = azure.chat
    text.generate("Hi", call="Chat", logprobs=4)
    asked = azure.requests[-1].json
    assert (asked["logprobs"], asked["top_logprobs"]) == (True, 4)
    assert [row[0] for row in given(text, KEY)["tokens"]] == [" Hello", " from", " the", " fake"]


def test_a_model_that_reasons_has_no_such_knob(text: Tab, azure: Upstream) -> None:
    azure.defaults["chat"] = azure.chat
    text.fill(deployment="o3-mini").at.run()
    assert not text.has("completion-logprobs")
    text.at.session_state["completion-logprobs"] = 5
    text.generate("Hi")
    assert not {"logprobs", "top_logprobs"} & set(azure.requests[-1].json)


def test_text_without_scores_follows_the_tokens(text: Tab, azure: Upstream) -> None:
    azure.enqueue(
        "completions", sse(chunk(" one", logprobs=logprobs([" one"])), chunk(" two\u202e", finish="stop"))
    )
    text.generate("Hi", logprobs=2)
    assert given(text, KEY)["rest"] == " two[U+202E]"


def test_each_of_several_answers_has_its_own_and_all_have_one_legend(text: Tab) -> None:
    text.generate("Hi", logprobs=2, n=2)
    found = [given(text, f"completion-tokens-{at}") for at in range(2)]
    assert found[0]["id"] != found[1]["id"]
    assert [each["said"] for each in found] == ["", ""]
    assert "not in the top 2" in given(text, "completion-legend")["looks"]


def test_the_only_answer_stands_behind_the_end_of_its_prompt(text: Tab) -> None:
    text.generate("Once\u202e", logprobs=2)
    assert given(text, KEY)["said"] == "Once[U+202E]"
    assert not text.has("completion-said")
    text.generate("x" * 5_000)
    assert given(text, KEY)["said"] == "…" + "x" * 1_200


def test_what_the_filter_marked_comes_first_and_takes_the_prompt_along(text: Tab, azure: Upstream) -> None:
    said = chunk(" one", logprobs=logprobs([" one"]))
    azure.enqueue("completions", sse(said, chunk(None, filters=safety(), offsets=(6, 2, 6)), done=False))
    text.generate("Hi", logprobs=2)
    assert (given(text, "completion-marked-0")["said"], given(text, KEY)["said"]) == ("Hi", "")


def test_covered_text_takes_its_tokens_with_it(text: Tab, azure: Upstream) -> None:
    said = [chunk(word, logprobs=logprobs([word])) for word in (" good", " SECRET")]
    hit = {"protected_material_text": {"filtered": True, "detected": True}}
    late = chunk(None, finish="content_filter", filters=hit, offsets=(7, 7, 14))
    azure.enqueue("completions", sse(prompt_chunk(), *said, late))
    text.generate("Hi", logprobs=2)
    assert not any("SECRET" in row[0] for row in given(text, KEY)["tokens"])
    assert "SECRET" not in json.dumps(given(text, KEY))


def test_the_page_loads_no_tables_for_them(text: Tab) -> None:
    before = {"pandas", "pyarrow"} & set(sys.modules)
    text.generate("Hi", logprobs=5)
    assert {"pandas", "pyarrow"} & set(sys.modules) == before


def test_a_result_without_them_can_be_had_again_with_them(text: Tab, azure: Upstream) -> None:
    text.generate("Hi")
    text.press(f"score-{text.shown}")
    assert [request.json.get("logprobs") for request in azure.requests] == [None, 5]
    assert azure.requests[1].json["prompt"] == "Hi"
    assert len(given(text, KEY)["tokens"]) == 4
    assert not text.has(f"completion-score-{text.shown}")


def test_it_is_not_offered_where_the_deployment_reports_none(text: Tab, azure: Upstream) -> None:
    azure.defaults["chat"] = azure.chat
    text.fill(deployment="o3-mini").at.run()
    text.generate("Hi")
    assert text.has(f"completion-regenerate-{text.shown}")
    assert not text.has(f"completion-score-{text.shown}")
