"""Events by subject: which payload, which intent, who may see it.

Source: "Gateway Events" and the list of intents.
"""

from collections.abc import Callable, Iterable

from tests.emulators.discord import access, render, render_messages
from tests.emulators.discord.constants import Intent, Json
from tests.emulators.discord.events import Event, Viewer, by_place
from tests.emulators.discord.model import Channel, Member, Message, Reaction, Role
from tests.emulators.discord.state import World


def _sees(world: World, channel: Channel) -> Callable[[str], bool]:
    return lambda user_id: access.sees(world, user_id, channel)


def _in_guild(world: World, guild_id: str) -> Callable[[str], bool]:
    return lambda user_id: user_id in world.guilds[guild_id].members


def _message_intent(channel: Channel) -> int:
    return by_place(channel.guild_id, Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES)


def _place(channel: Channel) -> Json:
    return {"guild_id": channel.guild_id} if channel.guild_id else {}


def message(world: World, name: str, item: Message, *, nonce: bool = False) -> None:
    """MESSAGE_CREATE and MESSAGE_UPDATE. What is ephemeral stays with its interaction."""
    if item.ephemeral:
        world.touch()
        return
    channel = world.channel(item.channel_id)

    def payload(viewer: Viewer) -> Json:
        own = nonce and item.author_id == viewer.user_id
        return render_messages.for_viewer(world, item, viewer, nonce=own)

    world.publish(
        Event(
            name=name,
            payload=payload,
            visible=_sees(world, channel),
            intent=_message_intent(channel),
            guild_id=channel.guild_id,
        )
    )


def messages_deleted(world: World, channel: Channel, ids: list[str], *, bulk: bool) -> None:
    """Discord: a bulk delete is one MESSAGE_DELETE_BULK."""
    facts: Json = {"ids": ids} if bulk else {"id": ids[0]}
    _in_channel(
        world,
        channel,
        "MESSAGE_DELETE_BULK" if bulk else "MESSAGE_DELETE",
        facts,
        _message_intent(channel),
    )


def reaction(world: World, name: str, item: Message, mark: Reaction, user_id: str) -> None:
    channel = world.channel(item.channel_id)
    facts: Json = {
        "user_id": user_id,
        "message_id": item.id,
        "emoji": {"id": mark.emoji_id, "name": mark.name},
        "burst": False,
        "type": 0,
    }
    if name == "MESSAGE_REACTION_ADD":
        facts["message_author_id"] = item.author_id
        if channel.guild_id:
            facts["member"] = render.member(world, world.member(channel.guild_id, user_id))
    intent = by_place(
        channel.guild_id, Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS
    )
    _in_channel(world, channel, name, facts, intent)


def reactions_cleared(world: World, item: Message) -> None:
    channel = world.channel(item.channel_id)
    intent = by_place(
        channel.guild_id, Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS
    )
    _in_channel(world, channel, "MESSAGE_REACTION_REMOVE_ALL", {"message_id": item.id}, intent)


def typing(world: World, channel: Channel, user_id: str) -> None:
    facts: Json = {"user_id": user_id, "timestamp": int(world.clock.time())}
    if channel.guild_id:
        facts["member"] = render.member(world, world.member(channel.guild_id, user_id))
    intent = by_place(channel.guild_id, Intent.GUILD_MESSAGE_TYPING, Intent.DIRECT_MESSAGE_TYPING)
    _in_channel(world, channel, "TYPING_START", facts, intent)


def pins(world: World, channel: Channel) -> None:
    facts: Json = {"last_pin_timestamp": world.clock.now().isoformat()}
    intent = by_place(channel.guild_id, Intent.GUILDS, Intent.DIRECT_MESSAGES)
    _in_channel(world, channel, "CHANNEL_PINS_UPDATE", facts, intent)


def _in_channel(world: World, channel: Channel, name: str, facts: Json, intent: int) -> None:
    payload: Json = {"channel_id": channel.id, **_place(channel), **facts}
    world.publish(
        Event(
            name=name,
            payload=lambda _: dict(payload),
            visible=_sees(world, channel),
            intent=intent,
            guild_id=channel.guild_id,
        )
    )


def channel(world: World, name: str, item: Channel) -> None:
    """CHANNEL_CREATE, _UPDATE, _DELETE for those who see it."""
    payload = render.channel(world, item)
    world.publish(
        Event(
            name=name,
            payload=lambda _: dict(payload),
            visible=_sees(world, item),
            intent=int(Intent.GUILDS),
            guild_id=item.guild_id,
        )
    )


