"""Making the world: bots, guilds, roles, users, channels."""

from typing import TYPE_CHECKING

from tests.emulators.discord import announce, overwrites, permissions
from tests.emulators.discord.constants import (
    DEFAULT_EVERYONE,
    PRIVILEGED,
    ChannelType,
    Json,
    Permission,
)
from tests.emulators.discord.control.action import Action
from tests.emulators.discord.errors import ControlError
from tests.emulators.discord.model import Application, Channel, Guild, Member, Role, User
from tests.emulators.discord.state import World

if TYPE_CHECKING:
    from tests.emulators.discord.app import Emulator

KINDS = {
    "text": ChannelType.TEXT,
    "category": ChannelType.CATEGORY,
    "forum": ChannelType.FORUM,
    "announcement": ChannelType.ANNOUNCEMENT,
}


def bits(names: list[str] | int | None) -> int:
    """Permissions by name (``manage_threads``) or as a number."""
    if isinstance(names, int) or names is None:
        return int(names or 0)
    try:
        return sum(int(Permission[name.upper()]) for name in set(names))
    except KeyError as error:
        raise ControlError(f"No permission is called {error}") from error


async def create_bot(emulator: "Emulator", body: Json) -> Json:
    """A bot application. ``privileged``: members, presences, message_content."""
    world = emulator.world
    application_id = str(body.get("id") or world.ids.next())
    name = body.get("name", "bot")
    world.users[application_id] = User(id=application_id, username=name, bot=True)
    app = Application(
        id=application_id,
        name=name,
        token=body["token"],
        bot_id=application_id,
        privileged=sum(int(PRIVILEGED[item]) for item in body.get("privileged", [])),
    )
    world.applications[app.id] = app
    return {"application_id": app.id, "user_id": app.bot_id, "token": app.token}


async def set_bot(emulator: "Emulator", body: Json) -> Json:
    """Change which privileged intents are on."""
    app = emulator.world.applications[body["bot"]]
    app.privileged = sum(int(PRIVILEGED[item]) for item in body["privileged"])
    return {}


async def create_user(emulator: "Emulator", body: Json) -> Json:
    world = emulator.world
    user = User(
        id=str(body.get("id") or world.ids.next()),
        username=body["username"],
        global_name=body.get("display_name"),
        avatar=body.get("avatar"),
        refuses_dms=body.get("refuses_dms", False),
    )
    world.users[user.id] = user
    for guild_id in body.get("guilds", []):
        _join(world, guild_id, user.id, [])
    return {"id": user.id}


async def set_user(emulator: "Emulator", body: Json) -> Json:
    user = emulator.world.user(body["user"])
    for name in ("username", "global_name", "avatar", "refuses_dms"):
        if name in body:
            setattr(user, name, body[name])
    return {}


async def create_guild(emulator: "Emulator", body: Json) -> Json:
    """A guild with its @everyone role. Members are users' or bots' ids."""
    world = emulator.world
    guild_id = str(body.get("id") or world.ids.next())
    owner = body.get("owner") or world.ids.next()
    if owner not in world.users:
        world.users[owner] = User(id=owner, username="owner", global_name="Owner")
    everyone = Role(
        id=guild_id,
        name="@everyone",
        position=0,
        permissions=DEFAULT_EVERYONE if "everyone" not in body else bits(body["everyone"]),
    )
    guild = Guild(
        id=guild_id,
        name=body["name"],
        owner_id=owner,
        premium_tier=body.get("premium_tier", 0),
        roles={guild_id: everyone},
    )
    world.guilds[guild_id] = guild
    for member in [owner, *body.get("members", [])]:
        _join(world, guild_id, member, [])
    return {"id": guild_id, "owner": owner}


async def create_role(emulator: "Emulator", body: Json) -> Json:
    world, guild = emulator.world, emulator.world.guild(body["guild"])
    role = Role(
        id=str(body.get("id") or world.ids.next()),
        name=body["name"],
        permissions=bits(body.get("permissions")),
        position=len(guild.roles),
        mentionable=body.get("mentionable", False),
    )
    guild.roles[role.id] = role
    announce.role(world, "GUILD_ROLE_CREATE", guild.id, role)
    return {"id": role.id}


async def set_role(emulator: "Emulator", body: Json) -> Json:
    guild = emulator.world.guild(body["guild"])
    role = guild.roles[body.get("role", guild.id)]
    role.permissions = bits(body["permissions"])
    announce.role(emulator.world, "GUILD_ROLE_UPDATE", guild.id, role)
    return {}


def _join(world: World, guild_id: str, user_id: str, roles: list[str]) -> None:
    """A bot gets a role of its own with what its invite asked for."""
    guild, user = world.guild(guild_id), world.user(user_id)
    member = Member(user_id=user_id, joined_at=world.clock.now(), roles=list(roles))
    guild.members[user_id] = member
    announce.member(world, "GUILD_MEMBER_ADD", guild_id, member)
    if user.bot:
        announce.guild_joined(world, guild_id, user_id)


