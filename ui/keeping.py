"""Whether a run is kept in the history: one switch beside the parameters of both pages."""

from ui import widgets


def switch(page: str) -> None:
    """*Keep in history*; switched off, it is all that is kept of the owner's draft."""
    widgets.toggle(
        f"{page}-keep",
        help="Whether runs and the prompt you are writing are kept on this server. Switch it off for what "
        "should leave no trace: a text then lives in memory only; a picture goes ten minutes after you last "
        "looked at it.",
    )
