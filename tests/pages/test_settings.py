"""Presets, and links that reproduce a set-up."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from services import Services
from tests.pages.browsing import Tab
from ui import parameters, presets

CHANGED: dict[str, Any] = {
    "deployment": "my own",
    "call": "Completion",
    "temperature": 0.35,
    "max_tokens": 77,
    "stop_sequences": "a b&c=d\n\\n🏖️",
    "n": 3,
    "logprobs": 2,
    "echo": True,
    "logit_bias": "50256: -100",
    "seed": "7",
    "api_version": "2024-10-21",
}


def held(tab: Tab, names: Any) -> dict[str, Any]:
    return {name: tab.value(name.replace("_", "-")) for name in names}


def link(tab: Tab) -> dict[str, str]:
    """What stands in the link that the page offers to copy."""
    (said,) = [
        str(node.proto)
        for node in tab.at.get("bidi_component")
        if "Copy link to these settings" in str(node.proto)
    ]
    query = said.split('\\"text\\": \\"?')[1].split('\\"')[0]
    return dict(parse_qsl(query, strict_parsing=True))


def test_a_link_reproduces_the_settings_for_somebody_else(text: Tab, visit: Callable[..., Tab]) -> None:
    text.fill(**CHANGED).at.run()
    other = visit(owner="owner-other", **link(text))
    assert held(other, CHANGED) == CHANGED
    assert not other.at.warning


def test_a_link_carries_neither_prompt_nor_anybodys_words(text: Tab) -> None:
    text.fill(call="Chat").at.run()
    text.fill(prompt="SECRET one", system="SECRET two", user="SECRET three").at.run()
    text.fill(call="Completion").at.run()
    text.fill(suffix="SECRET four").at.run()
    assert "SECRET" not in str(link(text))
    assert link(text).keys() == {"deployment", "api-version"}


def test_a_link_leaves_prompt_and_result_and_replaces_every_setting(
    text: Tab, visit: Callable[..., Tab]
) -> None:
    text.generate("mine", temperature=0.35, n=2)
    tab = visit(**{"run": text.shown, "top-p": "0.5"})
    assert held(tab, ("prompt", "temperature", "n", "top-p")) == {
        "prompt": "mine",
        "temperature": 1.0,
        "n": 1,
        "top-p": 0.5,
    }
    assert tab.has("completion-text-0")


def test_a_link_carries_a_long_list(text: Tab, visit: Callable[..., Tab]) -> None:
    bias = "\n".join(f"{token}: -100" for token in range(10_000, 10_200))
    text.fill(logit_bias=bias).at.run()
    other = visit(owner="owner-other", **link(text))
    assert other.value("logit-bias") == bias
    assert not other.at.warning


def test_what_is_changed_after_a_link_survives_a_refresh(text: Tab, visit: Callable[..., Tab]) -> None:
    tab = visit(temperature="0.5")
    assert "temperature" not in tab.at.query_params
    tab.fill(temperature=0.25).at.run()
    assert visit().value("temperature") == 0.25


HOSTILE = {
    "temperature": ["9", "-1", "nan", "inf", "1e1", "", "0x1", "１", "1" * 5_000],
    "n": ["0", "129", "1.5", "-3", "many", "9" * 30, "true"],
    "max-tokens": ["0", "99999999999999999999"],
    "logprobs": ["6", "-1"],
    "echo": ["1", "True", "<b>"],
    "call": ["Telephone", "chat"],
    "effort": ["ultra"],
    "deployment": ["x" * 500, "a\x00b", "a\x1bb"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in HOSTILE.items() for value in values]
)
def test_a_value_that_cannot_be_falls_back_with_a_notice(
    visit: Callable[..., Tab], name: str, value: str
) -> None:
    usual = visit().value(name)
    tab = visit(**{name: value, "top-p": "0.5"})
    assert tab.value(name) == usual
    assert tab.value("top-p") == 0.5
    assert f"cannot be set: {parameters.LABELS[f'completion-{name}']}." in tab.at.warning[0].value
    tab.at.run()
    assert not tab.at.warning


def test_names_that_are_no_settings_are_left_alone(visit: Callable[..., Tab]) -> None:
    tab = visit(utm_source="x", prompt="evil", system="evil", past="evil", known="evil")
    assert tab.value("prompt") == tab.value("system") == ""
    assert not tab.at.warning


# -- presets


def use(tab: Tab, name: str) -> Tab:
    tab.fill(preset=name).at.run()
    return tab.press("preset-use")


def test_a_ready_preset_sets_what_it_names_and_the_rest_to_the_default(text: Tab) -> None:
    text.fill(prompt="mine", top_p=0.5, deployment="my own").at.run()
    text.fill(suffix="The end.", seed="7").at.run()
    use(text, "Ideas")
    expected = {
        "temperature": 1.3,
        "presence-penalty": 0.6,
        "top-p": 1.0,
        "deployment": "my own",
        "prompt": "mine",
        "suffix": "The end.",  # somebody's words
        "seed": "",
    }
    assert held(text, expected) == expected


@pytest.mark.parametrize("page", presets.READY)
def test_every_ready_preset_can_be_held(page: str) -> None:
    for preset in presets.READY[page].values():
        for name, value in preset.items():
            assert parameters.valid(f"{page}-{name}", value), name


def test_an_own_preset_is_kept_for_its_owner_and_can_be_deleted(
    text: Tab, visit: Callable[..., Tab], start: Callable[..., Services]
) -> None:
    text.fill(prompt="not this", temperature=0.35, seed="7", preset_name=" Mine ")
    text.press("preset-keep")
    assert text.value("preset") == "Mine"
    again = use(visit(server=start()), "Mine")
    assert held(again, ("temperature", "seed")) == {"temperature": 0.35, "seed": "7"}
    assert "Mine" not in visit(owner="owner-other").at.selectbox(key="completion-preset").options
    again.press("preset-delete")
    assert "Mine" not in visit().at.selectbox(key="completion-preset").options


def test_a_preset_needs_a_name(text: Tab) -> None:
    text.press("preset-keep")
    assert text.at.toast[0].value == "Give the preset a name first."


def test_a_preset_of_another_version_does_not_break_the_page(text: Tab, visit: Callable[..., Tab]) -> None:
    text.services.save_preset("owner-me", "completion", "Old", {"temperature": "hot", "strange": 1})
    assert use(visit(), "Old").value("temperature") == 1.0
