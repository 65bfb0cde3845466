"""Faults, time and settings."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from tests.emulators.discord import thread_state
from tests.emulators.discord.constants import Json
from tests.emulators.discord.control.action import Action
from tests.emulators.discord.errors import ControlError
from tests.emulators.discord.gateway import INVALID_SESSION, RECONNECT

if TYPE_CHECKING:
    from tests.emulators.discord.app import Emulator


async def fault(emulator: "Emulator", body: Json) -> Json:
    """Plan one: see ``faults.Fault`` for its fields."""
    return asdict(emulator.pipeline.faults.plan(body))


async def faults(emulator: "Emulator", _: Json) -> list[Json]:
    return [asdict(item) for item in emulator.pipeline.faults.planned]


async def clear_faults(emulator: "Emulator", _: Json) -> Json:
    emulator.pipeline.faults.planned.clear()
    return {}


async def seed(emulator: "Emulator", body: Json) -> Json:
    """The same seed draws the same faults."""
    emulator.world.random.seed(body["seed"])
    return {}


async def settings(emulator: "Emulator", body: Json) -> Json:
    emulator.world.settings.update(body)
    return asdict(emulator.world.settings)


async def advance(emulator: "Emulator", body: Json) -> Json:
    """Move the clock forward; threads archive themselves, links and tokens expire."""
    emulator.world.clock.advance(body["seconds"])
    thread_state.archive_idle(emulator.world)
    return {"now": emulator.world.clock.time()}


async def gateway(emulator: "Emulator", body: Json) -> Json:
    """``do``: drop, close (with ``code``), reconnect, invalidate (``resumable``), forget, down,
    up, duplicate, reorder, skip_acks (with ``count``).
    """
    sessions, disorder = emulator.sessions, emulator.sessions.disorder
    what, count = body["do"], body.get("count", 1)
    if what in {"duplicate", "reorder", "skip_acks"}:
        setattr(disorder, what, count)
    elif what in {"down", "up"}:
        disorder.down = what == "down"
        if disorder.down:
            await _each(emulator, "drop", body)
    elif what == "forget":
        await _each(emulator, "drop", body)
        sessions.all.clear()
    else:
        await _each(emulator, what, body)
    return {}


async def _each(emulator: "Emulator", what: str, body: Json) -> None:
    waiting = []
    for session in emulator.sessions.live(body.get("bot")):
        link = session.link
        if link is None:
            continue
        if what == "drop":
            session.link, session.lost_at = None, emulator.world.clock.time()
            link.drop()
        elif what == "close":
            waiting.append(link.close(body.get("code", 4000)))
        elif what == "reconnect":
            link.send({"op": RECONNECT, "d": None, "s": None, "t": None})
        elif what == "invalidate":
            resumable = body.get("resumable", False)
            link.send({"op": INVALID_SESSION, "d": resumable, "s": None, "t": None})
            if not resumable:
                session.link = None
                emulator.sessions.forget(session)
        else:
            raise ControlError(f"The gateway cannot {what}")
    await asyncio.gather(*waiting)


ACTIONS: dict[str, Action] = {
    "fault": fault,
    "faults": faults,
    "clear_faults": clear_faults,
    "seed": seed,
    "settings": settings,
    "advance": advance,
    "gateway": gateway,
}
