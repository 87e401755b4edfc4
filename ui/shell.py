"""The frame around every page: navigation, what the playground is connected to, the footer."""

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from services import ConfigError, ServiceError, Services
from ui import errors, parameters, places, prompts, session, still_running
from ui.plain import escape
from ui.turns import turns

ROOT = Path(__file__).parent.parent


def connection(services: Services) -> None:
    """One line on what answers: the sandbox and what is real about it, or the endpoint."""
    settings = services.settings
    with st.container(key="connection"):
        if services.sandbox:
            st.markdown(
                ":material/science: **Embedded sandbox** – a small local model writes the text and makes "
                "things up; pictures are drawn by rules, not by a model; "
                "its word-list filter makes nothing safe."
            )
        else:
            address = urlsplit(settings.endpoint or "")
            local = " · local, not encrypted" if address.scheme == "http" else ""
            own = " · your own connection, in this tab" if services.connection else ""
            st.markdown(f":material/cloud: Connected to **{escape(address.netloc, 200)}**{local}{own}")
        if gone := st.session_state.pop("connection-gone", None):
            st.warning(
                f"{escape(str(gone))} The playground's own connection is used again.",
                icon=":material/link_off:",
            )
        if settings.shared and not services.sandbox and not services.connection:
            st.warning("Anyone who can open this address uses your key.", icon=":material/lock_open:")


def footer(services: Services) -> None:
    """Whose product this is, and where things are kept."""
    settings = services.settings
    with st.container(key="footer"):
        where = "" if settings.shared else f", in {escape(str(settings.data_dir), 200)}"
        artwork = " Sandbox artwork: Twemoji (CC-BY 4.0)." if services.sandbox else ""
        st.caption(
            "An independent project, not affiliated with or endorsed by Microsoft or OpenAI. "
            f"Texts, pictures and drafts that are kept stay on this server{where}.{artwork}"
        )


def draw() -> None:
    """The frame, and in it the page."""
    st.set_page_config(page_title="Azure OpenAI Playground", page_icon="🎨", layout="wide")
    st.html(ROOT / "ui" / "style.css")
    images = st.Page(places.IMAGES, title="Images", icon=":material/image:", url_path="images")
    page = st.navigation(
        [
            st.Page(places.TEXT, title="Text", icon=":material/notes:", default=True),
            images,
            st.Page(places.HISTORY, title="History", icon=":material/history:", url_path="history"),
            st.Page(places.CONNECTION, title="Connection", icon=":material/cable:", url_path="connection"),
        ],
        position="top",
    )
    try:
        services = session.services()
    except ConfigError as error:
        errors.show_settings(error)
        st.stop()
    except ServiceError as error:
        errors.show(error)
        st.stop()

    session.arrive(page.url_path)
    for name in parameters.PAGES:
        prompts.note(name)
        session.keep(name)
    connection(services)
    for notice in services.notices:
        st.warning(escape(notice), icon=":material/warning:")
    on_images = page.url_path == images.url_path
    shown = session.shown_run("image").id if on_images else session.addressed_run()
    still_running.offer(services, session.owner(), shown, images)
    content = st.container()
    footer(services)  # before the page, which may follow a run for minutes
    with content:
        try:
            page.run()
        except ServiceError as error:  # what a page does not show in a place of its own
            errors.show(error, "page")


with turns.drawing():
    draw()
