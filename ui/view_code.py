"""The request just made as code to run elsewhere."""

from collections.abc import Sequence

import streamlit as st

from services import Snippet
from ui.copy import copy_button


def show(snippets: Sequence[Snippet], key: str, *, sandbox: bool) -> None:
    """A tab for each language, in an expander. key: unlike any other code on the same page. sandbox: whether
    it is the sandbox that is asked, whose key is no secret.

    Drawn when it is opened: what colours code is larger than all else a browser fetches for a result.
    """
    box = st.expander("View code", icon=":material/code:", key=f"{key}-code", on_change="rerun")
    if not box.open:
        return
    with box:
        here = ", here sandbox-key-1" if sandbox else ""
        st.caption(
            "The key is not in the code: it is read from the environment variable AZURE_OPENAI_API_KEY"
            f"{here}."
        )
        for tab, snippet in zip(st.tabs([snippet.label for snippet in snippets]), snippets, strict=True):
            with tab:
                st.code(snippet.code, language=snippet.language, wrap_lines=True)
                copy_button(snippet.code, key=f"{key}-{snippet.label}", label="Copy code")
