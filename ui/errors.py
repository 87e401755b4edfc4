"""Shows an error where the result would have been: a sentence, what to do, and the details a click away."""

import streamlit as st

from services import ConfigError, ServiceError
from ui.plain import escape


def show(error: ServiceError) -> None:
    """The sentence and the advice; status, code, request id and body in an expander."""
    advice = f"\n\n{escape(error.advice)}" if error.advice else ""
    st.error(f"**{escape(str(error))}**{advice}", icon=":material/error:")
    details(error)


def details(error: ServiceError) -> None:
    """What a support ticket needs, as text to copy; nothing if the service said nothing."""
    facts = {
        "Status": error.status,
        "Code": error.code,
        "Request id": error.request_id,
        "Retry after": f"{error.retry_after:.0f} s" if error.retry_after is not None else None,
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if value not in (None, "")]
    if error.body:
        lines += ["", error.body]
    if lines:
        with st.expander("Details for support", icon=":material/support_agent:"):
            st.code("\n".join(lines), language=None, wrap_lines=True)


def show_settings(error: ConfigError) -> None:
    """Every bad setting with its mend, in place of the pages."""
    st.title("The settings need attention", anchor=False)
    st.text("Mend these in the environment or in the .env file, then start the playground again.")
    for problem in error.problems:
        with st.container(border=True):
            st.markdown(f":material/build: **{escape(problem.variable)}** {escape(problem.what)}.")
            st.text(problem.mend)
    st.caption("Without AZURE_OPENAI_ENDPOINT and a key, the playground runs on its embedded sandbox.")
