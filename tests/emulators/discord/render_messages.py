"""Messages and attachments as Discord writes them, content withheld where intents say so."""

from tests.emulators.discord import cdn, render
from tests.emulators.discord.clock import iso
from tests.emulators.discord.constants import Intent, Json
from tests.emulators.discord.events import Viewer
from tests.emulators.discord.model import Attachment, Message, Reaction
from tests.emulators.discord.state import World


def attachment(world: World, item: Attachment) -> Json:
    url = cdn.link(world, item)
    payload: Json = {
        "id": item.id,
        "filename": item.filename,
        "size": len(item.data),
        "url": url,
        "proxy_url": url,
    }
    for name in ("content_type", "description", "duration_secs", "waveform", "width", "height"):
        value = getattr(item, name)
        if value is not None:
            payload[name] = value
    if item.ephemeral:
        payload["ephemeral"] = True
    return payload


def _reaction(item: Reaction, viewer_id: str | None) -> Json:
    return {
        "emoji": {"id": item.emoji_id, "name": item.name},
        "count": len(item.users),
        "count_details": {"burst": 0, "normal": len(item.users)},
        "burst_colors": [],
        "me_burst": False,
        "me": viewer_id in item.users,
    }


def minimal(world: World, item: Message) -> Json:
    """What a forward's snapshot keeps."""
    payload: Json = {
        "type": int(item.type),
        "content": item.content,
        "mentions": [render.user(world.user(who)) for who in item.mentions],
        "mention_roles": list(item.mention_roles),
        "attachments": [attachment(world, file) for file in item.attachments],
        "embeds": item.embeds,
        "timestamp": iso(item.timestamp),
        "edited_timestamp": iso(item.edited) if item.edited else None,
        "flags": item.flags,
        "components": item.components,
    }
    if item.sticker_items:
        payload["sticker_items"] = item.sticker_items
    return payload


def author(world: World, item: Message) -> Json:
    if item.webhook is None:
        return render.user(world.user(item.author_id))
    return item.webhook


def basic(world: World, item: Message) -> Json:
    payload: Json = {
        **minimal(world, item),
        "id": item.id,
        "channel_id": item.channel_id,
        "author": author(world, item),
        "pinned": item.pinned,
        "mention_everyone": item.mention_everyone,
        "tts": False,
    }
    if item.reference:
        payload["message_reference"] = item.reference
    if item.snapshots:
        payload["message_snapshots"] = item.snapshots
    if item.webhook:
        payload["webhook_id"] = item.webhook["id"]
    if item.application_id:
        payload["application_id"] = item.application_id
    if item.interaction_metadata:
        payload["interaction_metadata"] = item.interaction_metadata
    if item.thread_id and item.thread_id in world.channels:
        payload["thread"] = render.channel(world, world.channel(item.thread_id))
    return payload


def message(world: World, item: Message, viewer_id: str | None, *, nonce: bool = False) -> Json:
    """``nonce`` only on creation: Discord's history does not return it."""
    payload = basic(world, item)
    if item.reactions:
        payload["reactions"] = [_reaction(entry, viewer_id) for entry in item.reactions.values()]
    if item.reference and item.reference.get("type", 0) == 0 and not item.snapshots:
        payload["referenced_message"] = _referenced(world, item)
    if nonce and item.nonce is not None:
        payload["nonce"] = item.nonce
    return payload


def _referenced(world: World, item: Message) -> Json | None:
    reference = item.reference or {}
    channel = world.messages.get(reference["channel_id"], {})
    target = channel.get(reference.get("message_id", ""))
    return basic(world, target) if target and not target.deleted else None


def for_viewer(world: World, item: Message, viewer: Viewer, *, nonce: bool = False) -> Json:
    """A gateway's message: with guild and member, content withheld without the intent."""
    payload = message(world, item, viewer.user_id, nonce=nonce)
    payload = withhold(world, item, payload, viewer.user_id, viewer.intents)
    guild_id = world.channel(item.channel_id).guild_id
    if guild_id:
        payload["guild_id"] = guild_id
        members = world.guild(guild_id).members
        if item.author_id in members and item.webhook is None:
            payload["member"] = render.bare_member(members[item.author_id])
        for mentioned in payload["mentions"]:
            if mentioned["id"] in members:
                mentioned["member"] = render.bare_member(members[mentioned["id"]])
    return payload


def withhold(world: World, item: Message, payload: Json, viewer_id: str, intents: int) -> Json:
    """Discord: without MESSAGE_CONTENT these are empty, save DMs, mentions and own messages."""
    if intents & Intent.MESSAGE_CONTENT or item.author_id == viewer_id:
        return payload
    if world.channel(item.channel_id).guild_id is None or viewer_id in item.mentions:
        return payload
    hidden: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
    payload |= hidden
    if payload.get("referenced_message"):
        referenced = payload["referenced_message"]
        if referenced["author"]["id"] != viewer_id:
            payload["referenced_message"] = referenced | hidden
    if "message_snapshots" in payload:
        payload["message_snapshots"] = [
            {"message": entry["message"] | hidden} for entry in payload["message_snapshots"]
        ]
    return payload