def thread(world: World, name: str, item: Channel, *, only: str | None = None) -> None:
    """THREAD_CREATE and THREAD_UPDATE. ``only`` is someone just added to a private thread."""

    def payload(viewer: Viewer) -> Json:
        content = render.channel(world, item, viewer.user_id)
        if name == "THREAD_CREATE" and only is None:
            content["newly_created"] = True
        return content

    def visible(user_id: str) -> bool:
        return only in {None, user_id} and access.sees(world, user_id, item)

    world.publish(
        Event(
            name=name,
            payload=payload,
            visible=visible,
            intent=int(Intent.GUILDS),
            guild_id=item.guild_id,
        )
    )


def thread_deleted(world: World, item: Channel, watchers: Callable[[str], bool]) -> None:
    payload: Json = {
        "id": item.id,
        "guild_id": item.guild_id,
        "parent_id": item.parent_id,
        "type": int(item.type),
    }
    world.publish(
        Event(
            name="THREAD_DELETE",
            payload=lambda _: dict(payload),
            visible=watchers,
            intent=int(Intent.GUILDS),
            guild_id=item.guild_id,
        )
    )


def thread_members(world: World, item: Channel, added: Iterable[str], removed: list[str]) -> None:
    """Discord: with GUILD_MEMBERS for everyone, else only about the bot itself."""
    joined = list(added)
    guild_id = item.guild_id or ""

    def payload(viewer: Viewer) -> Json | None:
        whole = viewer.intents & Intent.GUILD_MEMBERS
        if not whole and viewer.user_id not in {*joined, *removed}:
            return None
        return {
            "id": item.id,
            "guild_id": guild_id,
            "member_count": min(len(item.threaded.members), 50),
            "added_members": [
                {
                    **render.thread_member(item, who),
                    "member": render.member(world, world.member(guild_id, who)),
                    "presence": None,
                }
                for who in joined
                if whole or who == viewer.user_id
            ],
            "removed_member_ids": [who for who in removed if whole or who == viewer.user_id],
        }

    world.publish(
        Event(
            name="THREAD_MEMBERS_UPDATE",
            payload=payload,
            visible=lambda who: access.sees(world, who, item) or who in removed,
            intent=int(Intent.GUILDS | Intent.GUILD_MEMBERS),
            guild_id=guild_id,
        )
    )


def member(world: World, name: str, guild_id: str, person: Member) -> None:
    """GUILD_MEMBER_ADD, _UPDATE, _REMOVE: privileged."""
    payload: Json = {"guild_id": guild_id, **render.member(world, person)}
    if name == "GUILD_MEMBER_REMOVE":
        payload = {"guild_id": guild_id, "user": payload["user"]}
    world.publish(
        Event(
            name=name,
            payload=lambda _: dict(payload),
            visible=_in_guild(world, guild_id),
            intent=int(Intent.GUILD_MEMBERS),
            guild_id=guild_id,
        )
    )


def role(world: World, name: str, guild_id: str, item: Role) -> None:
    facts: Json = (
        {"role_id": item.id} if name == "GUILD_ROLE_DELETE" else {"role": render.role(item)}
    )
    world.publish(
        Event(
            name=name,
            payload=lambda _: {"guild_id": guild_id, **facts},
            visible=_in_guild(world, guild_id),
            intent=int(Intent.GUILDS),
            guild_id=guild_id,
        )
    )


def guild_joined(world: World, guild_id: str, user_id: str) -> None:
    """GUILD_CREATE for a bot that was just added."""
    world.publish(
        Event(
            name="GUILD_CREATE",
            payload=lambda viewer: render.guild_create(
                world, world.guilds[guild_id], viewer.user_id, viewer.intents
            ),
            visible=lambda who: who == user_id,
            intent=int(Intent.GUILDS),
            guild_id=guild_id,
        )
    )


def guild_left(world: World, guild_id: str, user_id: str) -> None:
    world.publish(
        Event(
            name="GUILD_DELETE",
            payload=lambda _: {"id": guild_id},
            visible=lambda who: who == user_id,
            intent=int(Intent.GUILDS),
            guild_id=guild_id,
        )
    )


def interaction(world: World, application_id: str, payload: Json) -> None:
    """Discord: INTERACTION_CREATE needs no intent and goes to its application alone."""
    world.publish(
        Event(
            name="INTERACTION_CREATE",
            payload=lambda _: dict(payload),
            visible=lambda _: True,
            guild_id=payload.get("guild_id"),
            application_id=application_id,
        )
    )
