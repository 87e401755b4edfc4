"""What must hold before others than those at this machine may open the playground: checked at every start."""

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from services import Problem, Settings

SECRET_LENGTH = 32
UPLOAD_MB = 5

# A Streamlit option, what it has to be, as .streamlit/config.toml has it, and what is wrong otherwise
OPTIONS: dict[str, tuple[object, str]] = {
    "server.enableXsrfProtection": (True, "lets pages elsewhere upload in the name of people here"),
    "server.enableCORS": (True, "lets pages elsewhere work the playground in the name of people here"),
    "server.corsAllowedOrigins": ([], "lets pages elsewhere work the playground in the name of people here"),
    "server.enableStaticServing": (False, "hands out files past every check"),
    "server.enableAgentApi": (False, "lets programs work the pages past the browser's own history"),
    "client.showErrorDetails": ("none", "shows the server's code and values to whoever meets a defect"),
}


def problems(settings: Settings, option: Callable[[str], Any] = st.get_option) -> list[Problem]:
    """Everything unsafe about a server that others may open, each with its mend; nothing about one's own."""
    if not settings.shared:
        return []
    found = []
    for name, (safe, what) in OPTIONS.items():
        if option(name) != safe:
            mend = f"Set it to {json.dumps(safe)} as in .streamlit/config.toml, and start beside that folder."
            found.append(Problem(name, what, mend))
    if option("server.maxUploadSize") > UPLOAD_MB:
        what = "lets anybody fill the server's memory"
        found.append(Problem("server.maxUploadSize", what, f"Set it to {UPLOAD_MB} MB or less."))
    secret = settings.signing_secret
    if secret and len(secret.reveal()) < SECRET_LENGTH:
        what = f"is shorter than {SECRET_LENGTH} characters: who guesses it reads everybody's history"
        mend = "Remove it: a good one is made at the first start and kept in the data folder."
        found.append(Problem("PLAYGROUND_SECRET", what, mend))
    if "localhost" in settings.allowed_endpoints:
        what = "lets everybody reach what else runs on this machine"
        found.append(Problem("AZURE_OPENAI_ALLOWED_ENDPOINTS", what, "Take localhost off the list."))
    return found
