"""Reading what happened."""

import asyncio
import base64
import hashlib
from typing import TYPE_CHECKING

from tests.emulators.discord import render, render_messages
from tests.emulators.discord.constants import Json
from tests.emulators.discord.control.action import Action
from tests.emulators.discord.model import Message
from tests.emulators.discord.state import World

if TYPE_CHECKING:
    from tests.emulators.discord.app import Emulator


def record(world: World, item: Message) -> Json:
    """A message with what only the ledger knows."""
    shown = render_messages.message(world, item, None, nonce=True)
    return shown | {
        "deleted": item.deleted,
        "ephemeral": item.ephemeral,
        "recipient_id": item.recipient_id,
        "edits": item.edits,
        "files": [
            {
                "id": file.id,
                "filename": file.filename,
                "content_type": file.content_type,
                "size": len(file.data),
                "sha256": hashlib.sha256(file.data).hexdigest(),
            }
            for file in item.attachments
        ],
    }


async def messages(emulator: "Emulator", body: Json) -> list[Json]:
    """All of a channel in order, deleted and ephemeral ones too."""
    stored = emulator.world.messages.get(body["channel"], {}).values()
    return [record(emulator.world, item) for item in stored]


async def file(emulator: "Emulator", body: Json) -> Json:
    item = emulator.world.attachments[body["attachment"]]
    return {"data": base64.b64encode(item.data).decode(), "content_type": item.content_type}


async def channel(emulator: "Emulator", body: Json) -> Json:
    item = emulator.world.channel(body["channel"])
    shown = render.channel(emulator.world, item)
    if item.is_thread:
        shown["members"] = list(item.threaded.members)
    return shown


async def channels(emulator: "Emulator", body: Json) -> list[Json]:
    """Channels and threads of a guild, or the DMs of a user."""
    world = emulator.world
    if "guild" in body:
        found = [c for c in world.channels.values() if c.guild_id == body["guild"]]
    else:
        found = [c for c in world.channels.values() if body["user"] in c.recipients]
    return [render.channel(world, item) for item in found]


async def calls(emulator: "Emulator", body: Json) -> list[Json]:
    return emulator.world.ledger.read_calls(body.get("route"))


async def counts(emulator: "Emulator", _: Json) -> Json:
    """How many calls by ``METHOD route status``, and how many nonces were repeated."""
    ledger = emulator.world.ledger
    return {"calls": dict(ledger.counts), "deduplicated": ledger.deduplicated}


async def violations(emulator: "Emulator", _: Json) -> list[Json]:
    return emulator.world.ledger.violations


async def dispatches(emulator: "Emulator", body: Json) -> list[Json]:
    """Events sent to gateways, by name if one is given."""
    sent = emulator.world.ledger.gateway
    return [event for event in sent if body.get("event") in {None, event["t"]}]


async def sessions(emulator: "Emulator", _: Json) -> list[Json]:
    return [
        {
            "id": session.id,
            "application_id": session.application_id,
            "intents": session.intents,
            "sequence": session.sequence,
            "connected": session.link is not None,
        }
        for session in emulator.sessions.all.values()
    ]


async def wait(emulator: "Emulator", body: Json) -> Json:
    """Answer once the revision is past ``since``, or ``timeout`` seconds are over."""
    world = emulator.world
    if world.ledger.revision <= body.get("since", -1):
        changed = asyncio.Event()
        world.listeners.append(changed)
        try:
            await asyncio.wait_for(changed.wait(), body.get("timeout", 1.0))
        except TimeoutError:
            pass
        finally:
            world.listeners.remove(changed)
    return {"revision": world.ledger.revision}


async def clear(emulator: "Emulator", _: Json) -> Json:
    """Forget calls, counts and violations; keep the world."""
    ledger = emulator.world.ledger
    ledger.calls.clear()
    ledger.counts.clear()
    ledger.violations.clear()
    ledger.gateway.clear()
    ledger.deduplicated = 0
    return {}


ACTIONS: dict[str, Action] = {
    "messages": messages,
    "file": file,
    "channel": channel,
    "channels": channels,
    "calls": calls,
    "counts": counts,
    "violations": violations,
    "dispatches": dispatches,
    "sessions": sessions,
    "wait": wait,
    "clear": clear,
}
