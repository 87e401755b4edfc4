"""What is configured, and what the connection doctor found."""

from urllib.parse import urlsplit

import streamlit as st

from services import Check, Run, Services
from ui import errors, session, when
from ui.plain import escape

UPDATE_S = 0.1

_MARKS = {
    True: ":green[:material/check_circle:] passed",
    False: ":red[:material/cancel:] failed",
    None: ":material/remove: not tried",
}


def configured(services: Services) -> None:
    """The settings in a table; of a key only whether it is there."""
    settings = services.settings
    address = urlsplit(settings.endpoint or "")
    rows = {
        "Endpoint": "the embedded sandbox" if services.sandbox else escape(address.netloc, 200),
        "API version for text": escape(settings.api_version, 40),
        "API version for submitted images": escape(settings.image_api_version, 40),
        "Keys": _keys(services),
    }
    if not settings.shared:
        rows["Data folder"] = escape(str(settings.data_dir), 200)
    lines = ["| Setting | Value |", "|---|---|"]
    st.markdown("\n".join(lines + [f"| {name} | {value} |" for name, value in rows.items()]))


def follow(run: Run[tuple[Check, ...]]) -> None:
    """The checks as they are made; once they are done, the page is drawn again with what they brought."""
    place, ended = st.empty(), run.ended
    for checks in run.changes(lambda: UPDATE_S):
        with place.container():
            for check in checks:
                _check(check)
            if not run.ended:
                wait = run.waiting
                st.caption(when.countdown(wait) if wait else ":material/progress_activity: Checking…")
        session.may_interrupt()
    if run.error is not None:
        errors.show(run.error)
    if not ended:
        st.rerun()


def _check(check: Check) -> None:
    mend = f"  \n:material/build: {escape(check.mend)}" if check.mend else ""
    st.markdown(f"{_MARKS[check.passed]} · **{escape(check.name, 80)}** – {escape(check.words)}{mend}")


def _keys(services: Services) -> str:
    present = [f"KEY {number} present" for number, _ in enumerate(services.settings.keys, 1)]
    refused = "; KEY 1 was refused, using KEY 2" if services.deployments.key_in_use > 1 else ""
    return ", ".join(present) + refused if present else "none"
