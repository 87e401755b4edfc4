"""Old runs put to new use: their prompt or all settings in the page they came from, or run once more.

These are for a button's `on_click`, in which Streamlit changes no page: they note what is used, and the tab
goes there with `leave` when the history is drawn next.
"""

import secrets
from dataclasses import dataclass

import streamlit as st

from services import CompletionRequest, ImageRequest, Services
from ui import parameters, places, session

Request = CompletionRequest | ImageRequest


@dataclass
class Use:
    """What a tab puts to use; one object as long as the tab lives, for the reason that `session.Shown` is."""

    request: Request | None = None
    run: str = ""  # shown with every parameter of the request; empty: only its prompt is used
    due: bool = False
    started: int = 0  # how many runs were made again

    def note(self, request: Request, run: str = "") -> None:
        """Uses a request when the history is drawn next."""
        self.request, self.run, self.due = request, run, True


def use() -> Use:
    """What this tab puts to use."""
    found: Use = st.session_state.setdefault("history-use", Use())
    return found


def use_prompt(request: Request) -> None:
    """Makes its prompt the prompt of the request's page; the parameters there stay."""
    use().note(request)


def use_all(request: Request, id: str) -> None:
    """Fills the request's page with its prompt and every parameter, and shows the run itself there."""
    use().note(request, id)


def run_again(request: Request, services: Services, owner: str) -> None:
    """Starts a request once more, to be seen on its page. Raises ServiceError."""
    used = use()
    if isinstance(request, CompletionRequest):
        used.note(request, services.complete(owner, request).id)
    else:
        used.note(request, services.generate(owner, secrets.token_urlsafe(12), request))


def leave() -> None:
    """Goes where one of these noted to go."""
    used = use()
    if used.request is None or not used.due:
        return
    if isinstance(used.request, CompletionRequest):
        page, place, widgets = "completion", places.TEXT, parameters.completion_widgets(used.request)
    else:
        page, place, widgets = "image", places.IMAGES, parameters.image_widgets(used.request)
    prompt = {f"{page}-prompt": used.request.prompt}
    session.fill(page, widgets if used.run else prompt)
    st.session_state.update(prompt)
    used.due = False
    st.switch_page(str(place), query_params={"run": used.run} if used.run else {})
