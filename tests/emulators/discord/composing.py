"""A message made of a valid body: files, embeds, components, who is mentioned."""

from tests.emulators.discord import (
    access,
    component_writing,
    components,
    files,
    mentions,
    validation,
)
from tests.emulators.discord.constants import ComponentType, Json, MessageFlag, Permission
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.files import Upload
from tests.emulators.discord.model import Channel, Message
from tests.emulators.discord.state import World


def compose(
    world: World,
    author_id: str,
    channel: Channel,
    body: Json,
    uploads: list[Upload],
    *,
    extra_flags: int = 0,
) -> Message:
    """A message from a valid body, not stored yet."""
    flags = body.get("flags") or 0
    validation.message(body, files=len(uploads), flags=flags, extra_flags=extra_flags)
    described = body.get("attachments") or []
    files.kept([], described, uploads)
    message = Message(
        id=world.ids.next(),
        channel_id=channel.id,
        author_id=author_id,
        timestamp=world.clock.now(),
        content=(body.get("content") or "").strip(),
        flags=flags,
        nonce=body.get("nonce"),
        attachments=files.attach(
            world, channel, uploads, described, ephemeral=bool(flags & MessageFlag.EPHEMERAL)
        ),
        sticker_items=[
            {"id": sticker, "name": f"sticker-{sticker}", "format_type": 1}
            for sticker in body.get("sticker_ids") or []
        ],
    )
    dress(world, message, body)
    forwards = (body.get("message_reference") or {}).get("type", 0) == 1
    if is_empty(message) and not forwards and not flags & MessageFlag.LOADING:
        raise ApiError(50006)
    mention(world, message, channel, body)
    return message


def dress(world: World, message: Message, body: Json) -> None:
    """Embeds and components with their attachments in place."""
    urls = files.urls(world, message.attachments)
    if "embeds" in body:
        message.embeds = validation.normal_embeds(body["embeds"] or [], urls)
    if "components" in body:
        message.components = component_writing.normalise(body["components"] or [], urls)


def is_empty(message: Message) -> bool:
    return not (
        message.content
        or message.embeds
        or message.attachments
        or message.sticker_items
        or message.components
    )


def texts(message: Message) -> str:
    """All that may hold mentions: the content, and Components V2 texts."""
    shown = [
        c["content"]
        for c in components.walk(message.components)
        if c["type"] == ComponentType.TEXT_DISPLAY
    ]
    return "\n".join([message.content, *shown])


def mention(world: World, message: Message, channel: Channel, body: Json) -> None:
    guild = world.guilds.get(channel.guild_id or "")
    allowed = access.granted(world, message.author_id, channel)
    found = mentions.parse(
        texts(message),
        allowed=body.get("allowed_mentions"),
        users=set(guild.members if guild else channel.recipients),
        roles=guild.roles if guild else {},
        may_mention_all=bool(guild and allowed & Permission.MENTION_EVERYONE),
        replied_to=_replied_to(world, body, channel),
    )
    message.mentions, message.mention_roles = found.users, found.roles
    message.mention_everyone = found.everyone


def _replied_to(world: World, body: Json, channel: Channel) -> str | None:
    reference = body.get("message_reference") or {}
    if reference.get("type", 0) != 0:
        return None
    target = world.messages.get(channel.id, {}).get(str(reference.get("message_id")))
    return target.author_id if target and not target.deleted else None
