"""All pictures on one sheet. The browser asks for a picture when it is about to come into sight."""

from collections.abc import Iterator
from itertools import islice

import streamlit as st

from services import Entry, HistoryQuery, Services
from ui.gallery import absolute
from ui.history import paging, search
from ui.plain import line

PAGE = 60
BLOCK = 100

_HTML = "<ul></ul>"
_CSS = """
ul {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 0.75rem;
  list-style: none; margin: 0; padding: 0.25rem;
}
a {
  display: block; color: var(--st-text-color); text-decoration: none;
  border-radius: var(--st-base-radius, 0.5rem);
}
a:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
img {
  display: block; width: 100%; aspect-ratio: 1; object-fit: cover;
  border-radius: var(--st-base-radius, 0.5rem); background: var(--st-secondary-background-color);
}
a:hover img { filter: brightness(1.08); }
span {
  display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
  font-size: 0.875rem; padding: 0.25rem 0.1rem;
}
"""
_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  const sheet = parentElement.querySelector("ul")
  const shown = JSON.stringify(data)
  if (sheet.dataset.shown === shown) return
  sheet.dataset.shown = shown
  sheet.replaceChildren(...data.pictures.map(({ run, page, picture, words }) => {
    const image = document.createElement("img")
    image.loading = "lazy"
    image.decoding = "async"
    image.alt = ""
    image.src = picture
    const caption = document.createElement("span")
    caption.textContent = words
    const link = document.createElement("a")
    link.href = page
    link.title = words
    link.append(image, caption)
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      setTriggerValue("opened", run)
    }
    const item = document.createElement("li")
    item.append(link)
    return item
  }))
}
"""


def draw(query: HistoryQuery, services: Services, owner: str) -> None:
    """The pictures of the runs that a query finds, newest first; each leads to its run."""
    wanted = paging.wanted(PAGE)
    found = list(islice(_pictures(query, services, owner), wanted + 1))
    if not found:
        search.no_match()
        return
    sheet = st.components.v2.component("contact_sheet", html=_HTML, css=_CSS, js=_JS)
    sheet(
        data={
            "pictures": [
                {
                    "run": entry.id,
                    "page": absolute(f"/history?run={entry.id}"),
                    "picture": absolute(services.picture_link(owner, key, "thumbnail")),
                    "words": line(entry.prompt, 120),
                }
                for entry, key in found[:wanted]
            ]
        },
        key="history-sheet",
        on_opened_change=_open,
    )
    if len(found) > wanted:
        paging.show_more(PAGE)


def _pictures(query: HistoryQuery, services: Services, owner: str) -> Iterator[tuple[Entry, str]]:
    """Every picture with the run it belongs to."""
    before = None
    while block := services.history(owner, query, before=before, limit=BLOCK):
        yield from ((entry, key) for entry in block for key in entry.keys)
        before = (block[-1].at, block[-1].id)


def _open() -> None:
    st.query_params["run"] = st.session_state["history-sheet"].opened
