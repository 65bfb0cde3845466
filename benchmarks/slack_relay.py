"""Slack: bare slack-bolt and Baton. Contacts write in a channel, attendants reply by command."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.turns import CONTACTS, LIMIT_S, Copy, Json, Side, at_work, measured
from bot.settings import Settings
from storage.migrate import migrate
from tests.emulators.slack.client import Slack, separate_process
from tests.integration.slack.world import populated, settings


@dataclass(kw_only=True)
class SlackSide(Side):
    slack: Slack
    roots: list[Json] = field(default_factory=list)

    async def begin(self) -> None:
        for number in range(CONTACTS):
            text = f"a refund for {number}"
            self.roots.append(await self.slack.user(f"U1C{number}").post("C0HELP", text))
            await self.slack.wait_for_message("C0TEAM", text, within=LIMIT_S)
            if number == 0:
                await asyncio.sleep(1)

    async def writes(self, contact: int, word: str) -> None:
        root = self.roots[contact]
        await self.slack.user(f"U1C{contact}").post("C0HELP", word, thread=root)

    async def replies(self, contact: int, word: str) -> None:
        await self.slack.user("U0ALICE").command("/reply", f"{contact + 1} {word}", "C0TEAM")

    async def copies(self) -> list[Copy]:
        return [
            Copy(word=str(one["text"]), to_contact=to_contact, at=float(one["ts"]))
            for channel, to_contact in (("C0TEAM", False), ("C0HELP", True))
            for one in await self.slack.messages(channel)
            if one.get("bot_id")
        ]

    async def posted(self) -> int:
        return int((await self.slack.counts()).get("chat.postMessage", 0))


async def measure(database: str = "") -> Json:
    return await measured(partial(_side, database))


@asynccontextmanager
async def _side(database: str, kind: str) -> AsyncIterator[Side]:
    with tempfile.TemporaryDirectory() as folder:
        async with separate_process() as slack:
            chosen = await _settings(slack, Path(folder), database)
            async with at_work("benchmarks.slack_apps", kind, chosen) as pid:
                yield SlackSide(slack=slack, pid=pid)


async def _settings(slack: Slack, folder: Path, database: str) -> Settings:
    template = folder / "template.db"
    await asyncio.to_thread(migrate, f"sqlite:///{template}")
    app: dict[str, Any] = await populated(slack)
    await slack.config(message_rate=0)
    people = [f"U1C{number}" for number in range(CONTACTS)]
    for person in people:
        await slack.add_user(person, name=person.lower())
    members = ["U0APPBOT", "U0ALICE", *people]
    await slack.add_channel("C0HELP", name="help", members=members)
    chosen = settings(folder, app, slack.api_url, template)
    return replace(chosen, database_url=database) if database else chosen
