"""A request as code to run elsewhere: curl and Python. The key only ever comes from the environment."""

from services.code.images import image_code
from services.code.snippet import Snippet
from services.code.text import text_code

__all__ = ["Snippet", "image_code", "text_code"]
