"""The settings of a page: everything beside its prompt, as links and presets carry them.

A setting is named like its widget without the page: `temperature` is `completion-temperature`.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from services import MAX_CHOICES
from ui import parameters

TEXTS = ("completion-system", "completion-suffix", "completion-user")  # somebody's words: never in a link
LIMITS = {
    "completion-n": (1, MAX_CHOICES),
    "completion-best-of": (1, MAX_CHOICES),
    "completion-max-tokens": (1, 1_000_000),
    "image-n": (1, 10),
    "image-compression": (0, 100),
    "image-previews": (0, 3),
}
_PRINTED = r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
_FORMS = {
    bool: re.compile("true|false"),
    int: re.compile("[0-9]{1,7}"),
    float: re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,6})?"),
    str: re.compile(_PRINTED + "{0,4000}"),
    type(None): re.compile(_PRINTED + "{0,300}"),  # the name of a deployment, a version, a choice
}


def link(page: str) -> str:
    """An address that opens the page with the settings it has now; the prompt is not part of it."""
    address = (st.context.url or "").partition("?")[0]
    return f"{address}?{urlencode({name: _text(value) for name, value in _changed(page, TEXTS).items()})}"


def follow_link(page: str) -> None:
    """Takes over the settings of a link that was opened, and notes which of them cannot be used.

    They leave the address then: what is changed later must survive a refresh.
    """
    keys = _keys(page, TEXTS)
    given = {name: st.query_params[name] for name in keys if name in st.query_params}
    if not given:
        return
    read = {name: _read(keys[name], text) for name, text in given.items()}
    usable = {name: value for name, value in read.items() if value is not None}
    st.session_state.update({key: parameters.PAGES[page][key] for key in keys.values()})
    st.session_state.update({keys[name]: value for name, value in usable.items()})
    refused = tuple(parameters.LABELS[keys[name]] for name in given if name not in usable)
    st.session_state[f"{page}-refused"] = refused
    for name in given:
        del st.query_params[name]


def notice(page: str) -> None:
    """Says once which settings of a link could not be used."""
    if refused := st.session_state.pop(f"{page}-refused", ()):
        st.warning(
            f"The link asks for something that cannot be set: {', '.join(refused)}. "
            "The usual value stands instead; everything else was taken over.",
            icon=":material/link_off:",
        )


def preset(page: str) -> dict[str, Any]:
    """What the page holds that a preset keeps: what was changed, but nothing that belongs to one service."""
    return _changed(page, parameters.OF_THE_SERVICE)


def apply_preset(page: str, settings: Mapping[str, Any]) -> None:
    """Makes the page hold a preset, and the defaults where it says nothing; somebody's words stay then."""
    for name, key in _keys(page, parameters.OF_THE_SERVICE).items():
        value = settings.get(name)
        if parameters.valid(key, value):
            st.session_state[key] = value
        elif key not in TEXTS:
            st.session_state[key] = parameters.PAGES[page][key]


def _keys(page: str, without: tuple[str, ...]) -> dict[str, str]:
    """The widget of each setting."""
    other = {*(f"{page}-{name}" for name in ("prompt", *parameters.BESIDE)), *without}
    return {key.removeprefix(f"{page}-"): key for key in parameters.PAGES[page] if key not in other}


def _changed(page: str, without: tuple[str, ...]) -> dict[str, Any]:
    held = {name: st.session_state.get(key) for name, key in _keys(page, without).items()}
    return {
        name: value
        for name, value in held.items()
        if value is not None and value != parameters.PAGES[page][f"{page}-{name}"]
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(key: str, text: str) -> Any:
    """A setting from an address, None where it is not one."""
    default = (parameters.COMPLETION | parameters.IMAGE)[key]
    kind = type(default)
    if not _FORMS[kind].fullmatch(text):
        return None
    value: Any = text if default is None else text == "true" if kind is bool else kind(text)
    low, high = LIMITS.get(key, (value, value))
    return value if low <= value <= high and parameters.valid(key, value) else None
