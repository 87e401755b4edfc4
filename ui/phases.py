"""The phases of an image operation as a bar: what is done, where it stands, what is still to come."""

import streamlit as st

from services import OperationView

PHASES = ("queued", "submitted", "running", "saving", "done")
_AT = {"queued": 0, "canceled": 0, "submitting": 1, "polling": 2, "saving": 3, "succeeded": 4}
_ACCEPTED = ("notrunning", "notstarted")  # the service has it, but has not begun


def standing(view: OperationView) -> tuple[int, str]:
    """The phase that was reached, and what became of it: `now`, `done`, or `ended` before its time."""
    status = view.polls[-1].status.lower() if view.polls else ""
    if view.state == "polling" and status in _ACCEPTED:
        return 1, "now"
    if view.state == "submitting" and view.request.deployment:
        return 2, "now"  # the answer to this request brings the pictures
    if view.state in ("failed", "unknown"):
        accepted = any(200 <= (poll.http_status or 0) < 300 for poll in view.polls)
        return (2 if accepted else 1), "ended"
    return _AT[view.state], {"succeeded": "done", "canceled": "ended"}.get(view.state, "now")


def draw(view: OperationView) -> None:
    """The bar; ui/style.css gives each phase its sign, so that colour is not the only one."""
    reached, became = standing(view)
    kinds = ["done"] * reached + [became] + ["later"] * (len(PHASES) - reached - 1)
    items = (
        f'<li class="{kind}"{" aria-current=step" if kind == "now" else ""}>{phase}</li>'
        for phase, kind in zip(PHASES, kinds, strict=True)
    )
    st.html(f'<ol class="phases" aria-label="Phases">{"".join(items)}</ol>')
