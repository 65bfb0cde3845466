"""Gateway sessions: numbered events, kept for a resume; faults on their way out.

Source: "Gateway": sequence numbers, RESUME with replay, session and identify limits.
"""

import secrets
from collections import deque
from dataclasses import dataclass, field

from tests.emulators.discord.constants import Json
from tests.emulators.discord.events import Event, Viewer
from tests.emulators.discord.socket_link import Link
from tests.emulators.discord.state import Outlet, World


@dataclass(kw_only=True)
class Session:
    id: str
    application_id: str
    bot_id: str
    intents: int
    shard: tuple[int, int] = (0, 1)
    sequence: int = 0
    sent: deque[Json] = field(default_factory=deque)
    link: Link | None = None
    lost_at: float | None = None

    @property
    def viewer(self) -> Viewer:
        return Viewer(application_id=self.application_id, user_id=self.bot_id, intents=self.intents)

    def wants(self, event: Event) -> bool:
        """Discord: a shard gets the guilds of ``(id >> 22) % shards``; DMs go to shard 0."""
        number, shards = self.shard
        mine = (int(event.guild_id) >> 22) % shards if event.guild_id else 0
        if event.name == "INTERACTION_CREATE" and not event.guild_id:
            mine = 0
        return mine == number and event.reaches(self.viewer)


@dataclass
class Disorder:
    """Faults of dispatching: how many of the next events to double, or to swap with the next."""

    duplicate: int = 0
    reorder: int = 0
    skip_acks: int = 0
    down: bool = False
    held: dict[str, Json] = field(default_factory=dict)


class Sessions(Outlet):
    """All sessions of all bots."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.all: dict[str, Session] = {}
        self.disorder = Disorder()

    def open(
        self, application_id: str, bot_id: str, intents: int, shard: tuple[int, int]
    ) -> Session:
        session = Session(
            id=secrets.token_hex(16),
            application_id=application_id,
            bot_id=bot_id,
            intents=intents,
            shard=shard,
            sent=deque(maxlen=self._world.settings.replay_events),
        )
        self.all[session.id] = session
        return session

    def may_start(self, application_id: str) -> bool:
        """Discord: ``max_concurrency`` IDENTIFYs in 5 seconds."""
        window = self._world.settings.identify_window
        now = self._world.clock.time()
        recent = self._world.identifies.setdefault(application_id, [])
        if window and recent and now - recent[-1] < window:
            return False
        recent.append(now)
        return True

    def resumable(self, session_id: str, sequence: int) -> Session | None:
        """The session, if it is not too long ago and still holds all that was missed."""
        session = self.all.get(session_id)
        if session is None:
            return None
        lost_for = self._world.clock.time() - (session.lost_at or self._world.clock.time())
        oldest = session.sent[0]["s"] if session.sent else session.sequence + 1
        if lost_for > self._world.settings.resume_window or sequence + 1 < oldest:
            return None
        return session

    def prune(self) -> None:
        """Drop sessions that nobody can resume any more."""
        oldest = self._world.clock.time() - self._world.settings.resume_window
        for session in list(self.all.values()):
            if session.lost_at is not None and session.lost_at < oldest:
                self.forget(session)

    def forget(self, session: Session) -> None:
        self.all.pop(session.id, None)

    def deliver(self, event: Event) -> None:
        for session in list(self.all.values()):
            payload = event.payload(session.viewer) if session.wants(event) else None
            if payload is not None:
                self.dispatch(session, event.name, payload)

    def dispatch(self, session: Session, name: str, payload: object) -> None:
        """Number it, keep it, send it — twice or late when that was ordered."""
        session.sequence += 1
        message: Json = {"op": 0, "t": name, "s": session.sequence, "d": payload}
        session.sent.append(message)
        if session.link is None:
            return
        self._world.ledger.gateway.append({"t": name, "s": session.sequence, "to": session.bot_id})
        if name in {"READY", "RESUMED", "GUILD_CREATE"}:
            session.link.send(message)
        elif self.disorder.reorder and session.id not in self.disorder.held:
            self.disorder.reorder -= 1
            self.disorder.held[session.id] = message
        else:
            self._send(session.link, message)
            held = self.disorder.held.pop(session.id, None)
            if held:
                session.link.send(held)

    def _send(self, link: Link, message: Json) -> None:
        link.send(message)
        if self.disorder.duplicate:
            self.disorder.duplicate -= 1
            link.send(message)

    def live(self, application_id: str | None = None) -> list[Session]:
        return [
            session
            for session in self.all.values()
            if session.link and application_id in {None, session.application_id}
        ]
