"""A Discord that refuses all that is no more than a convenience: the main job is done anyhow."""

from __future__ import annotations

from pathlib import Path

from tests.integration.discord.world import (
    CHANNELS,
    PEOPLE,
    at_work,
    emulated,
    populated,
    settings,
)

HELP, SUPPORT = CHANNELS["help"], CHANNELS["support"]
CONVENIENCES = (
    "GET /guilds/.*",
    "GET /channels/.*/(messages|threads)",
    "GET /users/(?!@me)",
    "PATCH /channels/.*",
    "PUT /channels/.*/(pins|thread-members)/.*",
    "POST /channels/.*/typing",
    "PUT /channels/.*/reactions/.*",
)


async def test_the_main_job_without_conveniences(tmp_path: Path, sqlite_template: Path) -> None:
    async with emulated() as discord:
        bot = await populated(discord)
        for route in CONVENIENCES:
            await discord.fault("error", route, times=-1, status=404)
        chosen = settings(tmp_path, discord, bot, template=sqlite_template)
        async with at_work(chosen, discord, bot) as at:
            await discord.post(PEOPLE["carol"], HELP, "I want a refund")
            card = await at.card(1, CHANNELS["billing"])
            begun = await discord.click(
                PEOPLE["dana"], CHANNELS["billing"], card["id"], "ticket:claim:1"
            )
            assert (await at.answered(begun))["message"]["content"] == "#1 is yours."
            words = {"ticket": "1", "text": "Here you are"}
            await discord.slash(PEOPLE["dana"], CHANNELS["billing"], "reply", **words)
            asked = await at.says(HELP, "I want a refund")
            await at.says(str(asked["id"]), "Here you are")
            await discord.post(PEOPLE["carol"], str(asked["id"]), "Thanks a lot")
            await at.says(str(card["id"]), "Thanks a lot")
            await discord.slash(PEOPLE["dana"], CHANNELS["billing"], "ticket close", ticket="1")
            await at.says(str(card["id"]), "closed it")
