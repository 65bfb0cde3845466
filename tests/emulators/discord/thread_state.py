"""A thread's life: archived, locked, awake, who is in it.

Source: "Threads". Sending into an archived thread unarchives it; a locked one needs
MANAGE_THREADS; 1,000 active threads a guild.
"""

from tests.emulators.discord import access, announce
from tests.emulators.discord.constants import Permission
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.model import Channel
from tests.emulators.discord.state import World


def room_for_one_more(world: World, guild_id: str) -> None:
    if len(world.active_threads(guild_id)) >= world.settings.active_threads:
        raise ApiError(160006)


def allow_sending(world: World, thread: Channel, user_id: str) -> None:
    """Raise when the lock keeps this user out; wake the thread when it is archived."""
    part = thread.threaded
    allowed = access.granted(world, user_id, thread)
    if part.locked and not allowed & Permission.MANAGE_THREADS:
        raise ApiError(50083 if part.archived else 160005)
    if part.archived:
        set_archived(world, thread, archived=False)
        announce.thread(world, "THREAD_UPDATE", thread)


def may_invite(world: World, thread: Channel, user_id: str) -> bool:
    """Discord: into a private thread that is not invitable only its owner and moderators."""
    part = thread.threaded
    if not thread.is_private_thread or part.invitable or part.owner_id == user_id:
        return True
    return bool(access.granted(world, user_id, thread) & Permission.MANAGE_THREADS)


def refuse_archived(channel: Channel) -> None:
    """Discord: 50083 for an edit, a reaction or a new member in an archived thread."""
    if channel.is_thread and channel.threaded.archived:
        raise ApiError(50083)


def set_archived(world: World, thread: Channel, *, archived: bool) -> None:
    part = thread.threaded
    if part.archived and not archived:
        room_for_one_more(world, thread.guild_id or "")
    if part.archived != archived:
        part.archived = archived
        part.archive_timestamp = world.clock.now()
        part.active_at = world.clock.time()


def join(world: World, thread: Channel, user_ids: list[str]) -> None:
    """Add members; those new to a private thread get THREAD_CREATE first."""
    part = thread.threaded
    new = [who for who in dict.fromkeys(user_ids) if who not in part.members]
    for who in new:
        part.members[who] = world.clock.now()
    for who in new if thread.is_private_thread else []:
        announce.thread(world, "THREAD_CREATE", thread, only=who)
    if new:
        announce.thread_members(world, thread, new, [])


def leave(world: World, thread: Channel, user_id: str) -> None:
    if thread.threaded.members.pop(user_id, None):
        announce.thread_members(world, thread, [], [user_id])


def archive_idle(world: World) -> None:
    """Discord: a thread archives itself after its duration (minutes) without activity."""
    now = world.clock.time()
    for thread in [c for c in world.channels.values() if c.is_thread]:
        part = thread.threaded
        if not part.archived and now - part.active_at >= part.auto_archive_duration * 60:
            set_archived(world, thread, archived=True)
            announce.thread(world, "THREAD_UPDATE", thread)
