"""Old runs put to new use: their prompt or all settings in the page they came from, or run once more.

These are for a button's `on_click`, in which Streamlit changes no page: they note where to go, and the page
goes there with `leave` when it is drawn next.
"""

import secrets

import streamlit as st

from services import CompletionRequest, ImageRequest, Services
from ui import parameters, places

Request = CompletionRequest | ImageRequest


def use_prompt(request: Request) -> None:
    """Makes its prompt the prompt of the request's page; the parameters there stay."""
    page = "completion" if isinstance(request, CompletionRequest) else "image"
    st.session_state[f"{page}-prompt"] = request.prompt
    _note(request, {})


def use_all(request: Request, id: str) -> None:
    """Fills the request's page with its prompt and every parameter, and shows the run itself there."""
    if isinstance(request, CompletionRequest):
        st.session_state.update(parameters.completion_widgets(request))
    else:
        st.session_state.update(parameters.image_widgets(request))
    _note(request, {"run": id})


def run_again(request: Request, services: Services, owner: str) -> None:
    """Starts a request once more, to be seen on its page. Raises ServiceError."""
    if isinstance(request, CompletionRequest):
        id = services.complete(owner, request).id
    else:
        id = services.generate(owner, secrets.token_urlsafe(12), request)
    use_all(request, id)


def leave() -> None:
    """Goes where one of these noted to go."""
    if noted := st.session_state.pop("leave-for", None):
        st.session_state["left-for"] = noted
        page, query = noted
        st.switch_page(page, query_params=query)


def leave_again() -> None:
    """Goes where the last of these went: the second press of a double click ends where the first did."""
    st.session_state["leave-for"] = st.session_state.get("left-for")
    leave()


def _note(request: Request, query: dict[str, str]) -> None:
    place = places.TEXT if isinstance(request, CompletionRequest) else places.IMAGES
    st.session_state["leave-for"] = (str(place), query)
