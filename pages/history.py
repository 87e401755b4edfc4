"""History: every run of this browser, to find again, use again, keep or delete."""

import streamlit as st

from services import HistoryQuery
from ui import places, reuse, session
from ui.attempt import show_problem
from ui.history import belongings, contact_sheet, deletion, detail, listing, search

services, owner = session.services(), session.owner()
shown = session.addressed_run()
reuse.leave()
st.query_params.from_dict({"run": shown} if shown else {})  # a link to the page itself leaves the address

st.title("History", anchor=False)
deletion.undo_bar(services, owner)
if shown:
    detail.draw(shown, services, owner)
elif not services.history(owner, HistoryQuery(), limit=1):
    show_problem("history")
    st.info("Nothing here yet. What you generate is listed here, newest first.", icon=":material/history:")
    st.page_link(str(places.TEXT), label="Write a text", icon=":material/notes:", help="")
    st.page_link(str(places.IMAGES), label="Make a picture", icon=":material/image:", help="")
else:
    show_problem("history")
    view = st.segmented_control(
        "View",
        ["Runs", "Pictures"],
        key="history-view",
        default="Runs",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
        on_change=search.first_page,
    )
    if view == "Pictures":
        contact_sheet.draw(search.draw(services, owner, only="image"), services, owner)
    else:
        listing.draw(search.draw(services, owner), services, owner)
if not shown:
    belongings.draw(services, owner)
