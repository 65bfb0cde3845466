"""`baton check` for Discord: token, intents, invitation, and every permission in every channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import discord

from adapters.discord.errors import translated
from adapters.discord.permissions import in_words, invitation, missing
from adapters.discord.session import Session, Urls
from bot.domain.errors import CannotRun
from bot.domain.identity import local_id
from bot.ports.outlet import OutletError


async def look(token: str, urls: Urls, rooms: Mapping[str, Iterable[str]]) -> str:
    """`rooms` are the desk's channels by workspace. Raises `CannotRun` with all that is wrong."""
    session = Session(token, urls)
    try:
        with translated():
            client = await session.client()
            return await _look(client, rooms)
    except OutletError as error:
        raise CannotRun(problem=str(error)) from error
    finally:
        await session.close()


async def _look(client: discord.Client, rooms: Mapping[str, Iterable[str]]) -> str:
    about = await client.application_info()
    lacking: list[str] = []
    for space, channels in rooms.items():
        lacking += await _guild(client, space, channels)
    if lacking:
        raise CannotRun(problem=f"{in_words(lacking)} Invite it anew: {invitation(about.id)}")
    flags = about.flags
    reads = flags.gateway_message_content or flags.gateway_message_content_limited
    intent = (
        "the message content intent is on"
        if reads
        else "the message content intent is off, so contacts are heard in direct messages, where "
        "they mention the bot, and by the panel (/panel)"
    )
    return f"connected as {about.name}; {intent}; invite it by {invitation(about.id)}"


async def _guild(client: discord.Client, space: str, channels: Iterable[str]) -> list[str]:
    number = local_id(space)
    try:
        guild = await client.fetch_guild(int(number))
        known = {str(one.id): one for one in await guild.fetch_channels()}
        me = await guild.fetch_member(client.user.id if client.user else 0)
    except (discord.NotFound, discord.Forbidden, ValueError):
        return [f"an invitation to the server {number}"]
    found = []
    for channel in channels:
        if channel not in known:
            found.append(f"a channel {channel} in the server {number}")
        else:
            found += missing(known[channel], me)
    return found
