"""Everything that can be read back."""

import base64
from dataclasses import asdict

from tests.emulators.slack import text as texts
from tests.emulators.slack.control.registry import verb
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import ControlError, Json
from tests.emulators.slack.model import Message
from tests.emulators.slack.render import channel_json, file_json, message_json, shares_json
from tests.emulators.slack.render import view_json as shown_view

LONGEST_WAIT = 10.0


def _full(core: Core, message: Message, *, deleted: bool = False) -> Json:
    return {
        **message_json(core.world, message, metadata=True),
        "channel": message.channel,
        "app_id": message.app_id,
        "deleted": deleted,
        "revisions": message.revisions,
        "unfurl": message.unfurl,
        "pings": texts.pings(message.text, message.blocks),
        "doubtful_pings": texts.doubtful_pings(message.blocks),
    }


@verb("messages")
async def messages(core: Core, body: Json) -> Json:
    """Every message of a channel (or of all) in order, replies included."""
    names = [body["channel"]] if body.get("channel") else list(core.world.channels)
    channels = [core.world.channel(name) for name in names]
    found = [_full(core, one) for channel in channels for one in channel.messages.values()]
    if body.get("deleted"):
        found += [_full(core, one, deleted=True) for channel in channels for one in channel.deleted]
    if thread := body.get("thread_ts"):
        found = [one for one in found if thread in {one["ts"], one.get("thread_ts")}]
    return {"ok": True, "messages": sorted(found, key=lambda one: str(one["ts"]))}


@verb("ephemerals")
async def ephemerals(core: Core, body: Json) -> Json:
    found = [
        {**asdict(note), "pings": texts.pings(note.text, note.blocks)}
        for note in core.world.ephemerals
        if body.get("user") in {None, note.user} and body.get("channel") in {None, note.channel}
        if body.get("deleted") or not note.deleted
    ]
    return {"ok": True, "ephemerals": found}


@verb("views")
async def views(core: Core, body: Json) -> Json:
    """Open views; `all` adds the closed ones."""
    found = [
        {**shown_view(view, app=core.world.app(view.app_id)), "user": view.user, "open": view.open}
        for view in core.world.views.values()
        if (view.open or body.get("all")) and body.get("user") in {None, view.user}
        if body.get("type") in {None, view.body["type"]}
    ]
    return {"ok": True, "views": found}


@verb("files")
async def files(core: Core, body: Json) -> Json:
    found = [
        {**file_json(file), "shares": shares_json(core.world, file), "ready": file.ready}
        for file in core.world.files.values()
    ]
    return {"ok": True, "files": found}


@verb("file_content")
async def file_content(core: Core, body: Json) -> Json:
    file = core.world.files.get(body["file"])
    if file is None:
        raise ControlError("no_such_file", file=body["file"])
    return {"ok": True, "content": base64.b64encode(file.content).decode()}


@verb("channels")
async def channels(core: Core, body: Json) -> Json:
    app = core.world.app(body.get("app"))
    found = [
        {**channel_json(one, viewer=app), "members": one.members}
        for one in core.world.channels.values()
    ]
    return {"ok": True, "channels": found}


@verb("calls")
async def calls(core: Core, body: Json) -> Json:
    """Calls made so far, tokens left out; `after` is a number already seen."""
    found = [
        call.to_json()
        for call in core.ledger.calls
        if body.get("method") in {None, call.method} and call.number > body.get("after", 0)
    ]
    return {"ok": True, "calls": found, "counts": core.ledger.counts()}


@verb("deliveries")
async def deliveries(core: Core, body: Json) -> Json:
    found = [
        one.to_json()
        for one in core.dispatcher.deliveries
        if body.get("name") in {None, one.name} and body.get("app") in {None, one.app}
    ]
    return {"ok": True, "deliveries": found, "pending": core.dispatcher.pending()}


@verb("wait")
async def wait(core: Core, body: Json) -> Json:
    """Answers when something has changed since `revision`."""
    await core.world.changed(body["revision"], min(body.get("timeout", 1.0), LONGEST_WAIT))
    return {
        "ok": True,
        "revision": core.world.revision,
        "pending": core.dispatcher.pending(),
        "processing": _processing(core),
    }


def _processing(core: Core) -> int:
    files = core.world.files.values()
    return sum(file.completed and not file.ready for file in files)
