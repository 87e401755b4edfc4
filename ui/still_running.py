"""Pictures that are still being made, offered on every page but the one that shows them."""

import streamlit as st

from services import OperationView, Services
from ui.plain import escape

LOOK_S = 3.0
MOST = 3


def offer(services: Services, owner: str, shown: str, images: st.Page) -> None:
    """A link to every operation under way; shown: the one that stands on the page anyway."""
    if _elsewhere(services, owner, shown):
        with st.container(key="still-running", gap="xsmall"):
            _links(services, owner, shown, images)


@st.fragment(run_every=LOOK_S)
def _links(services: Services, owner: str, shown: str, images: st.Page) -> None:
    """Looks again every few seconds, and draws the page once more when the last one has ended."""
    views = _elsewhere(services, owner, shown)
    if not views:
        st.toast("What was being made has ended: see Images.", icon=":material/image:")
        st.rerun()
    for view in views[:MOST]:
        n = view.request.n
        pictures = "1 picture" if n == 1 else f"{n} pictures"
        st.page_link(
            images,
            label=f"{pictures} still being made: “{escape(view.request.prompt, 60)}”",
            icon="spinner",
            help="",
            query_params={"run": view.id},
        )
    if len(views) > MOST:
        st.caption(f"and {len(views) - MOST} more")


def _elsewhere(services: Services, owner: str, shown: str) -> list[OperationView]:
    return [view for view in services.unfinished_operations(owner) if view.id != shown]
