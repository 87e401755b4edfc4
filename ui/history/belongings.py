"""What all of a person's runs take of the disk, and how to take or remove everything."""

import streamlit as st

from services import LEAST_FREE, Services
from ui.attempt import attempt
from ui.history import exports, words

_OURS = ("completion-", "image-", "history-")


def draw(services: Services, owner: str) -> None:
    """Disk use, the export of everything, and its deletion."""
    use = services.disk_use(owner)
    st.subheader("Your data", anchor=False)
    if use.free_bytes < LEAST_FREE:
        st.warning(
            f"**The disk is nearly full:** {words.size(use.free_bytes)} are left. No new pictures are made "
            "until there is space: delete runs you no longer need, or ask whoever runs this server.",
            icon=":material/hard_drive:",
        )
    pictures, text, quota, left = map(
        words.size, (use.pictures_bytes, use.text_bytes, use.quota_bytes, use.free_bytes)
    )
    st.caption(
        f"You keep {pictures} of pictures and {text} of text on this server. "
        f"Everybody's pictures together may take {quota}; beyond that the oldest make way, favourites last "
        f"and text never. The disk has {left} left."
    )
    with st.container(horizontal=True, key="history-belongings"):
        exports.lines_button(services, owner)
        with st.popover("Delete everything of mine", icon=":material/delete_forever:", key="history-wipe"):
            st.text(
                "Delete all your runs, pictures, drafts and presets on this server? This cannot be undone, "
                "and what still runs is stopped."
            )
            st.button(
                "Delete everything",
                key="history-wipe-confirmed",
                type="primary",
                on_click=attempt,
                args=("history", _delete_everything, services, owner),
            )


def _delete_everything(services: Services, owner: str) -> None:
    """Forgets what this tab holds, too: it would be kept again as a draft."""
    services.delete_everything(owner)
    for key in [key for key in st.session_state if str(key).startswith(_OURS)]:
        del st.session_state[key]
    st.toast("Everything of yours is deleted.", icon=":material/delete_forever:")
