"""What a test needs to use a page as a person does: press, look, read."""

import json
import pkgutil
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.testing.v1 import AppTest, local_script_runner

from services import Services

ROOT = Path(__file__).parent.parent.parent
KEY = "CANARY-0123456789abcdef"
ME = "owner-me"

TEXT, IMAGES, HISTORY = "../pages/completion.py", "../pages/images.py", "../pages/history.py"
CONNECTION = "../pages/connection.py"
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def read(markdown: str) -> str:
    """Markdown as a person reads it, as far as escapes go."""
    return _ESCAPED.sub(r"\1", markdown).replace("\u2060", "")


def wait(condition: Callable[[], Any], seconds: float = 8) -> None:
    """Waits until the condition holds; a test that has to wait that long is broken."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("it never happened")
        time.sleep(0.005)


class Sent(list[ForwardMsg]):
    """Every message that went to the browser, those that were replaced a moment later included."""

    def has(self, text: str) -> bool:
        return text.encode() in self.bytes

    @property
    def bytes(self) -> bytes:
        return b"\n".join(message.SerializeToString() for message in list(self))


FOLDED = ("completion-more", "completion-presets", "image-presets")  # drawn only when open


def unfold(at: AppTest) -> None:
    """Opens what a page folds away."""
    for box in FOLDED:
        at.session_state[box] = True


@dataclass
class Tab:
    """A browser tab on one page of the playground."""

    at: AppTest
    services: Services
    sent: Sent
    patch: pytest.MonkeyPatch

    @property
    def page(self) -> str:
        """`completion`, `image` or `history`, which every widget key begins with."""
        keys = [area.key for area in self.at.text_area]
        pages = {"image-prompt": "image", "completion-prompt": "completion"}
        return next((page for key, page in pages.items() if key in keys), "history")

    def fill(self, **values: Any) -> "Tab":
        """Sets widgets by the end of their key."""
        for name, value in values.items():
            widget: Any = self.at.get_by_key(f"{self.page}-{name.replace('_', '-')}")
            if widget.type == "selectbox" and value not in widget.options:
                widget.options.append(value)  # typed, where a widget takes what it does not list
            widget.set_value(value)
        return self

    def button(self, name: str) -> Any:
        """A button by its key, which may go on with the run it is drawn beside."""
        keys = (f"{self.page}-{name}", f"{self.page}-{name}-{self.shown}")
        return next(button for button in self.at.button if button.key in keys)

    @property
    def shown(self) -> str:
        """The id of the run that the page shows; empty where a page keeps none."""
        key = f"{self.page}-run"
        return str(self.at.session_state[key].id) if key in self.at.session_state else ""

    def press(self, name: str) -> "Tab":
        self.button(name).click().run()
        assert not self.at.exception
        return self

    def generate(self, prompt: str, **values: Any) -> "Tab":
        return self.fill(prompt=prompt, **values).press("generate")

    def go(self, page: str) -> "Tab":
        """Switches pages as the navigation does: the address loses its query."""
        self.at.query_params.clear()
        unfold(self.at)
        self.at.switch_page(page).run()
        assert not self.at.exception
        return self

    def value(self, name: str) -> Any:
        return self.at.session_state[f"{self.page}-{name}"]

    def has(self, key: str) -> bool:
        keys = (key, f"{key}-{self.shown}")
        return any(getattr(node, "key", None) in keys for node in self.at.main)

    def knobs(self) -> list[Any]:
        """The parameters that stand open beside the prompt, not those that are folded."""
        beside = self.at.columns[1].children.values()
        folded = ("expander", "popover")
        return [node for node in beside if hasattr(node, "label") and node.type not in folded]

    def has_sent_stop(self) -> bool:
        """Whether the button to stop with stands on the page that is being drawn."""
        buttons = (message.delta.new_element.button for message in list(self.sent))
        return any(button.id.endswith(f"-{self.page}-stop") for button in buttons)

    def look(self, key: str = "") -> str:
        """Everything that is written inside a container, or inside the result, line by line."""
        return "\n".join(self.lines(key))

    @property
    def all(self) -> list[str]:
        """Everything that is written on the page, line by line."""
        return list(_written(self.at.main))

    def lines(self, key: str = "") -> list[str]:
        return list(_written(self.at.get_by_key(key or f"{self.page}-output")))

    def until(self, condition: Callable[[], Any], second: str | None = None) -> "Tab":
        """Runs the page, which follows something, until the condition holds; then breaks off.

        With `second`, a button is pressed then, as it stood on the page before this run.
        """
        usual = local_script_runner.require_widgets_deltas
        again = self.at._tree.get_widget_states() if second is None else self._pressed(second)

        def meanwhile(runner: Any, timeout: float = 15) -> None:
            wait(condition)
            if second is None:
                runner.request_stop()
            else:
                page = self.at._finished_page_script_hash
                runner.request_rerun(RerunData(widget_states=again, page_script_hash=page))
            usual(runner, timeout)

        with self.patch.context() as patch:
            patch.setattr(local_script_runner, "require_widgets_deltas", meanwhile)
            self.at.run()
        return self

    def press_twice(self, name: str, moment: str) -> "Tab":
        """Presses a button, and again while a function, named in full, is called by the first press."""
        first, second = threading.Event(), threading.Event()
        request_rerun, usual = ScriptRunner.request_rerun, pkgutil.resolve_name(moment)

        def press_again(*args: Any) -> bool:
            requested = request_rerun(*args)
            second.set()
            return requested

        def meet(*args: Any, **kwargs: Any) -> Any:
            first.set()
            assert second.wait(8)
            return usual(*args, **kwargs)

        with self.patch.context() as patch:
            patch.setattr(ScriptRunner, "request_rerun", press_again)
            patch.setattr(moment, meet)
            return self.until(first.is_set, second=name)

    def _pressed(self, name: str) -> Any:
        self.button(name).click()
        return self.at._tree.get_widget_states()


def given(tab: Tab, key: str) -> Any:
    """What a component of the page's own was given."""
    protos = (getattr(node, "proto", None) for node in tab.at.main)
    (found,) = (proto for proto in protos if str(getattr(proto, "id", "")).endswith(f"-{key}"))
    return json.loads(found.json)


def _written(node: Any) -> Iterator[str]:
    """The words of an element and of those inside it, as a person reads them."""
    kind = getattr(node, "type", "")
    if kind in ("markdown", "caption", "error", "warning", "info", "success", "title", "header", "subheader"):
        yield read(node.value)
    elif kind in ("text", "code"):
        yield node.value
    elif kind in ("button", "download_button", "link_button", "expander"):
        yield read(node.label)
    elif kind == "page_link":
        yield read(node.proto.label)
    for child in getattr(node, "children", {}).values():
        yield from _written(child)


def markdown(at: AppTest) -> Iterator[str]:
    """Every string of a page that the browser takes for Markdown."""
    for node in at.main:
        proto = getattr(node, "proto", None)
        if proto is None or node.type in ("text", "code", "html"):
            continue
        for name in ("body", "label", "help", "caption", "text"):
            value = getattr(proto, name, None)
            if isinstance(value, str) and value:
                yield value
        for image in getattr(proto, "imgs", ()):
            yield image.caption
