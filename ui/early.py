"""What Streamlit and Pillow import late, imported while everybody waits for something else."""

import sys
import threading
from collections.abc import Collection
from importlib import import_module

FIRST_PAGE = (
    "streamlit.emojis",
    "streamlit.material_icon_names",
)  # while the browser loads
FIRST_PICTURE = ("PIL.Image", "numpy")  # while somebody writes what to draw


def load(modules: Collection[str]) -> None:
    """Imports modules on a thread of its own, unless they are there. Together they take about 0.1 s."""
    missing = [name for name in modules if name not in sys.modules]
    if missing:
        threading.Thread(target=lambda: list(map(import_module, missing)), name="early", daemon=True).start()
