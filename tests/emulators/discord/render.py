"""Users, guilds and channels as Discord's API and gateway write them."""

from tests.emulators.discord import access, permissions
from tests.emulators.discord.clock import iso
from tests.emulators.discord.constants import ChannelType, Intent, Json, Permission
from tests.emulators.discord.model import (
    Application,
    Channel,
    Guild,
    Member,
    Overwrite,
    Role,
    Tag,
    User,
)
from tests.emulators.discord.state import World


def user(person: User) -> Json:
    payload: Json = {
        "id": person.id,
        "username": person.username,
        "global_name": person.global_name,
        "avatar": person.avatar,
        "discriminator": "0000" if person.bot else "0",
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    if person.bot:
        payload["bot"] = True
    return payload


def me(person: User) -> Json:
    return {**user(person), "mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def bare_member(member: Member) -> Json:
    """A member without the user, as messages carry it."""
    return {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": iso(member.joined_at),
        "nick": member.nick,
        "pending": False,
        "premium_since": None,
        "roles": list(member.roles),
        "mute": False,
        "deaf": False,
    }


def member(world: World, person: Member) -> Json:
    return {**bare_member(person), "user": user(world.user(person.user_id))}


def role(item: Role) -> Json:
    payload: Json = {
        "id": item.id,
        "name": item.name,
        "permissions": str(item.permissions),
        "position": item.position,
        "color": item.color,
        "colors": {"primary_color": item.color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": item.bot_id is not None,
        "mentionable": item.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if item.bot_id:
        payload["tags"] = {"bot_id": item.bot_id}
    return payload


def guild(item: Guild) -> Json:
    return {
        "id": item.id,
        "name": item.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": item.owner_id,
        "application_id": None,
        "region": "us-west",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role(entry) for entry in item.roles.values()],
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": item.premium_tier,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def overwrite(item: Overwrite) -> Json:
    return {
        "id": item.id,
        "type": item.type,
        "allow": str(item.allow),
        "deny": str(item.deny),
    }


def tag(item: Tag) -> Json:
    return {
        "id": item.id,
        "name": item.name,
        "moderated": item.moderated,
        "emoji_id": None,
        "emoji_name": item.emoji_name,
    }


def channel(world: World, item: Channel, viewer_id: str | None = None) -> Json:
    """Any channel. ``viewer_id`` adds that user's membership to a thread, as REST does."""
    base: Json = {
        "id": item.id,
        "type": int(item.type),
        "flags": item.flags,
        "last_message_id": item.last_message_id,
    }
    if item.type == ChannelType.DM:
        people = [user(world.user(who)) for who in item.recipients if who != viewer_id]
        return {**base, "recipients": people}
    base |= {"guild_id": item.guild_id, "name": item.name, "parent_id": item.parent_id}
    if item.is_thread:
        return base | _thread(item, viewer_id)
    base |= {
        "position": item.position,
        "permission_overwrites": [overwrite(entry) for entry in item.overwrites.values()],
        "nsfw": item.nsfw,
    }
    if item.type == ChannelType.CATEGORY:
        del base["last_message_id"]
        return base
    base |= {"topic": item.topic, "rate_limit_per_user": item.rate_limit_per_user}
    if item.type == ChannelType.FORUM:
        base |= {
            "available_tags": [tag(entry) for entry in item.tags],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return base


def _thread(item: Channel, viewer_id: str | None) -> Json:
    part = item.threaded
    metadata: Json = {
        "archived": part.archived,
        "archive_timestamp": iso(part.archive_timestamp),
        "auto_archive_duration": part.auto_archive_duration,
        "locked": part.locked,
        "create_timestamp": iso(part.created),
    }
    if item.is_private_thread:
        metadata["invitable"] = part.invitable
    payload: Json = {
        "owner_id": part.owner_id,
        "thread_metadata": metadata,
        "message_count": min(part.message_count, 50),
        "member_count": min(len(part.members), 50),
        "total_message_sent": part.message_count,
        "rate_limit_per_user": item.rate_limit_per_user,
    }
    if part.applied_tags:
        payload["applied_tags"] = list(part.applied_tags)
    if viewer_id in part.members:
        payload["member"] = thread_member(item, viewer_id)
    return payload


def thread_member(thread: Channel, user_id: str) -> Json:
    joined = thread.threaded.members[user_id]
    return {"id": thread.id, "user_id": user_id, "join_timestamp": iso(joined), "flags": 0}


def guild_create(world: World, item: Guild, user_id: str, intents: int) -> Json:
    """Discord: without the presences intent GUILD_CREATE lists only the bot's own member."""
    everyone = [member(world, person) for person in item.members.values()]
    own = [entry for entry in everyone if entry["user"]["id"] == user_id]
    threads = [t for t in world.active_threads(item.id) if access.sees(world, user_id, t)]
    return {
        **guild(item),
        "joined_at": iso(item.members[user_id].joined_at),
        "large": len(everyone) > 250,
        "unavailable": False,
        "member_count": len(everyone),
        "voice_states": [],
        "members": everyone if intents & Intent.GUILD_PRESENCES else own,
        "channels": [
            channel(world, c) for c in world.channels_of(item.id) if access.sees(world, user_id, c)
        ],
        "threads": [channel(world, thread, user_id) for thread in threads],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def own_guild(item: Guild, person: Member) -> Json:
    return {
        "id": item.id,
        "name": item.name,
        "icon": None,
        "banner": None,
        "owner": item.owner_id == person.user_id,
        "permissions": str(permissions.base(item, person)),
        "features": [],
    }


def application(world: World, app: Application) -> Json:
    """Discord: flags tell which privileged intents are on (limited, for unverified apps)."""
    flags = 0
    flags |= 1 << 13 if app.privileged & Intent.GUILD_PRESENCES else 0
    flags |= 1 << 15 if app.privileged & Intent.GUILD_MEMBERS else 0
    flags |= 1 << 19 if app.privileged & Intent.MESSAGE_CONTENT else 0
    bot = world.user(app.bot_id)
    return {
        "id": app.id,
        "name": app.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(bot) | {"username": "owner"},
        "approximate_guild_count": len(world.guilds_of(app.bot_id)),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
    }


def permissions_of(world: World, user_id: str, place: Channel) -> str:
    """Bits as a string; in a DM Discord counts everything as allowed there."""
    return str(access.granted(world, user_id, place) or int(Permission.VIEW_CHANNEL))
