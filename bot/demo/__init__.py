"""`baton demo`: a whole handover through the real services, store and lanes, in seconds.

Every step looks at what the contact and the team can really see afterwards.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bot.demo.scenes import SCENES
from bot.demo.stage import Stage, Story
from bot.demo.telling import print_json, show
from bot.main import assembled, working
from bot.settings import Settings

__all__ = ["Story", "play", "print_json", "show"]


async def play() -> Story:
    """Play on a temporary database. A step that does not come about ends the story there."""
    with tempfile.TemporaryDirectory(prefix="baton-demo-") as folder:
        settings = Settings(
            database_url=f"sqlite:///{folder}/demo.db", media_url=str(Path(folder) / "media")
        )
        async with assembled(settings) as parts, working(parts):
            stage = Stage(parts)
            for scene in SCENES:
                if not await stage.play(scene):
                    break
            return await stage.ending()
