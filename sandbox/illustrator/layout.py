"""Who stands where and how large; riders on backs, things in hands and hats on heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .artwork import Figure, figure
from .lexicon import entry_of, is_own
from .pen import Pen
from .reader import Join, Subject
from .roles import RELATIVE_SIZES, SEATS, SIZES_BY_KIND
from .stage import Stage


@dataclass(slots=True, frozen=True, kw_only=True)
class Placed:
    """One figure at its place: `x` its middle and `y` its feet, `scale` units per unit of artwork."""

    subject: Subject
    piece: Figure
    x: float
    y: float
    scale: float
    flip: bool = False
    tilt: float = 0.0
    air: bool = False
    wet: bool = False

    @property
    def tall(self) -> float:
        """Height in units."""
        return (self.piece.bottom - self.piece.top) * self.scale

    @property
    def wide(self) -> float:
        """Width in units."""
        return (self.piece.right - self.piece.left) * self.scale


@dataclass(slots=True, frozen=True)
class _Guest:
    """A subject whose place is given by a host's: a rider, a cat on a chair, a book in hands, a hat."""

    subject: Subject
    host: Subject
    height: float
    join: Join


# What a join does: its first subject is the other's guest, or (for these) its host.
_HOSTING = ("holds", "wears", "contains")
_BEHIND = ("rides", "in", "behind", "contains")  # painted before the host


def relative_size(art: str) -> float:
    """How large a thing is beside the others, a person being about 0.7."""
    if art in RELATIVE_SIZES:
        return RELATIVE_SIZES[art]
    return 0.8 if is_own(art) else SIZES_BY_KIND.get(entry_of(art).kind, 0.4)


def arranged(pen: Pen, subjects: tuple[Subject, ...], stage: Stage) -> list[Placed]:
    """All figures of a scene, those to be painted first at the front of the list."""
    heights = _heights(subjects, stage, min(pen.width, pen.height))
    hosts: list[tuple[Subject, float]] = []
    guests: list[_Guest] = []
    todo = list(zip(subjects, heights, strict=True))
    while todo:
        subject, height = todo.pop(0)
        if not todo or subject.join in ("", "beside"):
            hosts += [(subject, height)] * subject.count
            continue
        partner, other = todo.pop(0)
        guest, host = (partner, subject) if subject.join in _HOSTING else (subject, partner)
        small, large = (other, height) if guest is partner else (height, other)
        small, large = _together(subject.join, small, large, min(pen.width, pen.height))
        guests.append(_Guest(guest, host, small, subject.join))
        hosts += [(host, large)] * host.count
    return _with_guests(pen, _spread(pen, hosts, stage), guests)


def _together(join: Join, guest: float, host: float, room: float) -> tuple[float, float]:
    """The heights of a guest and its host, in units, made to fit one another."""
    match join:
        case "rides":
            host = max(host, guest * 1.15)
            return host * 0.72, host
        case "wears" | "holds":
            return host * (0.36 if join == "wears" else 0.42), host
        case "under":
            host = min(max(host, guest * 1.5), room * 0.72)
            return min(guest, host * 0.5), host
        case "in" | "contains":
            return min(guest, host) * 0.9, max(host, guest * 0.8)
        case "on":
            host = max(host, guest * 0.7)
            shrink = min(1.0, room * 0.75 / (host + guest))
            return guest * shrink, host * shrink
        case _:
            return guest, max(host, guest * 0.8)


def _heights(subjects: tuple[Subject, ...], stage: Stage, room: float) -> list[float]:
    """Heights in units: the largest fills its share of the picture, the others follow it softened."""
    sizes = [relative_size(subject.art) ** (0.35 if stage.weightless else 0.6) for subject in subjects]
    crowd = sum(subject.count for subject in subjects)
    share = {1: 0.5, 2: 0.45, 3: 0.4, 4: 0.36, 5: 0.32}.get(crowd, max(0.17, 0.76 / crowd**0.55))
    largest = max(sizes)
    if crowd < 3 and not stage.weightless:
        share *= min(1.25, max(0.62, largest**0.5 + 0.14))
    return [min(0.8, size / largest * share * stage.size) * room for size in sizes]


