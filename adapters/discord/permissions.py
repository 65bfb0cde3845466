"""What Baton needs to be allowed on Discord: the invitation, and what is missing where."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

import discord

from adapters.discord.admins import Admins
from adapters.discord.places import rooms, workspaces
from bot.domain.identity import local_id
from bot.ports.store import Store, Tx

log = logging.getLogger(__name__)
NEEDED = discord.Permissions(
    view_channel=True,
    read_message_history=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    create_private_threads=True,
    manage_threads=True,
    attach_files=True,
    embed_links=True,
)
_TOLD = "discord:told"


def invitation(application_id: int) -> str:
    """The exact address by which an admin lets Baton in with all that it needs."""
    return discord.utils.oauth_url(
        application_id, permissions=NEEDED, scopes=("bot", "applications.commands")
    )


def missing(channel: Any, me: discord.Member) -> tuple[str, ...]:
    """In Discord's own words, each with its channel: `Manage Threads in #support`."""
    has = channel.permissions_for(me)
    lacking = [name for name, wanted in NEEDED if wanted and not getattr(has, name)]
    if "view_channel" in lacking:
        lacking = ["view_channel"]
    return tuple(f"{_title(name)} in #{channel.name}" for name in lacking)


def in_words(lacking: Iterable[str]) -> str:
    return f"Baton lacks on Discord: {', '.join(lacking)}."


class Guard:
    """Looks at every channel of the desk, and tells an admin once about what is missing there."""

    def __init__(self, store: Store, admins: Admins) -> None:
        self._store = store
        self._admins = admins
        self._client: discord.Client | None = None
        self.problems: list[str] = []

    def explain(self, channel_id: int) -> str:
        """What is missing in a channel; empty when nothing is, or nobody knows."""
        channel: Any = self._client.get_channel(channel_id) if self._client else None
        if channel is None or isinstance(channel, discord.abc.PrivateChannel):
            return ""
        lacking = missing(channel, channel.guild.me)
        return in_words(lacking) if lacking else ""

    async def look(self, client: discord.Client) -> None:
        self._client = client
        lacking: set[str] = set()
        for space, channels in (await self._store.read(_rooms)).items():
            guild = client.get_guild(int(local_id(space)))
            if guild is None:
                lacking.add(f"an invitation to the server {local_id(space)}")
                continue
            for channel in (guild.get_channel(int(one)) for one in channels if one.isdecimal()):
                if channel is not None:
                    lacking |= set(missing(channel, guild.me))
        self.problems = [in_words(sorted(lacking))] if lacking else []
        if new := await self._store.transact(_untold, lacking):
            log.warning("Baton may be invited anew: %s", invitation(client.application_id or 0))
            await self._admins.tell(in_words(new))


def _title(name: str) -> str:
    return name.replace("_", " ").title()


def _rooms(tx: Tx) -> dict[str, tuple[str, ...]]:
    desk = tx.desk.get()
    return {space: rooms(desk, space) for space in workspaces(desk)}


def _untold(tx: Tx, lacking: set[str]) -> list[str]:
    """What nobody was told yet; what works again can be told anew."""
    told = set(json.loads(tx.meta.get(_TOLD) or "[]"))
    tx.meta.put(_TOLD, json.dumps(sorted(lacking)))
    return sorted(lacking - told)
