"""Whatever Discord's gateway sends: the connection stays, and the next message arrives."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from tests.emulators.discord.app import Emulator
from tests.emulators.discord.client import Discord, library_pointed_at
from tests.fuzz.discord_payloads import EVENTS
from tests.fuzz.payloads import EXAMPLES, broken
from tests.integration.discord_world import CHANNELS, PEOPLE, at_work, populated, settings

_AT_ONCE = 10


def _is_text(payload: Any) -> bool:
    """Half a surrogate is no Unicode, and so nothing that a gateway could send as JSON."""
    try:
        return bool(json.dumps(payload, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


async def test_whatever_comes_by_the_gateway(tmp_path: Path, sqlite_template: Path) -> None:
    """Messages, commands, completion, buttons, selects, menus and forms, each broken somewhere."""
    sent: Counter[str] = Counter()
    async with Emulator() as emulator, Discord(emulator.world.base_url) as discord:
        with library_pointed_at(discord):
            bot = await populated(discord)
            chosen = settings(tmp_path, discord, bot, template=sqlite_template)
            async with at_work(chosen, discord, bot) as world:
                [session] = emulator.sessions.live()
                for seed in range(EXAMPLES):
                    random = Random(seed)
                    kind = random.choice(list(EVENTS))
                    name, payload = EVENTS[kind]
                    thrown = broken(random, [payload])
                    if _is_text(thrown):
                        emulator.sessions.dispatch(session, name, thrown)
                        sent[kind] += 1
                    if not seed % _AT_ONCE:
                        await asyncio.sleep(0.05)  # a flood would hold everything up
                await discord.post(PEOPLE["mallory"], CHANNELS["help"], "a refund, still there")
                await world.says(CHANNELS["billing"], "still there")
                assert emulator.sessions.live() == [session]
    print(f"discord gateway: {dict(sent)}")  # noqa: T201 - what `make fuzz` shows
