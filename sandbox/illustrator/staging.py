"""Paints the subjects at their places: recoloured, lit, with a shadow or a reflection."""

from __future__ import annotations

from . import words
from .artwork import dressed
from .layout import Placed, arranged
from .light import Light
from .pen import WHITE, Colour, Pen, mix, oval, path, rgb
from .reader import Subject
from .scene import Scene
from .stage import Stage
from .words import names

_VARIED = names("""
    standing_person man_standing woman_standing walking runner child
    """)
_SHIRTS = ("red", "blue", "teal", "purple", "olive", "gold", "navy", "coral", "white", "emerald")


def stage_subjects(pen: Pen, light: Light, scene: Scene, stage: Stage) -> None:
    """Paint all subjects of a scene, the furthest first."""
    if scene.subjects:
        for n, item in enumerate(arranged(pen, scene.subjects, stage)):
            _paint(pen, light, item, stage, n)


def _colours(pen: Pen, subject: Subject) -> tuple[Colour | None, ...]:
    if subject.art in _VARIED and not subject.colours:
        return (rgb(words.COLOURS[pen.one_of(_SHIRTS)]),)
    return tuple(None if words.COLOURS[name] == "*" else rgb(words.COLOURS[name]) for name in subject.colours)


def _paint(pen: Pen, light: Light, item: Placed, stage: Stage, n: int) -> None:
    body = dressed(item.piece, _colours(pen, item.subject), light.on_subjects(), f"s{n}-")
    middle = (item.piece.left + item.piece.right) / 2
    turn = (
        f" rotate({item.tilt:.1f} {middle:.1f} {(item.piece.top + item.piece.bottom) / 2:.1f})"
        if item.tilt
        else ""
    )
    mirror = f"translate({middle * 2:.2f} 0) scale(-1 1)" if item.flip else ""
    move = (
        f"translate({item.x - middle * item.scale:.2f} {item.y - item.piece.bottom * item.scale:.2f}) "
        f"scale({item.scale:.4f})"
    )
    if item.wet:
        _on_water(pen, light, item, f"{{move}} {mirror}", body)
        return
    if not item.air and stage.shadow:
        lean = (item.x - stage.sun) / pen.width * item.wide * 0.35
        wide = item.wide * 0.56
        dark = pen.glow((18, 20, 52), stage.shadow + 0.2, 0.25)
        pen.add(oval(item.x + lean, item.y - 2, wide * 1.25, max(14.0, wide * 0.2), dark))
        pen.add(
            oval(item.x, item.y - 3, wide * 0.8, max(8.0, wide * 0.09), pen.glow((10, 10, 34), 0.55, 0.3))
        )
    pen.add(f'<g transform="{move}{turn} {mirror}">{body}</g>')


def _on_water(pen: Pen, light: Light, item: Placed, form: str, body: str) -> None:
    """A hull in the water: a broken reflection under it and a little wave against it."""
    middle = (item.piece.left + item.piece.right) / 2
    sink = item.tall * 0.035
    x = item.x - middle * item.scale
    upright = (
        f"translate({x:.2f} {item.y + sink - item.piece.bottom * item.scale:.2f}) scale({item.scale:.4f})"
    )
    mirrored = (
        f"translate({x:.2f} {item.y - sink + item.piece.bottom * item.scale * 0.7:.2f}) "
        f"scale({item.scale:.4f} {-item.scale * 0.7:.4f})"
    )
    pen.add(f'<g opacity=".26" transform="{form.format(move=mirrored)}">{body}</g>')
    foam = mix(light.haze, WHITE, 0.6)
    for k in range(5):
        y, w = item.y + 14 + k * item.tall * 0.1, item.wide * (1.0 - 0.13 * k)
        pen.add(oval(item.x + pen.between(-14, 14), y, w * 0.5, 3.5, foam, 0.2))
    pen.add(f'<g transform="{form.format(move=upright)}">{body}</g>')
    half, y = item.wide * 0.62, item.y - sink * 0.2
    swell = (
        f"M{item.x - half:.0f} {y + 8:.0f}q{half * 0.25:.0f} {-14:.0f} {half * 0.5:.0f} "
        f"-3t{half * 0.5:.0f} 0t{half * 0.5:.0f} 0t{half * 0.5:.0f} 3q{-half:.0f} 26 "
        f"{-half * 2:.0f} 0Z"
    )
    pen.add(path(swell, mix(light.on(rgb("#3f9fc4")), foam, 0.35), 0.85))
