"""Socket Mode: tickets, hello, envelopes and acknowledgements."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import Json
from tests.emulators.slack.model import App
from tests.emulators.slack.outcome import Outcome

TICKET_TTL = 30.0


@dataclass(kw_only=True)
class Connection:
    app: str
    number: int
    socket: web.WebSocketResponse
    transport: asyncio.BaseTransport | None
    waiting: dict[str, asyncio.Future[Outcome]] = field(default_factory=dict)
    going: bool = False


class Sockets:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._tickets: dict[str, tuple[str, float]] = {}
        self._made = 0
        self._turn = 0
        self.connections: list[Connection] = []

    def url(self, app: App) -> str:
        """Slack: each URL of apps.connections.open carries a ticket that works once."""
        ticket = self._core.ids.token(32)
        self._tickets[ticket] = (app.id, self._core.clock.now())
        base = self._core.base.replace("http", "ws", 1)
        return f"{base}/link/?ticket={ticket}&app_id={app.id}"

    def of(self, app: str) -> list[Connection]:
        return [one for one in self.connections if one.app == app and not one.going]

    async def accept(self, request: web.Request) -> web.StreamResponse:
        fault = self._core.faults.for_call("link", None, {})
        app_id, made = self._tickets.pop(request.query.get("ticket", ""), ("", 0.0))
        if not app_id or self._core.clock.now() - made > TICKET_TTL:
            return web.Response(status=408, text="invalid ticket")
        if fault is not None:
            return web.Response(status=fault.status)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.of(app_id)) >= self._core.config.max_sockets:
            await socket.send_json(self._disconnect("too_many_websockets"))
            await socket.close()
            return socket
        self._made += 1
        connection = Connection(
            app=app_id, number=self._made, socket=socket, transport=request.transport
        )
        self.connections.append(connection)
        if self._core.config.greets:
            await socket.send_json(self._hello(app_id))
        self._core.world.touch()
        try:
            await self._listen(connection)
        finally:
            self._drop(connection)
        return socket

    def _hello(self, app: str) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.of(app)),
            "debug_info": {
                "host": "applink-emulator",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": app},
        }

    def _disconnect(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "emulator"}}

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type != WSMsgType.TEXT:
                continue
            try:
                body = json.loads(message.data)
            except ValueError:
                continue
            waiting = connection.waiting.pop(str(body.get("envelope_id")), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(Outcome(ok=True, body=body.get("payload")))

    def _drop(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        for waiting in connection.waiting.values():
            if not waiting.done():
                waiting.set_result(Outcome(ok=False, reason="connection_closed"))
        self._core.world.touch()

    async def send(
        self, app: App, kind: str, payload: Json, *, retry: tuple[int, str], seconds: float
    ) -> Outcome:
        """Slack: an envelope goes to one of the app's connections."""
        connections = self.of(app.id)
        if not connections:
            return Outcome(ok=False, reason="connection_failed")
        self._turn += 1
        connection = connections[self._turn % len(connections)]
        envelope: Json = {
            "envelope_id": self._envelope_id(),
            "payload": payload,
            "type": kind,
            "accepts_response_payload": _accepts_payload(kind, payload),
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry[0], "retry_reason": retry[1]}
        waiting: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = waiting
        return await self._exchange(connection, envelope, waiting, seconds)

    async def _exchange(
        self,
        connection: Connection,
        envelope: Json,
        waiting: asyncio.Future[Outcome],
        seconds: float,
    ) -> Outcome:
        try:
            async with asyncio.timeout(seconds):
                await connection.socket.send_json(envelope)
                return await waiting
        except TimeoutError:
            return Outcome(ok=False, reason="timeout")
        except ConnectionError:
            return Outcome(ok=False, reason="connection_closed")
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    def _envelope_id(self) -> str:
        raw = self._core.ids.token(32)
        return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"

    async def ask_to_leave(self, app: str, reason: str) -> int:
        """`warning` comes ahead of time; with `refresh_requested` the socket is about to go."""
        leaving = self.of(app)
        for one in leaving:
            with contextlib.suppress(ConnectionError):  # the app has gone at the same moment
                await one.socket.send_json(self._disconnect(reason))
        return len(leaving)

    async def cut(self, app: str, *, abruptly: bool) -> int:
        """Close an app's connections, with a close frame or without one."""
        leaving = self.of(app)
        for one in leaving:
            one.going = True
            if abruptly and isinstance(one.transport, asyncio.Transport):
                one.transport.abort()
            else:
                await one.socket.close(code=1001)
        return len(leaving)

    async def close(self) -> None:
        for app in {one.app for one in self.connections}:
            await self.cut(app, abruptly=True)


def _accepts_payload(kind: str, payload: Json) -> bool:
    """Slack: answers travel with the ack for commands, submissions and suggestions."""
    answered = ("view_submission", "block_suggestion")
    return kind == "slash_commands" or payload.get("type") in answered
