"""The runs, newest first, under the day they were made."""

from itertools import groupby

import streamlit as st

from services import Entry, HistoryQuery, Services
from ui import places, when
from ui.history import favourite, paging, search, selection, words
from ui.places import absolute
from ui.plain import escape

PAGE = 30
THUMBNAILS = 4  # of one set


def draw(query: HistoryQuery, services: Services, owner: str) -> None:
    """The runs that a query finds, a page at a time."""
    wanted = paging.wanted(PAGE)
    found = services.history(owner, query, limit=wanted + 1)
    entries = found[:wanted]
    if not entries:
        search.no_match()
        return
    selection.bar(entries, services, owner)
    for day, of_day in groupby(entries, key=lambda entry: when.day(entry.at)):
        st.subheader(day, anchor=False)
        for entry in of_day:
            _row(entry, services, owner)
    if len(found) > wanted:
        paging.show_more(PAGE)


def _row(entry: Entry, services: Services, owner: str) -> None:
    """One run: its prompt leads to everything about it."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"history-row-{entry.id}"):
        selection.box(entry)
        with st.container(gap=None, key=f"history-what-{entry.id}"):
            st.page_link(
                str(places.HISTORY),
                label=escape(entry.prompt.strip(), 160) or "(no prompt)",
                icon=f":material/{words.ICONS[entry.kind]}:",
                help="",
                query_params={"run": entry.id},
            )
            st.caption(words.facts(entry))
            if entry.excerpt.strip():
                st.caption(escape(entry.excerpt.strip(), 160))
            if entry.keys:
                _thumbnails(entry, services, owner)
        favourite.star(entry, services, owner)


def _thumbnails(entry: Entry, services: Services, owner: str) -> None:
    keys = entry.keys[:THUMBNAILS]
    st.image(
        [absolute(services.picture_link(owner, key, "thumbnail")) for key in keys],
        alt=[entry.prompt] * len(keys),
        width=64,
    )
