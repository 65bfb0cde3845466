"""Discord as the composition root runs it: an outlet, and a connection that is kept up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from adapters.discord.admins import Admins
from adapters.discord.backfill import Backfill
from adapters.discord.board import Board
from adapters.discord.commands import fingerprint, payload
from adapters.discord.errors import translated
from adapters.discord.gateway import Gateway, Hooks
from adapters.discord.intake import Intake
from adapters.discord.interactions import Interactions
from adapters.discord.introductions import introduce
from adapters.discord.messages import Messages
from adapters.discord.outlet import DiscordOutlet
from adapters.discord.panel import Panel
from adapters.discord.permissions import Guard
from adapters.discord.room import Room
from adapters.discord.session import Session, Urls
from adapters.discord.tags import Tags
from adapters.discord.threads import Threads
from adapters.discord.views.body import Body
from bot.application import Baton
from bot.commands import REGISTRY
from bot.domain.identity import Place
from bot.duty import Duty
from bot.patience import Patience
from bot.ports.outlet import OutletError, Refused
from bot.ports.store import Tx
from bot.supervision import supervised

log = logging.getLogger(__name__)
_COMMANDS = "discord:commands"
_INTENT = (
    "The message content intent is off: contacts are heard in direct messages, where they mention "
    "the bot, and by the Get help panel. Switch it on in the Developer Portal, under Bot."
)
_INTENT_GONE = (
    "the message content intent was switched off. Switch it on in the Developer Portal, under Bot; "
    "without it, contacts are heard in direct messages, mentions and the Get help panel."
)
# A file may take longer than a session can wait to begin.
_LEFT_S = 15.0
# What could not be read is looked for once for all that came in this time.
_GATHER_S = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


class Discord:
    """`unready` says in words what is missing, for `/readyz`."""

    name = "discord"

    def __init__(self, baton: Baton, token: str, urls: Urls) -> None:
        self._baton = baton
        self._session = Session(token, urls)
        self._messages = Messages(self._session, baton.media)
        threads = Threads(self._session, baton.store)
        self._intake = Intake(baton, self._session, self._warn)
        admins = Admins(baton.store, self._session, self._messages)
        self._board = Board(baton, self._messages)
        self._tags = Tags(baton.store, self._session, admins)
        self._room = Room(baton.store, self._session, threads, admins)
        self._guard = Guard(baton.store, admins)
        self._session.explain = self._guard.explain
        self._interactions = Interactions(
            baton,
            self._session,
            Panel(baton, self._messages, threads),
            self._board,
            self._intake.home,
        )
        self._backfill = Backfill(baton, self._session, threads, self._intake)
        self._problem = "Discord is not connected yet."
        self._duty = Duty(baton.store, "Discord's gateway")
        self._catching_up: asyncio.Task[None] | None = None
        self._again: asyncio.Task[None] | None = None
        self._missed = False
        self.outlet = DiscordOutlet(self._session, baton.store, baton.media)

    def unready(self) -> list[str]:
        """A process that stands by does everything but listen to Discord."""
        return [self._problem] if self._problem and not self._duty.stands_by else []

    @property
    def problems(self) -> list[str]:
        """What is wrong with permissions and intents."""
        unheard = [] if self._intake.reads_everything else [_INTENT]
        return [*self._guard.problems, *unheard]

    async def run(self) -> None:
        """Be connected, if no other process is, until that ends; to be run again then.

        Discord tells every connection everything, so one process of all has one.
        """
        await self._duty.run(self._connected)

    async def _connected(self) -> None:
        """Until discord.py gives up or this is cancelled."""
        try:
            gateway = await self._gateway()
            beside = [
                asyncio.create_task(supervised(f"discord {name}", work), name=f"discord {name}")
                for name, work in (
                    ("boards", self._board.run),
                    ("tags", self._tags.run),
                    ("threads", self._room.run),
                )
            ]
            try:
                await gateway.start(self._session.token)
            finally:
                for task in beside:
                    task.cancel()
                await gateway.close()
        except discord.PrivilegedIntentsRequired:
            self._problem = f"Discord does not connect: {_INTENT_GONE}"
            raise
        except Exception as error:
            self._problem = f"Discord: {error}"
            raise
        finally:
            self._stop_catching_up()
            self._problem = self._problem or "Discord was disconnected."

    async def close(self) -> None:
        await self._session.close()

    async def _gateway(self) -> Gateway:
        with translated():
            client = await self._session.client()
            application = await client.application_info()
        flags = application.flags
        reads = flags.gateway_message_content or flags.gateway_message_content_limited
        self._intake.reads_everything = reads
        if not reads:
            log.warning(_INTENT)
        return Gateway(
            self._intake,
            self._interactions,
            Hooks(
                begins=self._begin,
                ready=self._ready,
                lost=self._lost,
                back=self._back,
                changed=self._guard.look,
                unread=self._look_again,
            ),
            reads_everything=reads,
        )

    async def _begin(self) -> None:
        """What the session before was still fetching is older than what is missed between the two:
        it may not let live events flow again. What that one has brought is taken in first, as what
        became of it since is looked for among what is known.
        """
        old = [one for one in (self._catching_up, self._again) if one is not None]
        self._stop_catching_up()
        await asyncio.gather(*old, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LEFT_S):
                await self._intake.settled()
        await self._backfill.begin()

    async def _ready(self, client: discord.Client) -> None:
        """A new session: fetch what was missed while there was none."""
        self._back()
        self._stop_catching_up()
        self._catching_up = asyncio.create_task(self._backfill.run(), name="discord back-fill")
        steps = (self._register, self._guard.look, self._introduce)
        await asyncio.gather(*(done(step, client) for step in steps))

    async def _register(self, client: discord.Client) -> None:
        """Commands are registered when they are not what they were the last time."""
        commands: Any = payload(REGISTRY)
        mark = f"{client.application_id}:{fingerprint(commands)}"
        if await self._baton.store.read(_registered) == mark:
            return
        await client.http.bulk_upsert_global_commands(client.application_id or 0, commands)
        await self._baton.store.transact(_register, mark)

    async def _introduce(self, client: discord.Client) -> None:
        await introduce(self._baton.store, client)

    async def _warn(self, place: Place, text: str) -> None:
        """Say in a place why what was written there reaches nobody."""
        target = int(place.thread or place.channel)
        key = f"warn{discord.utils.time_snowflake(discord.utils.utcnow())}"
        await self._messages.send(target, Body(content=f"-# {text}"), key[:25])

    def _back(self) -> None:
        self._problem = ""

    def _lost(self) -> None:
        self._problem = self._problem or "Discord was disconnected; it is being connected again."

    def _look_again(self) -> None:
        self._missed = True
        if self._again is None or self._again.done():
            self._again = asyncio.create_task(self._refetch(), name="discord looks again")

    async def _refetch(self) -> None:
        """What came by the gateway and could not be read is read from the places themselves."""
        while self._missed:
            await asyncio.sleep(_GATHER_S)
            self._missed = False
            if self._catching_up is not None:
                await asyncio.wait({self._catching_up})
            await Patience().until_kept(self._backfill.begin)
            await self._backfill.run()

    def _stop_catching_up(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._catching_up is not None:
            self._catching_up.cancel()
            self._catching_up = None


async def done(step: Callable[[discord.Client], Awaitable[None]], client: discord.Client) -> None:
    """However long Discord is in trouble; what it refuses it would refuse again."""
    pause = _FIRST_PAUSE
    while not client.is_closed():
        try:
            with translated():
                await step(client)
        except Refused:
            log.exception("Discord does not take what Baton tells of itself")
        except OutletError as error:
            log.warning("what Baton tells of itself has to wait: %s", error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            continue
        return


def _registered(tx: Tx) -> str | None:
    return tx.meta.get(_COMMANDS)


def _register(tx: Tx, mark: str) -> None:
    tx.meta.put(_COMMANDS, mark)
