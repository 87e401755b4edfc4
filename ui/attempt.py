"""Doing what a button says; what goes wrong stands in its place on the page until the next attempt."""

from collections.abc import Callable
from typing import Any

from services import ServiceError
from ui import errors, session


def attempt(place: str, action: Callable[..., Any], *args: Any) -> None:
    """Carries out an action of a button's `on_click`. place: a page, or a part of one that has a place of its
    own for what goes wrong."""
    showing = session.showing(place)
    showing.problem = None
    try:
        action(*args)
    except ServiceError as error:
        showing.problem = error


def show_problem(place: str) -> None:
    """Why the last attempt failed, if it did."""
    if problem := session.showing(place).problem:
        errors.show(problem, place)