async def add_member(emulator: "Emulator", body: Json) -> Json:
    """Join with roles. For a bot ``permissions`` makes its managed role."""
    world = emulator.world
    guild = world.guild(body["guild"])
    roles = list(body.get("roles", []))
    if "permissions" in body:
        role = Role(
            id=world.ids.next(),
            name=world.user(body["user"]).username,
            permissions=bits(body["permissions"]),
            position=len(guild.roles),
            bot_id=body["user"],
        )
        guild.roles[role.id] = role
        announce.role(world, "GUILD_ROLE_CREATE", guild.id, role)
        roles.append(role.id)
    _join(world, guild.id, body["user"], roles)
    return {"roles": roles}


async def set_member(emulator: "Emulator", body: Json) -> Json:
    member = emulator.world.member(body["guild"], body["user"])
    member.roles = body.get("roles", member.roles)
    member.nick = body.get("nick", member.nick)
    announce.member(emulator.world, "GUILD_MEMBER_UPDATE", body["guild"], member)
    return {}


async def remove_member(emulator: "Emulator", body: Json) -> Json:
    world = emulator.world
    guild = world.guild(body["guild"])
    member = guild.members.pop(body["user"])
    announce.member(world, "GUILD_MEMBER_REMOVE", guild.id, member)
    if world.user(member.user_id).bot:
        announce.guild_left(world, guild.id, member.user_id)
    return {}


async def create_channel(emulator: "Emulator", body: Json) -> Json:
    """``kind``: text, category, forum, announcement. ``overwrites``: id, type, allow, deny."""
    world = emulator.world
    channel = Channel(
        id=str(body.get("id") or world.ids.next()),
        type=KINDS[body.get("kind", "text")],
        guild_id=body["guild"],
        name=body["name"],
        parent_id=body.get("parent"),
        topic=body.get("topic"),
        flags=body.get("flags", 0),
        overwrites=overwrites.read(_overwrites(world, body)),
        tags=overwrites.read_tags(world, body.get("tags")),
    )
    world.channels[channel.id] = channel
    announce.channel(world, "CHANNEL_CREATE", channel)
    return {"id": channel.id, "tags": {tag.name: tag.id for tag in channel.tags}}


def _overwrites(world: World, body: Json) -> list[Json]:
    """``private_to`` hides the channel from all but those users and roles."""
    items = [
        {
            "id": item["id"],
            "type": int(item["id"] in world.users),
            "allow": bits(item.get("allow")),
            "deny": bits(item.get("deny")),
        }
        for item in body.get("overwrites", [])
    ]
    if "private_to" in body:
        view = int(Permission.VIEW_CHANNEL)
        items.append({"id": body["guild"], "type": 0, "deny": view})
        items += [
            {"id": who, "type": int(who in world.users), "allow": view}
            for who in body["private_to"]
        ]
    return items


async def set_channel(emulator: "Emulator", body: Json) -> Json:
    """Change a channel from above: overwrites, name."""
    world, channel = emulator.world, emulator.world.channel(body["channel"])
    if "overwrites" in body or "private_to" in body:
        guild = {"guild": channel.guild_id, **body}
        channel.overwrites = overwrites.read(_overwrites(world, guild))
    channel.name = body.get("name", channel.name)
    announce.channel(world, "CHANNEL_UPDATE", channel)
    return {}


async def delete_channel(emulator: "Emulator", body: Json) -> Json:
    world, channel = emulator.world, emulator.world.channel(body["channel"])
    if channel.is_thread:
        watching = set(world.users)
        del world.channels[channel.id]
        announce.thread_deleted(world, channel, watching.__contains__)
        return {}
    announce.channel(world, "CHANNEL_DELETE", channel)
    children = [c.id for c in world.channels.values() if c.is_thread and c.parent_id == channel.id]
    for channel_id in [*children, channel.id]:
        del world.channels[channel_id]
    return {}


async def permissions_of(emulator: "Emulator", body: Json) -> Json:
    """The guild's permissions of a member, as names."""
    guild = emulator.world.guild(body["guild"])
    granted = permissions.base(guild, guild.members[body["user"]])
    return {"names": [item.name.lower() for item in Permission if granted & item and item.name]}


ACTIONS: dict[str, Action] = {
    "create_bot": create_bot,
    "set_bot": set_bot,
    "create_user": create_user,
    "set_user": set_user,
    "create_guild": create_guild,
    "create_role": create_role,
    "set_role": set_role,
    "add_member": add_member,
    "set_member": set_member,
    "remove_member": remove_member,
    "create_channel": create_channel,
    "set_channel": set_channel,
    "delete_channel": delete_channel,
    "permissions": permissions_of,
}
