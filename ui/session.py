"""What a page stands on: the services of the process, and whose browser this is."""

import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from services import NotFound, ServiceError, Services
from ui import parameters
from ui.middleware import COOKIE, read_cookie
from ui.plain import escape
from ui.turns import turns


@dataclass
class Holder:
    """Filled by the server when it starts; `problem` says why there are no services."""

    services: Services | None = None
    problem: ServiceError | None = None


@dataclass
class Shown:
    """What a page of this tab shows: the id of a run, or empty, and what went wrong since.

    One object as long as the tab lives: a press changes it without touching the session, where Streamlit may
    break off what the press does, between the start of a run and its note.
    """

    id: str = ""
    chosen: bool = False  # since the address was last written
    problem: ServiceError | None = None

    def show(self, id: str) -> None:
        """Shows a run, or nothing."""
        self.id, self.chosen, self.problem = id, True, None


holder = Holder()


def services() -> Services:
    """The services of this process, by way of the tab's own connection where it has one."""
    found = _server()
    if connection := st.session_state.get("connection"):
        try:
            return found.through(owner(), connection)
        except NotFound as gone:
            del st.session_state["connection"]
            st.session_state["connection-gone"] = gone
    return found


def _server() -> Services:
    """The services of this process, or the ones a test put into the session."""
    found = st.session_state.get("services") or holder.services
    if found is None:
        raise holder.problem or ServiceError("The server has not started yet.", advice="Reload the page.")
    return found


def owner() -> str:
    """The browser's id from its signed cookie; without cookies, an id that lasts as long as the tab."""
    signed = read_cookie(st.context.cookies.get(COOKIE), _server().secret)
    if signed is None and "owner" not in st.session_state:
        st.session_state["owner"] = secrets.token_hex(16)
    return signed or str(st.session_state["owner"])


def arrive(page: str) -> None:
    """Notes which page this script run shows, and whether the one before showed another."""
    st.session_state["arrived"] = st.session_state.get("page") != page
    st.session_state["page"] = page


def restore(page: str) -> None:
    """Fills a page's widgets: what this tab holds, else what the owner last committed, else the defaults."""
    defaults = parameters.PAGES[page]
    if st.session_state.get("arrived"):  # widgets that are drawn anew show only what is set anew
        for key in defaults:
            if key in st.session_state:
                st.session_state[key] = st.session_state[key]
    entered = not _is_open(page)  # then what is there may be an older value
    missing = [key for key in defaults if entered or key not in st.session_state]
    if missing:
        kept = _kept(page)
        for key in missing:
            value = kept.get(key)
            st.session_state[key] = value if parameters.valid(key, value) else defaults[key]


def keep(page: str) -> None:
    """Keeps what a page's widgets hold, for a page switch and for a new tab; writes only what changed.

    Called at the start of every script run, since Streamlit forgets the widgets of a page that is left.
    """
    prompt = f"{page}-prompt"
    if _is_open(page):
        fill(page, {key: st.session_state[key] for key in parameters.PAGES[page] if key in st.session_state})
    elif prompt in st.session_state and st.session_state[prompt] != _kept(page).get(prompt):
        fill(page, {prompt: st.session_state[prompt]})
    if st.session_state.get(f"{page}-kept") != st.session_state.get(f"{page}-saved"):
        turns.later(partial(_save, page))


def fill(page: str, values: dict[str, Any]) -> None:
    """Makes a page hold these values when it is opened, and what it held last where they say nothing."""
    kept = _kept(page)
    st.session_state.setdefault(f"{page}-saved", kept)
    held = {key: values.get(key, kept.get(key, default)) for key, default in parameters.PAGES[page].items()}
    st.session_state[f"{page}-kept"] = held | {"origin": services().deployments.origin}


def _is_open(page: str) -> bool:
    """Whether a page's widgets are there. Of a page that is left Streamlit forgets all but the prompt, even
    what changed just before the press on the navigation: it breaks off the script run that would keep it."""
    return f"{page}-keep" in st.session_state


def _save(page: str) -> None:
    content, switch = st.session_state[f"{page}-kept"], f"{page}-keep"
    try:
        services().save_draft(owner(), page, content if content[switch] else {switch: False})
    except ServiceError as error:
        st.toast(f"Your draft is not kept: {escape(str(error))}", icon=":material/warning:")
    st.session_state[f"{page}-saved"] = content  # last, since Streamlit may break off at each access


def _kept(page: str) -> dict[str, Any]:
    """What a page held last in this tab, else what the owner last committed on it."""
    kept = st.session_state.get(f"{page}-kept")
    if kept is None:
        kept = services().draft(owner(), page)
    origin = services().deployments.origin
    if kept.get("origin") != origin:  # another service knows other deployments and versions
        return {key: value for key, value in kept.items() if key not in parameters.OF_THE_SERVICE}
    return kept


def may_interrupt() -> None:
    """Between two drawings of what a script run follows: Streamlit may end it, others have their turn, and
    what was put off is done when nobody waits.

    Streamlit ends it where the session is read, when the person has pressed something or left.
    """
    turns.rest()
    st.session_state.get("run")
    turns.catch_up()


def addressed_run() -> str:
    """The id of the run that the address names, or empty."""
    return str(st.query_params.get("run") or "")


def shown_run(page: str) -> Shown:
    """What a page shows: from the address, else from this tab after a page switch, else nothing.

    The address follows what was chosen since, so that a refresh shows the same.
    """
    shown, addressed = showing(page), addressed_run()
    if addressed and addressed != shown.id and not shown.chosen:
        shown.show(addressed)
    if not shown.id:
        st.query_params.pop("run", None)
    elif st.query_params.get("run") != shown.id:
        st.query_params["run"] = shown.id
    shown.chosen = False
    return shown


def showing(page: str) -> Shown:
    """What a page shows, as it was when the page was left."""
    shown: Shown = st.session_state.setdefault(f"{page}-run", Shown())
    return shown
