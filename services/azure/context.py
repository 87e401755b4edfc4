"""How many tokens a model holds, prompt and answer together, told from its name.

Numbers: learn.microsoft.com "Azure OpenAI models", the latest version of each. The
sandbox runs its model with fewer than it could hold.
"""

import re

_WINDOWS = (
    (r"(text|chat)-smollm2-135m$", 2_048),
    (r"gpt-?3\.?5-turbo-instruct", 4_097),
    (r"gpt-?3\.?5-turbo", 16_385),
    (r"(davinci|babbage)-002", 16_384),
    (r"text-davinci-00[23]", 4_097),
    (r"(text-)?(davinci|curie|babbage|ada)(-001)?$", 2_049),
    (r"gpt-?4-32k", 32_768),
    (r"gpt-?4(-0314|-0613)?$", 8_192),
    (r"gpt-?4\.1", 1_047_576),
    (r"gpt-?4(o|-turbo|\.5)", 128_000),
    (r"gpt-?5(\.\d)?-chat", 128_000),
    (r"gpt-?5", 400_000),
    (r"o1-(mini|preview)", 128_000),
    (r"(o1|o3|o4-mini|codex-mini)", 200_000),
)


def context_window(model: str) -> int | None:
    """Tokens, None where the name does not tell."""
    name = model.strip().lower()
    return next((size for pattern, size in _WINDOWS if re.match(pattern, name)), None)
