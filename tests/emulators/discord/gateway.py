"""The gateway: HELLO, heartbeats, IDENTIFY, RESUME, member requests, close codes.

Source: "Gateway", "Opcodes and Status Codes", version 10, JSON.
"""

import asyncio
import json
from collections import deque
from contextlib import suppress

from aiohttp import WSMsgType, web

from tests.emulators.discord import compression, render
from tests.emulators.discord.constants import ALL_INTENTS, API_VERSION, PRIVILEGED, Intent, Json
from tests.emulators.discord.model import Application, Guild, Member
from tests.emulators.discord.sessions import Session, Sessions
from tests.emulators.discord.socket_link import Link
from tests.emulators.discord.state import World

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, MEMBERS = 1, 2, 3, 4, 6, 8
RECONNECT, INVALID_SESSION, HELLO, ACK = 7, 9, 10, 11
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, INVALID_SEQUENCE, TOO_FAST, TIMED_OUT = 4005, 4007, 4008, 4009
INVALID_SHARD, INVALID_VERSION, INVALID_INTENTS, DISALLOWED_INTENTS = 4010, 4012, 4013, 4014
CHUNK = 1000


class Closing(Exception):
    """The socket ends with {code}"""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


class Gateway:
    def __init__(self, world: World, sessions: Sessions) -> None:
        self.world = world
        self.sessions = sessions

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection from upgrade to close."""
        if self.sessions.disorder.down:
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=4096, compress=False)
        await socket.prepare(request)
        link = Link(socket, compression.choose(request.query.get("compress")))
        await Connection(self.world, self.sessions, link).run(request.query.get("v"))
        return socket


class Connection:
    """What one socket has said so far."""

    def __init__(self, world: World, sessions: Sessions, link: Link) -> None:
        self.world = world
        self.sessions = sessions
        self.link = link
        self.session: Session | None = None
        self.heard = asyncio.Event()
        self.commands: deque[float] = deque()

    async def run(self, version: str | None) -> None:
        watch = asyncio.create_task(self._watch_heartbeat())
        clean = False
        try:
            self._hello(version)
            clean = await self._listen()
        except Closing as closing:
            await self.link.close(closing.code)
        finally:
            watch.cancel()
            self._detach(clean=clean)
            with suppress(asyncio.CancelledError):
                await self.link.flush()

    def _hello(self, version: str | None) -> None:
        if version != str(API_VERSION):
            raise Closing(INVALID_VERSION)
        interval = int(self.world.settings.heartbeat_interval * 1000)
        self.link.send({"op": HELLO, "d": {"heartbeat_interval": interval}, "s": None, "t": None})

    def _detach(self, *, clean: bool) -> None:
        """Discord: a close with 1000 or 1001 by the client ends the session for good."""
        session = self.session
        if session is None or session.link is not self.link:
            return
        session.link = None
        session.lost_at = self.world.clock.time()
        if clean:
            self.sessions.forget(session)
        self.world.touch()

    async def _watch_heartbeat(self) -> None:
        """Discord: a client that stops beating is cut off."""
        while True:
            try:
                limit = self.world.settings.heartbeat_interval * 1.5
                await asyncio.wait_for(self.heard.wait(), limit)
            except TimeoutError:
                await self.link.close(TIMED_OUT)
                return
            self.heard.clear()

    async def _listen(self) -> bool:
        """Until the socket closes; True when the client ended its session."""
        async for message in self.link.socket:
            if message.type is not WSMsgType.TEXT:
                raise Closing(DECODE_ERROR)
            self._pace()
            await self._receive(_decode(message.data))
        return self.link.socket.close_code in {1000, 1001}

    def _pace(self) -> None:
        now = self.world.clock.time()
        self.commands.append(now)
        while self.commands and now - self.commands[0] > 60:
            self.commands.popleft()
        if len(self.commands) > self.world.settings.gateway_commands:
            raise Closing(TOO_FAST)

    async def _receive(self, message: Json) -> None:
        op, data = message.get("op"), message.get("d")
        if op == HEARTBEAT:
            self._beat()
        elif op in {IDENTIFY, RESUME} and self.session is not None:
            raise Closing(ALREADY_AUTHENTICATED)
        elif op == IDENTIFY:
            await self._identify(data or {})
        elif op == RESUME:
            await self._resume(data or {})
        elif op in {PRESENCE, VOICE, MEMBERS}:
            if self.session is None:
                raise Closing(NOT_AUTHENTICATED)
            if op == MEMBERS:
                self._members(self.session, data or {})
        else:
            raise Closing(UNKNOWN_OPCODE)

    def _beat(self) -> None:
        self.heard.set()
        disorder = self.sessions.disorder
        if disorder.skip_acks:
            disorder.skip_acks -= 1
            return
        self.link.send({"op": ACK, "d": None, "s": None, "t": None})

    async def _identify(self, data: Json) -> None:
        app = self.world.application_of(str(data.get("token")))
        if app is None:
            raise Closing(BAD_TOKEN)
        intents = _allowed_intents(app, data.get("intents"))
        shard = _shard(data.get("shard"))
        if not self.sessions.may_start(app.id):
            self.link.send({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
            return
        if self.world.starts_left(app.id) < 0:
            raise Closing(BAD_TOKEN)
        self.session = self.sessions.open(app.id, app.bot_id, intents, shard)
        self.session.link = self.link
        self._ready(app, self.session)
        self.world.touch()

    def _ready(self, app: Application, session: Session) -> None:
        guilds = [
            guild
            for guild in self.world.guilds_of(app.bot_id)
            if (int(guild.id) >> 22) % session.shard[1] == session.shard[0]
        ]
        host = self.world.base_url.replace("http", "ws", 1)
        ready: Json = {
            "v": API_VERSION,
            "user": render.me(self.world.user(app.bot_id)),
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": f"{host}/gateway-resume",
            "shard": list(session.shard),
            "application": {"id": app.id, "flags": render.application(self.world, app)["flags"]},
            "private_channels": [],
            "presences": [],
            "relationships": [],
            "user_settings": {},
            "_trace": ['["gateway-emulated"]'],
        }
        self.sessions.dispatch(session, "READY", ready)
        for guild in guilds if session.intents & Intent.GUILDS else []:
            payload = render.guild_create(self.world, guild, app.bot_id, session.intents)
            self.sessions.dispatch(session, "GUILD_CREATE", payload)

    async def _resume(self, data: Json) -> None:
        app = self.world.application_of(str(data.get("token")))
        if app is None:
            raise Closing(BAD_TOKEN)
        sequence = data.get("seq") or 0
        session = self.sessions.resumable(str(data.get("session_id")), sequence)
        if session is None or session.application_id != app.id:
            self.link.send({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
            return
        if sequence > session.sequence:
            raise Closing(INVALID_SEQUENCE)
        former, session.link = session.link, self.link
        if former is not None:
            former.drop()
        self.session = session
        session.lost_at = None
        for message in [event for event in session.sent if event["s"] > sequence]:
            self.link.send(message)
        self.sessions.dispatch(session, "RESUMED", {"_trace": []})
        self.world.touch()

    def _members(self, session: Session, data: Json) -> None:
        """Discord: the whole list (empty query, limit 0) needs the members intent."""
        guild = self.world.guilds.get(str(data.get("guild_id")))
        if guild is None or session.bot_id not in guild.members:
            return
        everyone = data.get("query") == "" and not data.get("limit")
        if everyone and not session.intents & Intent.GUILD_MEMBERS:
            return
        found, missing = _matching(self.world, guild, data)
        chunks = [found[i : i + CHUNK] for i in range(0, len(found), CHUNK)] or [[]]
        for index, chunk in enumerate(chunks):
            payload: Json = {
                "guild_id": guild.id,
                "members": [render.member(self.world, person) for person in chunk],
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": missing,
                "presences": [],
            }
            if data.get("nonce"):
                payload["nonce"] = data["nonce"]
            self.sessions.dispatch(session, "GUILD_MEMBERS_CHUNK", payload)


def _decode(text: str) -> Json:
    try:
        message = json.loads(text)
    except ValueError as error:
        raise Closing(DECODE_ERROR) from error
    if not isinstance(message, dict):
        raise Closing(DECODE_ERROR)
    return message


def _allowed_intents(app: Application, intents: object) -> int:
    """Discord: 4013 for bits that do not exist, 4014 for privileged ones not switched on."""
    if not isinstance(intents, int) or intents & ~ALL_INTENTS:
        raise Closing(INVALID_INTENTS)
    privileged = sum(int(intent) for intent in PRIVILEGED.values())
    if intents & privileged & ~app.privileged:
        raise Closing(DISALLOWED_INTENTS)
    return intents


def _shard(value: object) -> tuple[int, int]:
    if value is None:
        return 0, 1
    if not isinstance(value, list) or len(value) != 2 or not 0 <= value[0] < value[1]:
        raise Closing(INVALID_SHARD)
    return value[0], value[1]


def _matching(world: World, guild: Guild, data: Json) -> tuple[list[Member], list[str]]:
    wanted = data.get("user_ids")
    if wanted:
        ids = [str(who) for who in (wanted if isinstance(wanted, list) else [wanted])]
        found = [guild.members[who] for who in ids if who in guild.members]
        return found, [who for who in ids if who not in guild.members]
    start = str(data.get("query") or "").lower()
    people = [
        person
        for person in guild.members.values()
        if world.user(person.user_id).username.lower().startswith(start)
        or (person.nick or "").lower().startswith(start)
    ]
    return people[: data.get("limit") or None], []
