"""Killed in the middle of an erasure, Baton goes on with it: in the end nothing of the contact is
left, here or on the platform.
"""

from __future__ import annotations

import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.integration.core.test_erasure import traces
from tests.integration.process.test_crashes import ELSEWHERE, Crashing

NAME, WORDS, PICTURE = "Carol", "canaryword", b"a picture of hers"
BOUNDARIES = sorted(one for one in ELSEWHERE if one.startswith("privacy."))


@pytest.mark.parametrize("name", BOUNDARIES)
async def test_a_killed_erasure_is_completed(
    name: str, tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    async with AsyncExitStack() as stack:
        at = Crashing(tmp_path, stack, knows_keys=False)
        await at.start(name)
        await at.event("q", "human please")
        await at.event("m", f"It is about {WORDS}", PICTURE)
        await at.command("/reply 1 Hello Carol", "Hello Carol")
        await at.command("/ticket close 1", "")
        await at.until(lambda state: state["status"] == "closed" and not state["busy"])
        assert [one for one in await at.posts() if WORDS in str(one)]
        await at.command(f"/privacy erase console:carol {NAME}", "")
        await at.until(lambda state: state["erased"] == ["done"] and not state["busy"])
        left = await at.posts()
    assert at.deaths == 1, "the failpoint was not passed exactly once"
    assert [one for one in left if WORDS in str(one) or NAME in str(one)] == []
    assert traces(f"sqlite:///{tmp_path}/baton.db", tmp_path, WORDS, NAME, PICTURE.decode()) == []
