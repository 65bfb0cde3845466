"""Baton as a process that a test may kill: `python -m tests.integration.slack.process SETTINGS`.

SETTINGS is JSON. Unclear posts are looked for after a second instead of after 35, as nothing here
takes longer than that to arrive.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta

from bot import main
from bot.settings import Settings
from tests.integration.slack.world import ready


async def serve(settings: Settings) -> None:
    async with main.assembled(settings) as parts:
        parts.outlets["slack"].settle = timedelta(seconds=1)
        async with main.working(parts):
            await ready(parts)
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Settings(**json.loads(sys.argv[1]))))
