"""Guilds, their channels, roles and members."""

from tests.emulators.discord import access, announce, overwrites, render
from tests.emulators.discord.constants import ChannelType, Intent, Permission
from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.model import Channel
from tests.emulators.discord.pipeline import Reply, Request, Route


def _guild_id(request: Request, *needed: Permission) -> str:
    guild_id = request.params["guild_id"]
    access.require_in_guild(request.world, request.me, guild_id, *needed)
    return guild_id


async def guild(request: Request) -> Reply:
    item = request.world.guild(_guild_id(request))
    payload = render.guild(item)
    if request.flag("with_counts"):
        payload |= {"approximate_member_count": len(item.members), "approximate_presence_count": 0}
    return 200, payload


async def channels(request: Request) -> Reply:
    """Discord: without threads."""
    guild_id = _guild_id(request)
    return 200, [
        render.channel(request.world, item) for item in request.world.channels_of(guild_id)
    ]


async def create_channel(request: Request) -> Reply:
    """Discord: MANAGE_CHANNELS; 500 channels a guild (30013), 50 a category."""
    guild_id = _guild_id(request, Permission.MANAGE_CHANNELS)
    world, body = request.world, request.json
    existing = list(world.channels_of(guild_id))
    if len(existing) >= world.settings.guild_channels:
        raise ApiError(30013)
    parent_id = body.get("parent_id")
    if parent_id and len([c for c in existing if c.parent_id == str(parent_id)]) >= 50:
        raise invalid(
            "parent_id",
            "CHANNEL_PARENT_MAX_CHANNELS",
            "Maximum number of channels in category reached (50)",
        )
    if not 1 <= len(body.get("name") or "") <= 100:
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    channel = Channel(
        id=world.ids.next(),
        type=body.get("type") or ChannelType.TEXT,
        guild_id=guild_id,
        name=body["name"],
        parent_id=str(parent_id) if parent_id else None,
        topic=body.get("topic"),
        position=len(existing),
        overwrites=overwrites.read(body.get("permission_overwrites")),
        tags=overwrites.read_tags(world, body.get("available_tags")),
    )
    world.channels[channel.id] = channel
    announce.channel(world, "CHANNEL_CREATE", channel)
    return 201, render.channel(world, channel)


async def roles(request: Request) -> Reply:
    guild_id = _guild_id(request)
    return 200, [render.role(item) for item in request.world.guild(guild_id).roles.values()]


async def member(request: Request) -> Reply:
    person = request.world.member(_guild_id(request), request.params["user_id"])
    return 200, render.member(request.world, person)


def _needs_members_intent(request: Request) -> None:
    """Discord: listing needs the members intent switched on for the application."""
    if not request.app.privileged & Intent.GUILD_MEMBERS:
        raise ApiError(50001)


async def members(request: Request) -> Reply:
    guild_id = _guild_id(request)
    _needs_members_intent(request)
    limit = request.number("limit", 1, 1, 1000)
    after = int(request.query.get("after", 0))
    people = sorted(request.world.guild(guild_id).members.values(), key=lambda m: int(m.user_id))
    chosen = [person for person in people if int(person.user_id) > after][:limit]
    return 200, [render.member(request.world, person) for person in chosen]


async def search_members(request: Request) -> Reply:
    """Discord: names and nicknames that start with the query."""
    guild_id = _guild_id(request)
    limit = request.number("limit", 1, 1, 1000)
    start = request.query.get("query", "").lower()
    found = [
        person
        for person in request.world.guild(guild_id).members.values()
        if request.world.user(person.user_id).username.lower().startswith(start)
        or (request.world.user(person.user_id).global_name or "").lower().startswith(start)
        or (person.nick or "").lower().startswith(start)
    ]
    return 200, [render.member(request.world, person) for person in found[:limit]]


async def active_threads(request: Request) -> Reply:
    """Discord: all active threads the bot sees, newest first, with its own memberships."""
    guild_id = _guild_id(request)
    world, me = request.world, request.me
    seen = [t for t in world.active_threads(guild_id) if access.sees(world, me, t)]
    seen.sort(key=lambda thread: int(thread.id), reverse=True)
    mine = [thread for thread in seen if me in thread.threaded.members]
    return 200, {
        "threads": [render.channel(world, thread) for thread in seen],
        "members": [render.thread_member(thread, me) for thread in mine],
        "has_more": False,
    }


async def rename_me(request: Request) -> Reply:
    """The bot's own nickname: CHANGE_NICKNAME."""
    guild_id = _guild_id(request, Permission.CHANGE_NICKNAME)
    person = request.world.member(guild_id, request.me)
    person.nick = request.json.get("nick")
    return 200, render.member(request.world, person)


ROUTES = [
    Route("GET", "/guilds/{guild_id}", guild),
    Route("GET", "/guilds/{guild_id}/channels", channels),
    Route("POST", "/guilds/{guild_id}/channels", create_channel),
    Route("GET", "/guilds/{guild_id}/roles", roles),
    Route("GET", "/guilds/{guild_id}/members", members),
    Route("GET", "/guilds/{guild_id}/members/search", search_members),
    Route("PATCH", "/guilds/{guild_id}/members/@me", rename_me),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", member),
    Route("GET", "/guilds/{guild_id}/threads/active", active_threads),
]
