"""What a page and the console tell each other over their socket, and what a browser may make of it.

Source: NiceGUI's `nicegui.py`, Engine.IO and Socket.IO of python-engineio and python-socketio.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import socketio
from nicegui import Client

from tests.fuzz.served import Served

Json = dict[str, Any]
# Engine.IO and Socket.IO: what no packet is, or one that never comes to its end.
FRAMES: tuple[str | bytes, ...] = (
    "", "4", "42", "42[", "42{}", "42[1]", '42["event"', "45-1[", "459999999[", "40", "41", "43[]",
    "9", "é", "\x00", "4\x00", "2probe", "3", "5", "6", b"", b"\x00", b"\x04", b"\xff" * 5_000,
    "42" + "[" * 5_000, '42["event",' * 500, '451-["event",{"_placeholder":true,"num":99}]',
    '40/admin,{"token":"x"}', "42" + '["x"]' * 3, "4" * 100_000, "x" * 1_100_000,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that is open in a browser."""

    client: Client
    socket: socketio.AsyncClient

    def good(self) -> dict[str, Json]:
        """One of each that a browser sends: every listener of every element, and the rest."""
        mine = {"client_id": self.client.id}
        found: dict[str, Json] = {
            f"event {element.id} {listener.type}": {
                **mine,
                "id": element.id,
                "listener_id": listener.id,
                "args": [json.dumps("/reply 1 x")],
            }
            for element in self.client.elements.values()
            for listener in element._event_listeners.values()
        }
        return {
            **found,
            "handshake": {**mine, "tab_id": "t", "document_id": "d", "next_message_id": 0},
            "javascript_response": {**mine, "request_id": "1", "result": {"a": 1}},
            "ack": {**mine, "next_message_id": 1},
            "log": {**mine, "level": "info", "message": "hello"},
        }

    async def act(self, label: str, kind: str, argument: Any) -> None:
        """Something happens to the element of that label."""
        [(element, listener)] = [
            (element, listener)
            for element in self.client.elements.values()
            for listener in element._event_listeners.values()
            if element.props.get("aria-label") == label and listener.type.startswith(kind)
        ]
        told = {"client_id": self.client.id, "id": element.id, "listener_id": listener.id}
        await self.socket.emit("event", {**told, "args": [json.dumps(argument)]})


@asynccontextmanager
async def opened(at: Served, session: aiohttp.ClientSession, path: str) -> AsyncIterator[Page]:
    """As a browser does it: the page, then its socket, then the handshake."""
    known = at.cookie
    async with session.get(at.url + path, cookies=known) as answer:
        text = await answer.text()
    [client_id] = set(re.findall(r"client_id['\"]: ['\"]([\w-]+)", text))
    socket = socketio.AsyncClient(reconnection=False, http_session=session)
    cookie = "; ".join(f"{name}={value}" for name, value in known.items())
    await socket.connect(
        f"{at.url}/?client_id={client_id}",
        headers={"Cookie": cookie},
        transports=["websocket"],
        socketio_path="/_nicegui_ws/socket.io",
    )
    shake = {"tab_id": "t", "document_id": "d", "next_message_id": 0}
    assert await socket.call("handshake", {"client_id": client_id, **shake}, timeout=60)
    client = Client.instances[client_id]
    async with asyncio.timeout(60):
        while not client.has_socket_connection:
            await asyncio.sleep(0.01)
    try:
        yield Page(client=client, socket=socket)
    finally:
        await socket.disconnect()


async def thrown(at: Served, session: aiohttp.ClientSession, frame: str | bytes) -> None:
    """One frame on a socket of its own, which Baton may end over it."""
    where = f"{at.url}/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    cookie = "; ".join(f"{name}={value}" for name, value in at.cookie.items())
    async with session.ws_connect(where, headers={"Cookie": cookie}) as socket:
        await socket.receive(timeout=60)
        await socket.send_str("40")
        await (socket.send_str(frame) if isinstance(frame, str) else socket.send_bytes(frame))
