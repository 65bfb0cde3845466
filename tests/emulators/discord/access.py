"""Permissions applied to the world: the error that Discord gives when one is missing."""

from tests.emulators.discord import permissions
from tests.emulators.discord.constants import ALL_PERMISSIONS, ChannelType, Permission
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.model import Channel
from tests.emulators.discord.state import World


def home(world: World, channel: Channel) -> Channel:
    """The channel whose overwrites count: a thread's parent."""
    if channel.is_thread and channel.parent_id:
        return world.channel(channel.parent_id)
    return channel


def granted(world: World, user_id: str, channel: Channel) -> int:
    """All permissions of a user there; 0 when it is out of sight."""
    if channel.type == ChannelType.DM:
        return ALL_PERMISSIONS if user_id in channel.recipients else 0
    guild = world.guilds.get(channel.guild_id or "")
    member = guild.members.get(user_id) if guild else None
    if guild is None or member is None:
        return 0
    parent = world.channels.get(channel.parent_id or "") if channel.is_thread else channel
    if parent is None:
        return 0
    allowed = permissions.in_channel(guild, member, parent)
    if channel.is_thread and not permissions.sees_thread(allowed, channel, user_id):
        return 0
    return allowed


def sees(world: World, user_id: str, channel: Channel) -> bool:
    return bool(granted(world, user_id, channel) & Permission.VIEW_CHANNEL)


def require(world: World, user_id: str, channel: Channel, *needed: Permission) -> int:
    """Discord: 50001 where the channel cannot be seen, 50013 where something else is missing."""
    allowed = granted(world, user_id, channel)
    if not allowed & Permission.VIEW_CHANNEL:
        raise ApiError(50001)
    if any(not allowed & permission for permission in needed):
        raise ApiError(50013)
    return allowed


def require_in_guild(world: World, user_id: str, guild_id: str, *needed: Permission) -> int:
    """Discord: a guild one is not in is unknown."""
    guild = world.guild(guild_id)
    if user_id not in guild.members:
        raise ApiError(10004)
    allowed = permissions.base(guild, guild.members[user_id])
    if any(not allowed & permission for permission in needed):
        raise ApiError(50013)
    return allowed


def open_channel(world: World, user_id: str, channel_id: str, *needed: Permission) -> Channel:
    """The channel, if this user sees it and has what is needed there."""
    channel = world.channel(channel_id)
    require(world, user_id, channel, *needed)
    return channel
