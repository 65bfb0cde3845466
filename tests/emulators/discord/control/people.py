"""Acting as a person: messages, files, reactions, threads, moderation. Rules apply to them too."""

import base64
from typing import TYPE_CHECKING

from tests.emulators.discord import (
    access,
    announce,
    messages,
    reactions,
    render_messages,
    thread_state,
    threads,
)
from tests.emulators.discord.constants import Json, MessageFlag
from tests.emulators.discord.control.action import Action
from tests.emulators.discord.files import Upload
from tests.emulators.discord.model import Channel, Message
from tests.emulators.discord.state import World

if TYPE_CHECKING:
    from tests.emulators.discord.app import Emulator


def uploads(body: Json) -> list[Upload]:
    """``files``: name, data in base64, optional content_type."""
    return [
        Upload(
            index=str(index),
            filename=item["name"],
            data=base64.b64decode(item["data"]),
            content_type=item.get("content_type"),
        )
        for index, item in enumerate(body.get("files", []))
    ]


def show(world: World, message: Message) -> Json:
    return render_messages.message(world, message, None)


def _content(body: Json) -> Json:
    """A message body from the words of the control API."""
    content: Json = {"content": body.get("content", ""), "flags": body.get("flags", 0)}
    if body.get("stickers"):
        content["sticker_ids"] = body["stickers"]
    if body.get("voice"):
        content["flags"] |= int(MessageFlag.VOICE_MESSAGE)
        content["attachments"] = [{"id": "0", "duration_secs": 1.5, "waveform": "AAAA"}]
    if body.get("reply_to"):
        content["message_reference"] = {"type": 0, "message_id": body["reply_to"]}
    if body.get("forward"):
        source = body["forward"]
        content["message_reference"] = {"type": 1, **source}
    return content


async def post(emulator: "Emulator", body: Json) -> Json:
    """Write in a channel: content, files, voice, stickers, reply_to, forward."""
    world = emulator.world
    channel = world.channel(body["channel"])
    message, _ = messages.post(world, body["user"], channel, _content(body), uploads(body))
    return show(world, message)


async def dm(emulator: "Emulator", body: Json) -> Json:
    """The channel of a user's direct messages with a bot."""
    return {"id": emulator.world.dm(body["user"], body["bot"]).id}


async def edit(emulator: "Emulator", body: Json) -> Json:
    world = emulator.world
    channel = world.channel(body["channel"])
    change = {"content": body["content"]}
    message = messages.edit_as(world, body["user"], channel, body["message"], change, [])
    return show(world, message)


async def unfurl(emulator: "Emulator", body: Json) -> Json:
    """Discord: a link's preview arrives as MESSAGE_UPDATE that is no edit."""
    world = emulator.world
    message = world.message(body["channel"], body["message"])
    message.embeds.append({"type": "link", "url": body["url"], "title": "A page"})
    announce.message(world, "MESSAGE_UPDATE", message)
    return show(world, message)


async def delete(emulator: "Emulator", body: Json) -> Json:
    world = emulator.world
    messages.delete_as(world, body["user"], world.channel(body["channel"]), body["message"])
    return {}


async def bulk_delete(emulator: "Emulator", body: Json) -> Json:
    world = emulator.world
    channel = world.channel(body["channel"])
    messages.bulk_delete_as(world, body["user"], channel, body["messages"])
    return {}


async def react(emulator: "Emulator", body: Json) -> Json:
    world = emulator.world
    channel = world.channel(body["channel"])
    if body.get("remove"):
        reactions.remove(world, channel, body["message"], body["emoji"], body["user"])
    else:
        reactions.add(world, body["user"], channel, body["message"], body["emoji"])
    return {}


async def typing(emulator: "Emulator", body: Json) -> Json:
    channel = emulator.world.channel(body["channel"])
    access.require(emulator.world, body["user"], channel)
    announce.typing(emulator.world, channel, body["user"])
    return {}


async def forum_post(emulator: "Emulator", body: Json) -> Json:
    world = emulator.world
    request = {
        "name": body["title"],
        "applied_tags": body.get("tags", []),
        "message": _content(body),
    }
    forum = world.channel(body["channel"])
    thread, message = threads.forum_post(world, body["user"], forum, request, uploads(body))
    return {"id": thread.id, "message": show(world, message)}


async def start_thread(emulator: "Emulator", body: Json) -> Json:
    """From ``message``, or without one; ``private`` for a private one."""
    world = emulator.world
    channel = world.channel(body["channel"])
    request: Json = {"name": body["name"]}
    if body.get("message"):
        thread = threads.from_message(world, body["user"], channel, body["message"], request)
    else:
        request["type"] = 12 if body.get("private") else 11
        thread = threads.without_message(world, body["user"], channel, request)
    return {"id": thread.id}


async def change_thread(emulator: "Emulator", body: Json) -> Json:
    """``change``: archived, locked, name, applied_tags — as this user may."""
    world = emulator.world
    threads.change(world, body["user"], world.channel(body["thread"]), body["change"])
    return {}


async def join_thread(emulator: "Emulator", body: Json) -> Json:
    """Join oneself, or add ``other``."""
    world = emulator.world
    thread: Channel = world.channel(body["thread"])
    if body.get("other"):
        threads.add_member(world, body["user"], thread, body["other"])
    else:
        access.require(world, body["user"], thread)
        thread_state.join(world, thread, [body["user"]])
    return {}


async def leave_thread(emulator: "Emulator", body: Json) -> Json:
    world = emulator.world
    thread_state.leave(world, world.channel(body["thread"]), body["user"])
    return {}


async def delete_thread(emulator: "Emulator", body: Json) -> Json:
    world = emulator.world
    threads.delete(world, body["user"], world.channel(body["thread"]))
    return {}


ACTIONS: dict[str, Action] = {
    "post": post,
    "dm": dm,
    "edit": edit,
    "unfurl": unfurl,
    "delete": delete,
    "bulk_delete": bulk_delete,
    "react": react,
    "typing": typing,
    "forum_post": forum_post,
    "start_thread": start_thread,
    "change_thread": change_thread,
    "join_thread": join_thread,
    "leave_thread": leave_thread,
    "delete_thread": delete_thread,
}
