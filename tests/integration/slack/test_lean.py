"""A Slack that refuses all that is no more than a convenience: the main job is done anyhow."""

from __future__ import annotations

from pathlib import Path

from bot.settings import Settings
from tests.emulators.slack.client import Slack, connected
from tests.emulators.slack.server import running
from tests.integration.slack.world import Json, at_work, populated, settings

CONVENIENCES = (
    "users.list",
    "users.info",
    "usergroups.list",
    "conversations.list",
    "users.conversations",
    "conversations.info",
    "conversations.join",
    "conversations.history",
    "conversations.replies",
    "views.publish",
    "files.info",
)


async def test_the_main_job_without_conveniences(tmp_path: Path, sqlite_template: Path) -> None:
    async with running(seed=7) as emulator, connected(emulator.control_url) as slack:
        app = await populated(slack)
        for method in CONVENIENCES:
            await slack.fault("error", method, error="unknown_method", times=None)
        await slack.fault("bare", "chat.postMessage", keeps="channel,ts", times=None)
        await the_job(settings(tmp_path, app, emulator.api_url, sqlite_template), slack, app)


async def the_job(chosen: Settings, slack: Slack, app: Json) -> None:
    async with at_work(chosen, slack, app) as at:
        await at.carol.post("C0HELP", "I want a refund")
        card = await at.card()
        assert (await at.alice.click(card, "ticket:claim"))["outcome"] == "acked"
        await at.alice.command("/reply", "1 Here you are", "C0TEAM")
        await at.says("C0HELP", "Here you are")
        await at.carol.post("C0HELP", "Thanks a lot")
        await at.says("C0TEAM", "Thanks a lot")
        await at.alice.command("/ticket", "close 1", "C0TEAM")
        await at.says("C0TEAM", "closed it")
