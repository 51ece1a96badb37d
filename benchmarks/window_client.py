"""People at the window without a browser: they speak to the server as its pages do, and see the elements that it sends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.asyncio.client import ClientConnection, connect

PATIENCE_S = 120.0


class ScriptedPerson:
    """
    One person whose clicks are written down beforehand.

    Parameters
    ----------
    address
        Of the window, ``http://host:port``.
    """

    def __init__(self, address: str) -> None:
        self._stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
        self._connection: ClientConnection | None = None
        self._shown: dict[tuple[int, ...], Element] = {}
        self._states: dict[str, WidgetState] = {}
        self._pages: dict[str, str] = {}
        self._page = ""

    async def __aenter__(self) -> Self:
        self._connection = await connect(self._stream, subprotocols=["streamlit"], max_size=None)  # type: ignore[list-item]  # a plain word
        await self._run()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def open_page(self, name: str) -> None:
        """Follow the menu to a page."""
        self._page = self._pages[name]
        self._states.clear()
        await self._run()

    async def press(self, part: str) -> None:
        """Press the button whose id or label holds some words, with what was typed before."""
        await self._run(WidgetState(id=self._widget(part, "button"), trigger_value=True))

    async def choose(self, part: str, option: str) -> None:
        """Choose an option of a list."""
        self._set(part, option, "selectbox")
        await self._run()

    def type_in(self, part: str, words: str) -> None:
        """Type words into a form, which go to the server with the next press."""
        self._set(part, words, "text_area")

    def sees(self, words: str) -> bool:
        """Return whether words are on the page."""
        return any(words in shown for shown in self._texts())

    def _texts(self) -> Iterator[str]:
        for element in self._shown.values():
            kind = element.WhichOneof("type")
            if kind in {"markdown", "heading", "alert", "text"}:
                yield getattr(element, kind).body

    def _set(self, part: str, words: str, kind: str) -> None:
        name = self._widget(part, kind)
        self._states[name] = WidgetState(id=name, string_value=words)

    def _widget(self, part: str, kind: str) -> str:
        """Return the id of the only widget of a kind whose id or label holds some words."""
        of_kind = (getattr(one, kind) for one in self._shown.values() if one.WhichOneof("type") == kind)
        found = [one for one in of_kind if part in one.id or part in one.label]
        if len(found) != 1:
            raise LookupError(f"{len(found)} {kind}s hold {part!r}")
        return str(found[0].id)

    async def _run(self, pressed: WidgetState | None = None) -> None:
        """Let the server draw the page, and take in what it sends until it is done."""
        if self._connection is None:
            raise ConnectionError("not at the window yet")
        states = WidgetStates(widgets=[*self._states.values(), *([pressed] if pressed is not None else [])])
        await self._connection.send(
            BackMsg(rerun_script=ClientState(widget_states=states, page_script_hash=self._page)).SerializeToString()
        )
        shown: dict[tuple[int, ...], Element] = {}
        while True:
            message = ForwardMsg.FromString(await asyncio.wait_for(self._connection.recv(decode=False), PATIENCE_S))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                shown = {}
            elif kind == "navigation":
                self._pages = {one.url_pathname: one.page_script_hash for one in message.navigation.app_pages}
                self._page = message.navigation.page_script_hash
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                shown[tuple(message.metadata.delta_path)] = message.delta.new_element
            elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                break
        self._shown = shown
        here = {getattr(getattr(one, one.WhichOneof("type") or "empty"), "id", "") for one in shown.values()}
        self._states = {name: state for name, state in self._states.items() if name in here}
