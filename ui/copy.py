"""A button that puts text on the clipboard: Streamlit has none."""

import streamlit as st

_HTML = '<button type="button"></button>'
_CSS = """
button {
  font: inherit; font-size: 0.875rem; color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, 0.5rem);
  min-height: 2.5rem; padding: 0.25rem 0.75rem; cursor: pointer;
}
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""
_JS = """
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button")
  const say = (word) => {
    button.textContent = word
    setTimeout(() => { button.textContent = data.label }, 1500)
  }
  button.textContent = data.label
  const byHand = () => {  // without https the clipboard is only open to a selection
    const area = document.createElement("textarea")
    area.value = data.text
    document.body.append(area)
    area.select()
    const copied = document.execCommand("copy")
    area.remove()
    return copied
  }
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.text)
      say("Copied")
    } catch {
      say(byHand() ? "Copied" : "Not allowed")
    }
  }
}
"""


def copy_button(text: str, key: str, label: str = "Copy") -> None:
    """A button that copies exactly this text."""
    button = st.components.v2.component("copy_button", html=_HTML, css=_CSS, js=_JS)
    button(data={"text": text, "label": label}, key=key, width="content")
