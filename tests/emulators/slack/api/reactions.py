"""reactions.* on messages."""

import re

from tests.emulators.slack import messages
from tests.emulators.slack.api.registry import Context, method
from tests.emulators.slack.errors import ApiError, Json
from tests.emulators.slack.model import Message
from tests.emulators.slack.render import message_json

NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def _message(context: Context) -> Message:
    channel = context.joined_channel()
    message = channel.messages.get(context.args.required("timestamp"))
    if message is None or message.subtype == messages.TOMBSTONE:
        raise ApiError("message_not_found")
    if channel.is_archived:
        raise ApiError("is_archived")
    return message


def _name(context: Context) -> str:
    name = context.args.required("name").strip(":")
    if not NAME.fullmatch(name):
        raise ApiError("invalid_name")
    return name


@method("reactions.add", "reactions:write")
async def add(context: Context) -> Json:
    message, name = _message(context), _name(context)
    if not messages.react(context.core, message, user=context.app.bot_user, name=name):
        raise ApiError("already_reacted")
    return {}


@method("reactions.remove", "reactions:write")
async def remove(context: Context) -> Json:
    message, name = _message(context), _name(context)
    if not messages.unreact(context.core, message, user=context.app.bot_user, name=name):
        raise ApiError("no_reaction")
    return {}


@method("reactions.get", "reactions:read")
async def get(context: Context) -> Json:
    message = _message(context)
    shown = message_json(context.world, message)
    return {"type": "message", "channel": message.channel, "message": shown}
