"""Who may do what: Discord's own algorithm, without the world around it.

Source: "Permissions", computing base permissions and overwrites, implicit denials.
"""

from collections.abc import Mapping

from tests.emulators.discord.constants import ALL_PERMISSIONS, Permission
from tests.emulators.discord.model import Channel, Guild, Member, Overwrite

# Discord: without SEND_MESSAGES these are denied as well.
NEED_SENDING = int(Permission.MENTION_EVERYONE | Permission.ATTACH_FILES | Permission.EMBED_LINKS)


def base(guild: Guild, member: Member) -> int:
    """The guild's permissions of a member, before any channel."""
    if member.user_id == guild.owner_id:
        return ALL_PERMISSIONS
    granted = guild.roles[guild.id].permissions
    for role_id in member.roles:
        granted |= guild.roles[role_id].permissions
    return ALL_PERMISSIONS if granted & Permission.ADMINISTRATOR else granted


def overwritten(
    granted: int, guild: Guild, member: Member, overwrites: Mapping[str, Overwrite]
) -> int:
    """First @everyone's overwrite, then those of all roles together, then the member's own."""
    everyone = overwrites.get(guild.id)
    if everyone:
        granted = granted & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in member.roles:
        if role_id in overwrites:
            allow |= overwrites[role_id].allow
            deny |= overwrites[role_id].deny
    granted = granted & ~deny | allow
    own = overwrites.get(member.user_id)
    return granted & ~own.deny | own.allow if own else granted


def in_channel(guild: Guild, member: Member, channel: Channel) -> int:
    """``channel`` is the parent when the place is a thread: threads inherit."""
    granted = base(guild, member)
    if granted & Permission.ADMINISTRATOR:
        return granted
    granted = overwritten(granted, guild, member, channel.overwrites)
    if not granted & Permission.VIEW_CHANNEL:
        return 0
    if not granted & (Permission.SEND_MESSAGES | Permission.SEND_MESSAGES_IN_THREADS):
        granted &= ~NEED_SENDING
    return granted


def sees_thread(granted: int, thread: Channel, user_id: str) -> bool:
    """Discord: a private thread is seen by its members and by those with MANAGE_THREADS."""
    if not granted & Permission.VIEW_CHANNEL:
        return False
    if not thread.is_private_thread:
        return True
    return user_id in thread.threaded.members or bool(granted & Permission.MANAGE_THREADS)


def sending(channel: Channel) -> Permission:
    """Which permission lets one write there."""
    if channel.is_thread:
        return Permission.SEND_MESSAGES_IN_THREADS
    return Permission.SEND_MESSAGES
