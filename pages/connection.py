"""Connection: what the playground talks to, and a doctor that tries it."""

import streamlit as st

from services import Check, Run
from ui import deployments, diagnosis, own_connection, session

services, owner = session.services(), session.owner()
visits: list[Run[tuple[Check, ...]]] = st.session_state.setdefault("connection-visits", [])  # of the doctor
before = len(visits)


def examine() -> None:
    """Starts the doctor, but none beside one at work, nor by the second press of a double click."""
    if len(visits) == before and all(run.ended for run in visits):
        visits.append(services.diagnose(owner))


def changed() -> None:
    """Another connection: what was found about the one before does not hold."""
    visits.clear()


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
    key=f"connection-examine-{before}",
    type="primary",
    icon=":material/stethoscope:",
    on_click=examine,
)
with st.container(key="connection-result"):
    if visits:
        diagnosis.follow(visits[-1])

st.subheader("A connection of your own", anchor=False)
with st.container(key="connection-own"):
    own_connection.draw(services, owner, changed)
