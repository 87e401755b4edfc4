"""A contact sheet of what the illustrator paints for the prompts of `gallery.txt`, to be looked at.

python -m tests.sandbox.gallery docs/gallery.webp
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from sandbox.illustrator import paint

PROMPTS = (Path(__file__).parent / "gallery.txt").read_text(encoding="utf-8").splitlines()
SIDE, CAPTION, COLUMNS, SEED = 320, 34, 6, 1


def sheet(prompts: list[str]) -> Image.Image:
    """The pictures in rows of six, each above its prompt."""
    rows = -(-len(prompts) // COLUMNS)
    page = Image.new("RGB", (COLUMNS * SIDE, rows * (SIDE + CAPTION)), "white")
    pen = ImageDraw.Draw(page)
    for position, prompt in enumerate(prompts):
        x, y = position % COLUMNS * SIDE, position // COLUMNS * (SIDE + CAPTION)
        large = Image.open(io.BytesIO(paint(prompt, (2 * SIDE, 2 * SIDE), SEED)))
        page.paste(large.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (x, y))
        pen.text((x + 6, y + SIDE + 8), prompt, fill="black", font_size=11)
    return page


if __name__ == "__main__":
    sheet(PROMPTS).save(sys.argv[1], quality=80)