def _spread(pen: Pen, figures: Sequence[tuple[Subject, float]], stage: Stage) -> list[Placed]:
    """Share the width out in one or two rows, with a little disorder; small things come in front."""
    total = len(figures)
    rows = 1 if total < 6 else 2
    half = pen.width * (0.25 if total == 2 else 0.31 if total < 5 else 0.38)
    crowd = sum(height / _aspect(subject) for subject, height in figures if relative_size(subject.art) < 1.7)
    squeeze = min(1.0, (1.05 if rows == 1 else 2.3) * pen.width / crowd) if total > 1 and crowd else 1.0
    places = []
    for n, (subject, height) in enumerate(figures):
        row, column = n % rows, n // rows
        in_row = (total - row + rows - 1) // rows
        share = column / (in_row - 1) if in_row > 1 else 0.5
        wobble = pen.between(-0.05, 0.05) * pen.width / (1 if total < 4 else 2)
        depth = 1 - 1.5 * row if rows > 1 else pen.between(0.25, 1.0)
        if stage.weightless and total > 1:
            depth = (n * 2 % 3) / 2 + pen.between(-0.1, 0.1)
        x = pen.width * stage.middle + (2 * share - 1) * half + wobble
        places.append(_placed(pen, subject, height * squeeze, (x, depth), stage))
    return sorted(places, key=lambda item: (not item.air, relative_size(item.subject.art) < 1.1, item.y))


def _aspect(subject: Subject) -> float:
    piece = figure(subject.art)
    return (piece.bottom - piece.top) / max(1.0, piece.right - piece.left)


def _placed(pen: Pen, subject: Subject, height: float, at: tuple[float, float], stage: Stage) -> Placed:
    (x, depth), piece = at, figure(subject.art)
    scale = min(height / (piece.bottom - piece.top), pen.width * 0.62 / (piece.right - piece.left))
    scale *= 0.86 + 0.14 * depth
    y = stage.far + (stage.near - stage.far) * depth
    air, wet, tilt = False, False, 0.0
    tall = (piece.bottom - piece.top) * scale
    if stage.weightless:
        y, air, tilt = y + tall * 0.5, True, pen.between(-10, 10)
    elif subject.role == "fly":
        y, air, tilt = pen.between(0.3, 0.5) * pen.height + tall * 0.4, True, pen.between(-6, 6)
    elif subject.role in ("float", "swim") and stage.afloat is not None:
        y, wet = stage.afloat + pen.between(-20, 20), True
    margin = (piece.right - piece.left) * scale / 2 + 16
    x = min(max(x, margin), pen.width - margin) if margin * 2 < pen.width else pen.width / 2
    flip = pen.chance(0.5)
    return Placed(subject=subject, piece=piece, x=x, y=y, scale=scale, flip=flip, tilt=tilt, air=air, wet=wet)


def _with_guests(pen: Pen, placed: list[Placed], guests: Sequence[_Guest]) -> list[Placed]:
    """Each guest directly behind or in front of its host: a hat for every head, others by their count."""
    out = list(placed)
    for guest in guests:
        hosts = [item for item in placed if item.subject is guest.host]
        count = len(hosts) if guest.join in ("wears", "holds") else guest.subject.count
        for n in range(count):
            host = hosts[n % len(hosts)]
            in_row = max(1, count // len(hosts))
            at = out.index(host) + (guest.join not in _BEHIND)
            out.insert(at, _beside(pen, guest, host, n // len(hosts) - (in_row - 1) / 2, in_row))
    return out


def _beside(pen: Pen, guest: _Guest, host: Placed, place: float, in_row: int) -> Placed:
    """A guest at its place in its host's row: `across` and `up` are shares of the host's width and height."""
    piece = figure(guest.subject.art)
    scale = guest.height / (piece.bottom - piece.top)
    side = -1 if host.x > pen.width / 2 else 1
    air = True
    match guest.join:
        case "rides":
            across, up = 0.02, 0.46
        case "wears":
            four_legged = host.wide > host.tall * 1.05  # such artwork looks to the left
            across, up = (0.24 if host.flip else -0.24) if four_legged else 0.0, 0.83
        case "holds":
            across, up = pen.one_of((-0.2, 0.2)), -0.015
            if guest.subject.role == "fly":
                across, up = side * 0.5, 0.75
        case "on":
            across, up = 0.0, SEATS.get(host.subject.art, 0.93)
        case "in":
            across, up = 0.0, 0.45
        case "contains":
            across, up = 0.0, 0.7
        case "under":
            across, up, air = side * 0.2, -0.03, False
        case "behind":
            across, up, air = side * 0.38, 0.1, False
        case _:
            across, up, air = side * 0.3, -0.1, False
    step = min((piece.right - piece.left) * scale * 0.85, host.wide * 1.1 / in_row)
    x, y = host.x + across * host.wide + place * step, host.y - up * host.tall
    return Placed(subject=guest.subject, piece=piece, x=x, y=y, scale=scale, air=air)
