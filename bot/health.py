"""What is wrong with a Baton that runs, and what to do about it."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url

from adapters.agents.breaker import Breaker
from adapters.console import Concern
from bot.domain.duration import roughly
from bot.domain.errors import CannotKeep
from bot.parts import Parts
from bot.ports.store import Store, Tx

log = logging.getLogger(__name__)
_PATIENCE_S = 2.0
# How Slack writes a channel.
_CHANNEL = re.compile(r"<#(\w+)>")
# A small write takes some milliseconds; from here on everything is held up by it.
_SLOW_S = 0.5
# Deliveries are looked at every two seconds, what comes due every second.
_OLD = timedelta(minutes=1)
_LATE = timedelta(seconds=20)
_LITTLE_ROOM = 200 * 1024**2


async def concerns(parts: Parts) -> list[Concern]:
    """Everything that somebody should see to, worst first."""
    found = await _database(parts.store)
    if not found:
        found += await _backlog(parts.store)
    found += [*_platforms(parts), *_agent(parts), *_clockwork(parts)]
    return found + await asyncio.to_thread(_room, parts)


async def unready(parts: Parts) -> list[str]:
    """What keeps Baton from doing its job, in words for whoever operates it."""
    try:
        await _written(parts.store)
    except (CannotKeep, TimeoutError, OSError) as error:
        return [_refusal(error)]
    except Exception as error:
        log.exception("the store does not answer")
        return [f"The database does not answer: {error}"]
    return [reason for platform in parts.platforms for reason in platform.unready()]


async def _written(store: Store) -> float:
    """Seconds that one small write takes. A database that only reads is of no use."""
    began = time.monotonic()
    async with asyncio.timeout(_PATIENCE_S):
        await store.transact(_touch, datetime.now(UTC))
    return time.monotonic() - began


def _touch(tx: Tx, wall: datetime) -> None:
    tx.meta.put("readyz", wall.isoformat())


def _refusal(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "The database does not take anything in: another program may hold it."
    return f"The database does not answer: {error}"


async def _database(store: Store) -> list[Concern]:
    try:
        took = await _written(store)
    except (CannotKeep, TimeoutError) as error:
        return [
            Concern(
                what="Database",
                problem=_refusal(error),
                advice="Nothing is acknowledged or sent until it works again; what is written "
                "meanwhile is fetched then. Make room, end the program that holds it, or see to "
                "its server.",
            )
        ]
    if took < _SLOW_S:
        return []
    return [
        Concern(
            what="Database",
            problem=f"It is slow: one small write took {took:.1f} seconds.",
            advice="Look at the load of its disk, and at what else runs on the machine.",
        )
    ]


def _platforms(parts: Parts) -> Iterator[Concern]:
    for one in parts.platforms:
        for problem in one.problems:
            yield Concern(
                what=one.name.capitalize(),
                problem=_CHANNEL.sub(r"Channel \1", problem),
                advice="Baton looks again by itself once it is mended.",
            )


async def _backlog(store: Store) -> list[Concern]:
    oldest = timedelta(seconds=await store.read(_oldest, datetime.now(UTC)))
    if oldest < _OLD:
        return []
    return [
        Concern(
            what="Deliveries",
            problem=f"The oldest that could be sent has waited for {roughly(oldest)}.",
            advice="If the platforms are connected, this process cannot keep up: look at its "
            "processor and its log, or start another one.",
        )
    ]


def _oldest(tx: Tx, wall: datetime) -> float:
    return tx.outbox.backlog(wall).oldest_s


def _agent(parts: Parts) -> Iterator[Concern]:
    if isinstance(parts.agent, Breaker) and parts.agent.is_open:
        yield Concern(
            what="Agent",
            problem=f"The model {parts.agent.name} fails again and again; people are asked "
            "instead of it.",
            advice="Run `baton check`, and look at the model's own status page and at its budget.",
        )


def _clockwork(parts: Parts) -> Iterator[Concern]:
    late = parts.jobs.late
    if late > _LATE:
        yield Concern(
            what="Clockwork",
            problem=f"What comes due was last looked at {roughly(late)} ago.",
            advice="Reminders and closings are late. The process is held up: look at the log.",
        )


def _room(parts: Parts) -> list[Concern]:
    """Where the disk is full soon."""
    folders = {"files": parts.settings.media_url}
    if parts.settings.database_url.startswith("sqlite"):
        folders["database"] = str(Path(make_url(parts.settings.database_url).database or "").parent)
    found = []
    for what, folder in folders.items():
        if "://" in folder or not Path(folder).is_dir():
            continue
        left = shutil.disk_usage(folder).free
        if left < _LITTLE_ROOM:
            found.append(
                Concern(
                    what="Disk",
                    problem=f"Only {left // 1024**2} MB are left for the {what}.",
                    advice="Make room: once it is full, Baton takes nothing in.",
                )
            )
    return found
