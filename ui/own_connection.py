"""A connection of one's own for this tab: the form it is typed into, and the button that forgets it."""

from collections.abc import Callable

import streamlit as st

from services import Secret, Services, TypedConnection
from ui import errors, session
from ui.attempt import attempt
from ui.plain import escape


def draw(services: Services, owner: str, changed: Callable[[], None]) -> None:
    """The form, or where there is such a connection, the way to forget it. changed: called after either."""
    if services.connection is not None:
        st.text(
            "This tab uses a connection of its own; a reload of the page ends that. The key is in this "
            "server's memory only, until you forget it here or nobody has used it for eight hours."
        )
        st.button(
            "Forget this connection",
            key="own-forget",
            icon=":material/link_off:",
            on_click=_forget,
            args=(services, owner, changed),
        )
    elif services.settings.allowed_endpoints:
        _form(services, owner, changed)
    else:
        st.text("The administrator of this playground allows no connections but its own.")


def _form(services: Services, owner: str, changed: Callable[[], None]) -> None:
    st.caption(
        "For this tab only: the key is kept in memory, never on disk, and never shown again. Text and "
        "pictures you make with it are kept like all others."
    )
    with st.form("own-connection"):
        st.text_input(
            "Endpoint",
            key="own-endpoint",
            placeholder="https://NAME.openai.azure.com",
            autocomplete="off",
            help="As the portal shows it; a target URI or a whole curl line will do. "
            f"Allowed: {escape(', '.join(services.settings.allowed_endpoints), 500)}.",
        )
        st.text_input("Key", key="own-key", type="password", autocomplete="off")
        st.text_input(
            "Text deployments",
            key="own-text-deployments",
            placeholder="my-chat=gpt-4.1, other",
            help="Names with commas between them. Write name=model where the name does not tell the model.",
        )
        st.text_input("Image deployments", key="own-image-deployments", placeholder="my-images=gpt-image-2")
        st.text_input(
            "API version",
            key="own-api-version",
            placeholder="v1",
            help="For text: a date such as 2024-10-21, or v1, which needs none.",
        )
        st.form_submit_button(
            "Connect", icon=":material/link:", on_click=_connect, args=(services, owner, changed)
        )
    if problem := session.showing("own").problem:
        errors.show(problem, "own")
        st.caption("The key was cleared; enter it again.")


def _connect(services: Services, owner: str, changed: Callable[[], None]) -> None:
    typed = TypedConnection(
        key=Secret(st.session_state["own-key"]),
        endpoint=st.session_state["own-endpoint"],
        text_deployments=st.session_state["own-text-deployments"],
        image_deployments=st.session_state["own-image-deployments"],
        api_version=st.session_state["own-api-version"],
    )
    st.session_state["own-key"] = ""
    if len(typed.endpoint.split()) > 1:
        st.session_state["own-endpoint"] = ""  # a curl line may hold a key

    def connect() -> None:
        st.session_state["connection"] = services.connect(owner, typed)
        changed()

    attempt("own", connect)


def _forget(services: Services, owner: str, changed: Callable[[], None]) -> None:
    if connection := st.session_state.pop("connection", None):
        services.disconnect(owner, connection)
    changed()
