"""Reactions, by bots and people.

Discord: a new emoji needs ADD_REACTIONS, 20 different ones a message, none in archived threads.
"""

import re

from tests.emulators.discord import access, announce, thread_state
from tests.emulators.discord.constants import Permission
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.model import Channel, Reaction
from tests.emulators.discord.state import World

MAX_KINDS = 20


def parse(emoji: str) -> Reaction:
    """``name:id`` for a custom one, else the character itself."""
    name, _, emoji_id = emoji.partition(":")
    if emoji_id and emoji_id.isdigit():
        return Reaction(name=name, emoji_id=emoji_id)
    if emoji_id or re.fullmatch(r"[\w:]+", emoji, flags=re.ASCII) or not emoji:
        raise ApiError(10014)
    return Reaction(name=emoji)


def add(world: World, user_id: str, channel: Channel, message_id: str, emoji: str) -> None:
    access.require(world, user_id, channel, Permission.READ_MESSAGE_HISTORY)
    thread_state.refuse_archived(channel)
    message = world.message(channel.id, message_id)
    if emoji not in message.reactions:
        access.require(world, user_id, channel, Permission.ADD_REACTIONS)
        mark = parse(emoji)
        if len(message.reactions) >= MAX_KINDS:
            raise ApiError(30010)
        message.reactions[emoji] = mark
    mark = message.reactions[emoji]
    if user_id not in mark.users:
        mark.users.append(user_id)
        announce.reaction(world, "MESSAGE_REACTION_ADD", message, mark, user_id)


def remove(world: World, channel: Channel, message_id: str, emoji: str, user_id: str) -> None:
    thread_state.refuse_archived(channel)
    message = world.message(channel.id, message_id)
    mark = message.reactions.get(emoji)
    if mark is None or user_id not in mark.users:
        raise ApiError(10014)
    mark.users.remove(user_id)
    if not mark.users:
        del message.reactions[emoji]
    announce.reaction(world, "MESSAGE_REACTION_REMOVE", message, mark, user_id)


def clear(world: World, channel: Channel, message_id: str) -> None:
    message = world.message(channel.id, message_id)
    message.reactions.clear()
    announce.reactions_cleared(world, message)
