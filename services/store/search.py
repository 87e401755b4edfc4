"""How prompts are made comparable: case and compatible spellings of a letter do not matter."""

import unicodedata


def folded(text: str) -> bytes:
    """A text as bytes in which another folded text can be looked for, whatever characters it has."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).encode(
        "utf-8", "surrogatepass"
    )
