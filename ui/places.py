"""Where the pages are, for links and for going from one to another."""

from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "pages"
TEXT = _FOLDER / "completion.py"
IMAGES = _FOLDER / "images.py"
HISTORY = _FOLDER / "history.py"
CONNECTION = _FOLDER / "connection.py"
