"""Three real processes on one database: whichever is killed, the others go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.process.replicas import fleet
from tests.postgres import Server


@pytest.mark.timeout(900)
async def test_killed_processes_lose_nothing_and_double_nothing(
    tmp_path: Path, postgres_server: Server
) -> None:
    """The one at Discord's gateway while messages come in, then whichever took over."""
    with postgres_server.clone() as database:
        async with fleet(tmp_path, database) as made:
            for first in (0, 8):
                owner = made.owner()
                for number in range(first, first + 8):
                    await made.write(f"[{number:04}]")
                    if number == first + 3:
                        await owner.kill()
                await made.relieved(owner)
            clean = {"said": 16, "lost": 0, "doubled": 0, "out of order": 0}
            assert await made.verdict("slack") == clean
            assert await made.verdict("discord") == clean
