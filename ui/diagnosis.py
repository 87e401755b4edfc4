"""What is configured, and what the connection doctor found."""

from urllib.parse import urlsplit

import streamlit as st

from services import Check, Deployment, Operation, Run, Services
from ui import errors
from ui.plain import escape

UPDATE_S = 0.1

_MARKS = {
    True: ":green[:material/check_circle:] passed",
    False: ":red[:material/cancel:] failed",
    None: ":material/remove: not tried",
}
_CALLS = {
    Operation.COMPLETION: "completions",
    Operation.CHAT: "chat",
    None: "completions or chat: the first answer tells",
}


def configured(services: Services) -> None:
    """The settings in a table; of a key only whether it is there."""
    settings = services.settings
    address = urlsplit(settings.endpoint or "")
    rows = {
        "Endpoint": "the embedded sandbox" if services.sandbox else escape(address.netloc, 200),
        "Route": f"api-version {escape(settings.api_version, 40)} for text, "
        f"{escape(settings.image_api_version, 40)} for submitted images",
        "Keys": ", ".join(f"KEY {number} present" for number, _ in enumerate(settings.keys, 1)) or "none",
        "Text deployments": _names(settings.text_deployments, services),
        "Image deployments": ", ".join(_label(item) for item in settings.image_deployments)
        or "none: images go to the route that is submitted and polled",
        "Data folder": escape(str(settings.data_dir), 200),
    }
    lines = ["| Setting | Value |", "|---|---|"]
    st.markdown("\n".join(lines + [f"| {name} | {value} |" for name, value in rows.items()]))


def follow(run: Run[tuple[Check, ...]]) -> None:
    """The checks as they are made; stays when they are done."""
    place = st.empty()
    for checks in run.changes(lambda: UPDATE_S):
        with place.container():
            for check in checks:
                _check(check)
            if not run.ended:
                st.caption(":material/progress_activity: Checking…")
        st.session_state.get("run")  # a point at which Streamlit may interrupt
    if run.error is not None:
        errors.show(run.error)


def _check(check: Check) -> None:
    st.markdown(f"{_MARKS[check.passed]} · **{escape(check.name, 80)}** – {escape(check.words)}")
    if check.mend:
        st.text(check.mend)


def _names(deployments: tuple[Deployment, ...], services: Services) -> str:
    named = (f"{_label(item)} ({_CALLS[services.text_family(item.name).operation]})" for item in deployments)
    return ", ".join(named) or "none: type one on the text page"


def _label(deployment: Deployment) -> str:
    model = f" = {escape(deployment.model, 60)}" if deployment.model else ""
    return f"{escape(deployment.name, 64)}{model}"
