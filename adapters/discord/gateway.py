"""discord.py's gateway half: each event is handed on, nothing else happens here."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import discord

from adapters.discord import limits, shapes
from adapters.discord.intake import Intake
from adapters.discord.interactions import Interactions
from adapters.discord.session import LONGEST_WAIT
from adapters.discord.views.body import Press

log = logging.getLogger(__name__)
_IDENTIFY_GAP = 5.0
# A guild that is told of later than this after the one before is looked at when it comes.
_LAST_GUILD = 0.5
# Discord: the most that a file may have without boosts.
_SMALLEST_LIMIT = 10 * 1024 * 1024
# Without these there is no session.
_SESSION = {"READY", "RESUMED"}


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """`begins` runs before a new session, so that nothing of it is taken in too early; `changed`
    when permissions may have; `unread` when an event about a message could not be read.
    """

    begins: Callable[[], Awaitable[None]]
    ready: Callable[[discord.Client], Awaitable[None]]
    lost: Callable[[], None]
    back: Callable[[], None]
    changed: Callable[[discord.Client], Awaitable[None]]
    unread: Callable[[], None]


class Gateway(discord.Client):
    """One run of the gateway, over reconnects, until discord.py gives up on it."""

    def __init__(
        self,
        intake: Intake,
        interactions: Interactions,
        hooks: Hooks,
        *,
        reads_everything: bool,
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.message_content = reads_everything
        super().__init__(
            intents=intents,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT,
            guild_ready_timeout=_LAST_GUILD,
        )
        self._intake = intake
        self._interactions = interactions
        self._identified = monotonic() - _IDENTIFY_GAP
        self._is_current = False
        self._listener = hooks
        parsers = self._connection.parsers
        for name in parsers.keys() - _SESSION:
            parsers[name] = _survived(name, parsers[name], self._unread)
        parsers["INTERACTION_CREATE"] = _placed(parsers["INTERACTION_CREATE"])

    async def setup_hook(self) -> None:
        shapes.guard(self)
        limits.guard(self)
        self.add_dynamic_items(Press)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord: one IDENTIFY in 5 seconds."""
        del shard_id, initial
        self._is_current = False
        await asyncio.sleep(max(0.0, self._identified + _IDENTIFY_GAP - monotonic()))
        self._identified = monotonic()
        await self._listener.begins()

    async def on_connect(self) -> None:
        """A new session is there; it is ready when its guilds are."""
        self._is_current = True

    async def on_ready(self) -> None:
        """Not of the session before, told late: what was missed since is not to be had yet."""
        if self._is_current:
            await self._listener.ready(self)

    async def on_resumed(self) -> None:
        self._listener.back()

    async def on_disconnect(self) -> None:
        self._listener.lost()

    async def on_message(self, message: discord.Message) -> None:
        await self._intake.message(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        await self._intake.edit(payload)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self._gone(payload.channel_id, payload.guild_id, [payload.message_id])

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        await self._gone(payload.channel_id, payload.guild_id, list(payload.message_ids))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        await self._interactions.interaction(interaction)

    async def pressed(self, interaction: discord.Interaction[Any], action: str, value: str) -> None:
        """A persistent button was pressed."""
        await self._interactions.pressed(interaction, action, value)

    async def on_guild_available(self, *_: object) -> None:
        if self.is_ready():
            await self._listener.changed(self)

    async def on_guild_join(self, *_: object) -> None:
        await self._listener.changed(self)

    async def on_guild_channel_update(self, *_: object) -> None:
        await self._listener.changed(self)

    async def on_guild_role_update(self, *_: object) -> None:
        await self._listener.changed(self)

    async def on_member_update(self, _: discord.Member, after: discord.Member) -> None:
        """Discord tells of the bot's own roles without the members intent."""
        if self.user and after.id == self.user.id:
            await self._listener.changed(self)

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        error = sys.exc_info()[1]
        log.error("an event of Discord was not handled: %s", event_method, exc_info=error)

    def _unread(self, name: str) -> None:
        if name.startswith("MESSAGE_"):
            self._listener.unread()

    async def _gone(self, channel_id: int, guild_id: int | None, ids: list[int]) -> None:
        channel = self.get_channel(channel_id) or discord.Object(channel_id)
        await self._intake.gone(channel, guild_id, ids)


def _placed(parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """Discord: an interaction has the id of its channel, and the channel itself perhaps. discord.py
    looks at the latter alone, and cannot do without a limit that is newer than the rest.
    """

    def parsed(data: Any) -> None:
        if isinstance(data, dict):
            data = {"attachment_size_limit": _SMALLEST_LIMIT, **data}
            if data.get("channel_id") and not data.get("channel"):
                direct = {} if data.get("guild_id") else {"type": discord.ChannelType.private.value}
                data["channel"] = {"id": data["channel_id"], **direct}
        parse(data)

    return parsed


def _survived(
    name: str, parse: Callable[[Any], None], unread: Callable[[str], None]
) -> Callable[[Any], None]:
    """discord.py ends the connection over one event that is not as documented.

    It goes on instead, and what the event told is fetched.
    """

    def parsed(data: Any) -> None:
        try:
            parse(data)
        except Exception:
            log.exception("Discord sent something that cannot be read: %s", name)
            unread(name)

    return parsed
