"""Discord's messages and people as values of the core; pure but for what discord.py has cached."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import discord

from adapters.discord.convert import Names, from_discord, text_of
from adapters.discord.places import PREFIX
from bot.domain.identity import Person, Place, readable
from bot.domain.message import Attachment
from bot.ports.inbound import Deleted, Edited, Written

_WORDS = {
    discord.MessageType.default,
    discord.MessageType.reply,
    discord.MessageType.chat_input_command,
}


def workspace(guild_id: int) -> str:
    return f"{PREFIX}{guild_id}"


def place_of(channel: Any, space: str) -> Place:
    """A thread stands below its channel; a direct message has no guild, so `space` names it."""
    parent = getattr(channel, "parent_id", None) if isinstance(channel, discord.Thread) else None
    if parent is not None:
        return Place(workspace=space, channel=str(parent), thread=str(channel.id))
    return Place(workspace=space, channel=str(channel.id))


def guild_of(message: discord.Message) -> int | None:
    """Also of a guild that discord.py does not know yet; None for a direct message."""
    guild: int | None = message.guild.id if message.guild else None
    return guild or getattr(message.channel, "guild_id", None)


def within(place: Place, thread: str) -> Place:
    return replace(place, thread=thread)


def person(user: discord.abc.User, space: str, groups: tuple[str, ...] = ()) -> Person:
    """With the roles where Discord tells them: in a guild's events, not in its history."""
    guild = space.partition(":")[2]
    if isinstance(user, discord.Member):
        groups = tuple(
            f"discord-role:{guild}/{role.id}" for role in user.roles if not role.is_default()
        )
    return Person(
        id=f"{space}/{user.id}",
        name=readable(text_of(user.display_name), str(user.id)),
        avatar=user.display_avatar.url,
        groups=groups,
    )


def who(interaction: discord.Interaction[Any]) -> Person:
    """Who pressed or typed it."""
    return person(interaction.user, workspace(interaction.guild_id or 0))


def where(interaction: discord.Interaction[Any]) -> Place:
    """The channel or thread it was pressed or typed in."""
    channel = interaction.channel or discord.Object(interaction.channel_id or 0)
    return place_of(channel, workspace(interaction.guild_id or 0))


def is_somebodys(message: discord.Message) -> bool:
    """Whether a person wrote it: no bot, no webhook, no notice of Discord's."""
    return not message.author.bot and message.webhook_id is None and message.type in _WORDS


def words(message: discord.Message, me: int) -> str:
    """All that was said: the text, what was passed on, and the stickers by name."""
    names = names_in(message, me)
    parts = [from_discord(message.content, names)]
    for snapshot in message.message_snapshots:
        told = [snapshot.content, *(text_in(embed) for embed in snapshot.embeds)]
        lines = from_discord("\n".join(told), names).splitlines()
        parts.append("\n".join(("Forwarded:", *(f"> {one}" for one in lines if one.strip()))))
    parts += [f"[sticker: {sticker.name}]" for sticker in message.stickers]
    if message.poll:
        answers = " / ".join(answer.text for answer in message.poll.answers)
        parts.append(f"[poll: {message.poll.question} {answers}]")
    return "\n".join(part for part in parts if part.strip())


def titled(text: str, title: str) -> str:
    """A forum's post with its title, which often is the question."""
    title = " ".join(title.split())
    is_said = text.casefold().startswith(title.casefold())
    return text if is_said else f"{title}\n{text}".strip()


def text_in(embed: discord.Embed) -> str:
    """What a bot's message says is in its embeds, and its words stay empty; a link's preview says
    nothing of the writer's.
    """
    if embed.type != "rich":
        return ""
    fields = [f"{one.name}: {one.value}" for one in embed.fields]
    return "\n".join(one for one in (embed.title, embed.description, *fields) if one)


def files(message: discord.Message) -> list[discord.Attachment]:
    """Its own files, and those of what it passes on."""
    forwarded = [file for snapshot in message.message_snapshots for file in snapshot.attachments]
    return [*message.attachments, *forwarded]


def names_in(message: discord.Message, me: int) -> Names:
    return Names(
        people={user.id: user.display_name for user in message.mentions},
        roles={role.id: role.name for role in message.role_mentions},
        channels={
            channel.id: channel.name
            for channel in message.channel_mentions
            if getattr(channel, "name", "")
        },
        me=me,
    )


def written(
    message: discord.Message,
    place: Place,
    author: Person,
    *,
    text: str,
    attachments: tuple[Attachment, ...],
    direct: bool,
    opens: bool,
) -> Written:
    """`opens`: answers go into a thread below it. Discord: that will have the message's id."""
    reference = message.reference
    is_reply = reference is not None and message.type is discord.MessageType.reply
    return Written(
        workspace=place.workspace,
        channel=place.channel,
        thread=place.thread,
        opens=str(message.id) if opens else None,
        direct=direct,
        source_id=str(message.id),
        author=author,
        text=text,
        attachments=attachments,
        reply_to=str(reference.message_id) if reference and is_reply else None,
        at=message.created_at,
        edited_at=message.edited_at,
    )


def edited(message: discord.Message, place: Place, text: str, at: datetime) -> Edited:
    return Edited(
        workspace=place.workspace,
        channel=place.channel,
        source_id=str(message.id),
        text=text,
        stamp=at.isoformat(),
        at=at,
    )


def deleted(message_id: int, place: Place) -> Deleted:
    return Deleted(
        workspace=place.workspace,
        channel=place.channel,
        source_id=str(message_id),
        at=discord.utils.utcnow(),
    )
