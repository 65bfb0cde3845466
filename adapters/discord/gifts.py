"""What one person is given beside an answer: files, and what an admin should know of the places."""

from __future__ import annotations

import io
import logging
import secrets
from dataclasses import replace
from typing import Any

import discord

from adapters.discord.convert import defused
from adapters.discord.incoming import workspace
from adapters.discord.session import Session
from bot.commands.registry import File, Response
from bot.ports.store import Store, Tx

log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]


async def given(session: Session, interaction: Interaction, response: Response) -> Response:
    """Files go by direct message; where somebody takes none, they come with the answer.

    Discord: ids are strings; discord.py's own `send` to a person opens the way there by a number.
    """
    if not response.files:
        return response
    http = await session.http()
    files = [_file(one) for one in response.files]
    try:
        opened = await http.start_private_message(str(interaction.user.id))
        direct = interaction.client.get_partial_messageable(int(opened["id"]))
        await direct.send(defused(response.text), files=files, nonce=secrets.token_hex(10))
    except discord.HTTPException as error:
        log.info("%s takes no direct message: %s", interaction.user.id, error)
        return response
    told = f"{response.text} You get it as a file by direct message."
    return replace(response, text=told, files=())


async def warned(store: Store, guild: discord.Guild | None, response: Response) -> Response:
    """After the desk's channels changed: which of them outsiders can read."""
    if guild is None or not response.moves_places:
        return response
    open_ones = [
        channel.name
        for one in await store.read(_team_channels, workspace(guild.id))
        if one.isdecimal() and (channel := guild.get_channel(int(one)))
        if channel.permissions_for(guild.default_role).view_channel
    ]
    lines = [
        f"⚠️ #{name} can be read by everyone on this server: every note and every customer's "
        "words in it. Take “View Channel” from @everyone there."
        for name in open_ones
    ]
    return replace(response, text="\n".join((response.text, *lines)))


def _file(one: File) -> discord.File:
    return discord.File(io.BytesIO(one.data), one.name)


def _team_channels(tx: Tx, space: str) -> list[str]:
    return [team.channel for team in tx.desk.get().teams if team.workspace == space]
