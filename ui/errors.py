"""Shows an error where the result would have been: a sentence, what to do, and the details a click away."""

from collections.abc import Mapping

import streamlit as st

from services import ConfigError, ServiceError
from ui.copy import copy_button
from ui.plain import escape


def show(error: ServiceError, key: str = "error") -> None:
    """The sentence and the advice; status, code, request id and body in an expander. key: unlike any other
    error's on the same page."""
    advice = f"\n\n{escape(error.advice)}" if error.advice else ""
    st.error(f"**{escape(str(error))}**{advice}", icon=":material/error:")
    details(error, key)


def details(error: ServiceError, key: str) -> None:
    """What a support ticket needs, as text to copy; nothing if the service said nothing."""
    facts = {
        "Status": error.status,
        "Code": error.code,
        "Request id": error.request_id,
        "Retry after": f"{error.retry_after:.0f} s" if error.retry_after is not None else None,
    }
    support(facts, error.body, key)


def support(facts: Mapping[str, object], body: str | None, key: str) -> None:
    """Facts and the service's own words in an expander, with a button that copies both."""
    lines = [f"{name}: {value}" for name, value in facts.items() if value not in (None, "")]
    if body:
        lines += ["", body]
    if lines:
        with st.expander("Details for support", icon=":material/support_agent:"):
            st.code("\n".join(lines), language=None, wrap_lines=True)
            copy_button("\n".join(lines), key=f"support-{key}", label="Copy for support")


def show_settings(error: ConfigError) -> None:
    """Every bad setting with its mend, in place of the pages."""
    st.title("The settings need attention", anchor=False)
    st.text("Mend these in the environment or in the .env file, then start the playground again.")
    for problem in error.problems:
        with st.container(border=True):
            st.markdown(f":material/build: **{escape(problem.variable)}** {escape(problem.what)}.")
            st.text(problem.mend)
    st.caption("Without AZURE_OPENAI_ENDPOINT and a key, the playground runs on its embedded sandbox.")
