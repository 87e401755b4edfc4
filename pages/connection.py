"""Connection: what the playground talks to, and a doctor that tries it."""

import streamlit as st

from ui import deployments, diagnosis, own_connection, session

services, owner = session.services(), session.owner()


def examine() -> None:
    """Starts the doctor."""
    st.session_state["connection-check"] = services.diagnose(owner)


def changed() -> None:
    """Another connection: what was found about the one before does not hold."""
    st.session_state["connection-check"] = None


st.title("Connection", anchor=False)
st.subheader("What is configured", anchor=False)
diagnosis.configured(services)

st.subheader("Deployments", anchor=False)
with st.container(key="connection-deployments"):
    deployments.draw(services)

st.subheader("Does it work?", anchor=False)
st.caption(
    "Tries each key, and asks each text deployment for a few tokens, which may be billed. "
    "Nothing is changed, and no picture is made."
)
st.button(
    "Check the connection",
    key="connection-examine",
    type="primary",
    icon=":material/stethoscope:",
    on_click=examine,
)
with st.container(key="connection-result"):
    if run := st.session_state.get("connection-check"):
        diagnosis.follow(run)

st.subheader("A connection of your own", anchor=False)
with st.container(key="connection-own"):
    own_connection.draw(services, owner, changed)
