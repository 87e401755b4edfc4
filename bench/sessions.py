"""Many people without browsers: sessions that speak Streamlit's own protocol over WebSockets.

Each connects, has the page drawn, presses *Generate* together with all others, and reads what a browser
would.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import DoubleArray, StringArray
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.typing import Subprotocol

from bench.page import share
from bench.processes import Server, Usage, memory_mib
from bench.upstream import token

AT_ONCE = 10  # connections opened together
LIMIT_S = 120.0


@dataclass(slots=True)
class Session:
    """One person: the widgets it was shown, and what happened since it pressed."""

    socket: websockets.ClientConnection
    widgets: dict[str, str] = field(default_factory=dict)  # the id of each, by its label, as drawn last
    states: dict[str, WidgetState] = field(default_factory=dict)  # what each knob holds, by its id
    known: dict[str, ForwardMsg] = field(default_factory=dict)  # messages that need not be sent again
    drawn: set[str] = field(default_factory=set)  # the labels of the drawing that is under way
    page: str = ""
    pressed: float = 0.0
    first: float | None = None
    last: float | None = None
    updates: int = 0

    async def read(self, ending: str = "") -> None:
        """Reads until the page stands there with *Generate* on it; notes when a run's last text came."""
        end = time.monotonic() + LIMIT_S
        while True:
            async with asyncio.timeout(end - time.monotonic()):
                data = await self.socket.recv()
            message = ForwardMsg.FromString(data)
            if message.metadata.cacheable:
                self.known[message.hash] = message
            elif message.WhichOneof("type") == "ref_hash":
                message = self.known[message.ref_hash]
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page = message.new_session.page_script_hash
                self.drawn.clear()
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._element(message.delta.new_element, ending)
            elif kind == "script_finished":
                whole = message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
                if whole and "Generate" in self.drawn:
                    return

    def _element(self, element: Any, ending: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(element.exception.message)
        if kind in ("text_area", "button"):
            shown = getattr(element, kind)
            self.widgets[shown.label] = shown.id
            self.drawn.add(shown.label)
        if (state := _state(kind, element)) is not None:
            self.states[state.id] = state
        elif ending and kind in ("text", "markdown"):
            body = getattr(element, kind).body
            if ";" in body:
                now = time.monotonic()
                self.first = self.first or now
                self.updates += 1
                if self.last is None and ending in body[-60:]:
                    self.last = now

    async def open(self) -> None:
        """Has the page drawn for the first time."""
        first = BackMsg()
        first.rerun_script.query_string = ""
        await self.socket.send(first.SerializeToString())
        await self.read()

    async def press(self, prompt: str, ending: str = "") -> None:
        """Types a prompt, presses *Generate* and reads to the end of the run."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self.page
        self.states[self.widgets["Prompt"]] = WidgetState(id=self.widgets["Prompt"], string_value=prompt)
        message.rerun_script.widget_states.widgets.extend(self.states.values())
        message.rerun_script.cached_message_hashes.extend(self.known)
        button = message.rerun_script.widget_states.widgets.add()
        button.id, button.trigger_value = self.widgets["Generate"], True
        self.pressed = time.monotonic()
        await self.socket.send(message.SerializeToString())
        await self.read(ending)


def _state(kind: str, element: Any) -> WidgetState | None:
    """What a browser sends back for a widget that nobody has touched."""
    if kind not in ("slider", "number_input", "selectbox", "text_area", "button_group", "checkbox"):
        return None
    shown = getattr(element, kind)
    match kind:
        case "slider" if shown.options:
            labels = list(shown.raw_value) or [shown.options[int(at)] for at in shown.default]
            return WidgetState(id=shown.id, string_array_value=StringArray(data=labels))
        case "slider":
            return WidgetState(id=shown.id, double_array_value=DoubleArray(data=shown.value or shown.default))
        case "number_input":
            return WidgetState(id=shown.id, double_value=shown.value if shown.set_value else shown.default)
        case "text_area":
            return WidgetState(id=shown.id, string_value=shown.value if shown.set_value else shown.default)
        case "checkbox":
            return WidgetState(id=shown.id, bool_value=shown.value if shown.set_value else shown.default)
        case "selectbox":
            chosen = shown.options[shown.default] if shown.HasField("default") else None
            held = shown.raw_value if shown.set_value else chosen
            return WidgetState(id=shown.id) if held is None else WidgetState(id=shown.id, string_value=held)
        case _:
            labels = list(shown.raw_values) or [shown.options[at].content for at in shown.default]
            return WidgetState(id=shown.id, string_array_value=StringArray(data=labels))


async def connected(url: str) -> Session:
    """A session that has not asked for anything yet."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    socket = await websockets.connect(
        address,
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
        compression=None,
        open_timeout=LIMIT_S,
        ping_interval=None,  # a server that is busy with others answers late
    )
    return Session(socket)


def crowd(server: Server, people: int, tokens: int, rate: int) -> dict[str, float]:
    """All press at once. end_ratio: the median person's end against what the service's rate allows."""
    return asyncio.run(_crowd(server, people, tokens, rate))


async def _crowd(server: Server, people: int, tokens: int, rate: int) -> dict[str, float]:
    started = time.monotonic()
    sessions: list[Session] = []
    for begin in range(0, people, AT_ONCE):
        fresh = await asyncio.gather(*(connected(server.url) for _ in range(min(AT_ONCE, people - begin))))
        await asyncio.gather(*(each.open() for each in fresh))
        sessions += fresh
    connecting = time.monotonic() - started
    usage = Usage(server)
    ending = token(tokens - 1).strip()
    try:
        await asyncio.gather(*(each.press(f"stream {tokens} at {rate}", ending) for each in sessions))
        app_cpu, busy, memory = usage.app_cpu_s(), usage.busy(), memory_mib(server.pid)
    finally:
        await asyncio.gather(*(each.socket.close() for each in sessions), return_exceptions=True)
    ends = [(each.last or 0) - each.pressed for each in sessions]
    ideal = (tokens - 1) / rate
    return {
        "end_ratio": share(ends, 0.5) / ideal,
        "first_ms": share([((each.first or 0) - each.pressed) * 1000 for each in sessions], 0.5),
        "slowest_updates_per_s": min(each.updates / end for each, end in zip(sessions, ends, strict=True)),
        "connect_s": connecting,
        "app_cpu_s": app_cpu,
        "memory_mib": memory,
        "machine_busy": busy,
    }
