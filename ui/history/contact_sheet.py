"""All pictures on one sheet. The browser asks for a picture when it is about to come into sight."""

from collections.abc import Iterator
from itertools import islice

import streamlit as st

from services import Entry, HistoryQuery, Services
from ui.component import component
from ui.history import paging, search
from ui.places import absolute
from ui.plain import line

PAGE = 60
BLOCK = 100


def draw(query: HistoryQuery, services: Services, owner: str) -> None:
    """The pictures of the runs that a query finds, newest first; each leads to its run."""
    wanted = paging.wanted(PAGE)
    found = list(islice(_pictures(query, services, owner), wanted + 1))
    if not found:
        search.no_match()
        return
    sheet = component(__file__, "<ul></ul>")
    sheet(
        data={
            "pictures": [
                {
                    "run": entry.id,
                    "page": absolute(f"/history?run={entry.id}"),
                    "picture": absolute(services.picture_link(owner, key, "thumbnail")),
                    "words": line(entry.prompt, 120),
                }
                for entry, key in found[:wanted]
            ]
        },
        key="history-sheet",
        on_opened_change=_open,
    )
    if len(found) > wanted:
        paging.show_more(PAGE)


def _pictures(query: HistoryQuery, services: Services, owner: str) -> Iterator[tuple[Entry, str]]:
    """Every picture with the run it belongs to."""
    before = None
    while block := services.history(owner, query, before=before, limit=BLOCK):
        yield from ((entry, key) for entry in block for key in entry.keys)
        before = (block[-1].at, block[-1].id)


def _open() -> None:
    st.query_params["run"] = st.session_state["history-sheet"].opened
