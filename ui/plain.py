"""Text of others (model output, service messages, prompts) made safe to stand in Streamlit's elements."""

import re

# C0 and C1 controls, zero-width characters and bidirectional overrides: shown as what they are. Not the two
# joiners between what they shape: emoji, Persian, Hindi.
_SHAPED = r"[^\x00-\x7f\u200c\u200d]"
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
    rf"|(?<!{_SHAPED})[\u200c\u200d]|[\u200c\u200d](?!{_SHAPED})"
)
_MARKDOWN = re.compile(r"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")

# What the browser makes of escaped text after all: addresses, :shortcodes:, and arrows or dashes of two signs
_LATE = re.compile(r"(?i)\\:(?=\S*\\:|\\/)|\\@|www(?=\\\.)|\\[-<>~=](?=\\[-<>=])")
_JOINER = "\u2060"  # has no width; parts what must not be read together


def visible(text: str) -> str:
    """The same text with what cannot be seen, or turns others around, shown as what it is."""
    return _HIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def line(text: str, limit: int = 2_000) -> str:
    """One line of plain text, its hidden characters shown: for places that read no Markdown."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return visible(" ".join(short.splitlines()))


def escape(text: str, limit: int = 2_000) -> str:
    """One line of Markdown that shows exactly this text: no markup, links, images, icons or formulas."""
    safe = _LATE.sub(rf"\g<0>{_JOINER}", _MARKDOWN.sub(r"\\\1", line(text, limit)))
    return _JOINER + safe if safe.startswith((" ", "\t")) else safe


def whole(text: str) -> str:
    """Text for `st.text` with the space at both of its ends, which word joiners protect."""
    return _JOINER + text + _JOINER


def body(text: str) -> str:
    """Text for `st.text`, which strips and dedents: a word joiner keeps a first indentation."""
    text = text.strip("\n")
    return _JOINER + text if text.startswith(("  ", "\t")) else text
