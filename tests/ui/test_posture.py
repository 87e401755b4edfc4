"""A server that others may open starts with safe options alone; each bad one is named with its mend."""

import tomllib
from typing import Any

import pytest
import streamlit as st

from services import Secret, Settings
from tests.pages.browsing import ROOT
from ui import posture

SHARED = Settings(host="0.0.0.0", allowed_endpoints=())  # noqa: S104

OURS = {
    f"{section}.{name}": value
    for section, options in tomllib.loads((ROOT / ".streamlit/config.toml").read_text()).items()
    for name, value in options.items()
}


def named(settings: Settings, **options: Any) -> list[str]:
    """The names of what is refused with these options in place of ours."""
    changed = OURS | {name.replace("__", "."): value for name, value in options.items()}
    found = posture.problems(settings, lambda name: changed.get(name, st.get_option(name)))
    assert all(problem.mend.endswith(".") and problem.what for problem in found)
    return [problem.variable for problem in found]


BAD: dict[str, Any] = {
    "server__enableXsrfProtection": False,
    "server__enableCORS": False,
    "server__corsAllowedOrigins": ["https://elsewhere.example"],
    "server__enableStaticServing": True,
    "server__enableAgentApi": True,
    "server__maxUploadSize": 200,
    "client__showErrorDetails": "full",
}


def test_our_own_options_are_safe() -> None:
    assert named(SHARED) == []


@pytest.mark.parametrize("option", BAD)
def test_an_unsafe_option_is_refused_once_others_may_come(option: str) -> None:
    assert named(SHARED, **{option: BAD[option]}) == [option.replace("__", ".")]
    behind_a_proxy = Settings(allowed_hosts=("play.example.net",), allowed_endpoints=())
    assert named(behind_a_proxy, **{option: BAD[option]}) == [option.replace("__", ".")]


def test_all_are_named_at_once_and_none_on_one_s_own_machine() -> None:
    assert len(named(SHARED, **BAD)) == len(BAD)
    assert named(Settings(signing_secret=Secret("short")), **BAD) == []


@pytest.mark.parametrize(("length", "refused"), [(1, True), (31, True), (32, False), (64, False)])
def test_a_signing_secret_must_not_be_guessed(length: int, refused: bool) -> None:
    settings = Settings(host="0.0.0.0", allowed_endpoints=(), signing_secret=Secret("x" * length))  # noqa: S104
    assert named(settings) == ["PLAYGROUND_SECRET"] * refused


def test_strangers_do_not_reach_this_machine_s_other_services() -> None:
    settings = Settings(host="0.0.0.0", allowed_endpoints=(".openai.azure.com", "localhost"))  # noqa: S104
    assert named(settings) == ["AZURE_OPENAI_ALLOWED_ENDPOINTS"]
