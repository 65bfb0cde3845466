"""Killed while it sends or while it catches up, Baton loses nothing on Discord, doubles nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.discord import interactions
from tests.emulators.discord.client import Bot, Discord, Refused
from tests.integration.discord.test_ways import manages
from tests.integration.discord.world import (
    CHANNELS,
    DESK,
    PEOPLE,
    answered,
    at_work,
    emulated,
    populated,
    settings,
    text,
)
from tests.nursery import program
from tests.ports import free_port

ALICE, CAROL = PEOPLE["alice"], PEOPLE["carol"]
HELP, SUPPORT = CHANNELS["help"], CHANNELS["support"]
WORDS = [f"word {number}" for number in range(4)]


class Process:
    """`baton run` on the emulator; started again whenever its failpoint has killed it."""

    def __init__(self, folder: Path, discord: Discord, bot: Bot) -> None:
        (folder / "desk.toml").write_text(DESK, encoding="utf-8")
        self.deaths = 0
        self._env = {
            **os.environ,
            "BATON_DATABASE_URL": f"sqlite:///{folder / 'baton.db'}",
            "BATON_DESK": str(folder / "desk.toml"),
            "BATON_MEDIA_URL": str(folder / "media"),
            "BATON_CONSOLE": "off",
            "BATON_HTTP_PORT": str(free_port()),
            "DISCORD_BOT_TOKEN": bot.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "DISCORD_CDN_URL": discord.cdn_url,
        }

    @asynccontextmanager
    async def running(self, failpoint: str = "") -> AsyncIterator[None]:
        keeper = asyncio.create_task(self._keep(failpoint))
        yield
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)

    async def _keep(self, failpoint: str) -> None:
        while True:
            process = await program("bot", "run", env={**self._env, "BATON_FAILPOINT": failpoint})
            try:
                assert await process.wait() == -signal.SIGKILL
            finally:
                if process.returncode is None:
                    process.terminate()
                    await process.wait()
            self.deaths, failpoint = self.deaths + 1, ""


async def _put_up(discord: Discord) -> bool:
    """The panel, once the commands are there."""
    try:
        answer = await discord.slash(ALICE, HELP, "panel")
    except Refused:
        return False
    return bool(answer["message"]["content"] == "The panel is up.")


async def _stands(discord: Discord, channel: str, words: str) -> list[str]:
    async def there() -> list[str]:
        try:
            shown = [text(one) for one in await discord.messages(channel)]
        except Refused:
            return []
        return shown if any(words in one for one in shown) else []

    found: list[str] = await discord.wait_for(there, within=60)
    return found


def _only(texts: list[str], wanted: list[str]) -> list[str]:
    return [word for one in texts for word in wanted if word in one]


async def _first_ticket(discord: Discord, direct: str) -> str:
    await discord.post(CAROL, direct, "human please")
    await _stands(discord, SUPPORT, "#1 · ")
    [card] = [one for one in await discord.messages(SUPPORT) if "#1 · " in text(one)]
    await _stands(discord, card["id"], "The conversation so far")
    return str(card["id"])


@pytest.mark.parametrize("failpoint", ["lane.called:4"])
async def test_a_kill_while_sending(failpoint: str, tmp_path: Path, sqlite_template: Path) -> None:
    """At once after Discord has done what was asked."""
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    async with emulated() as discord:
        bot = await populated(discord)
        direct = await discord.dm_channel(CAROL, bot)
        process = Process(tmp_path, discord, bot)
        async with process.running(failpoint):
            await _connected(discord)
            thread = await _first_ticket(discord, direct)
            for word in WORDS:
                await discord.post(CAROL, direct, word)
            shown = await _stands(discord, thread, WORDS[-1])
        assert process.deaths == 1
        assert _only(shown, WORDS) == WORDS
        assert max(Counter(shown).values()) == 1
        cards = [one for one in await discord.messages(SUPPORT) if "#1 · " in text(one)]
        assert len(cards) == 1
        assert await discord.violations() == []


async def test_a_kill_after_a_form_of_the_panel(tmp_path: Path, sqlite_template: Path) -> None:
    """What somebody wrote in it is with the team, and is there once."""
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    async with emulated() as discord:
        bot = await populated(discord)
        process = Process(tmp_path, discord, bot)
        async with process.running("receive.after_commit:1"):
            await _connected(discord)
            await manages(discord, ALICE)
            await discord.wait_for(lambda: _put_up(discord), within=60)
            panel = (await discord.messages(HELP))[-1]
            opened = await discord.click(CAROL, HELP, panel["id"], f"help:open:{HELP}")
            await discord.submit(opened, wait=False, text="A human please")
            await _stands(discord, SUPPORT, "#1 · ")
            [card] = [one for one in await discord.messages(SUPPORT) if "#1 · " in text(one)]
            shown = await _stands(discord, str(card["id"]), "A human please")
        assert process.deaths == 1
        assert len(_only(shown, ["A human please"])) == 1
        assert await discord.violations() == []


async def test_a_kill_while_catching_up_and_buttons_that_outlive_it(
    tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    async with emulated() as discord:
        bot = await populated(discord)
        direct = await discord.dm_channel(CAROL, bot)
        process = Process(tmp_path, discord, bot)
        async with process.running():
            await _connected(discord)
            thread = await _first_ticket(discord, direct)
        for word in WORDS:
            await discord.post(CAROL, direct, word)
        async with process.running("receive.after_commit:2"):
            shown = await _stands(discord, thread, WORDS[-1])
            assert process.deaths == 1
            assert _only(shown, WORDS) == WORDS
            claimed = await discord.click(ALICE, SUPPORT, thread, "ticket:claim:1")
            assert (await answered(discord, claimed))["message"]["content"] == "#1 is yours."
            opened = await discord.wait_for(lambda: _form(discord, thread), within=60)
            await discord.submit(opened, text="still here")
            await _stands(discord, direct, "still here")
        assert await discord.violations() == []


async def _connected(discord: Discord) -> None:
    await discord.settings(interaction_answer=60)  # a busy machine may take that long
    await discord.wait_for(discord.connected, within=60)


async def _form(discord: Discord, thread: str) -> Any:
    """A reply's. Who asked for it and was put off asks again."""
    begun = await answered(discord, await discord.click(ALICE, SUPPORT, thread, "ticket:reply:1"))
    return begun if begun["modal"] else None


@pytest.mark.parametrize("remembered", [1_000, 0])
async def test_a_command_that_the_gateway_brings_twice_is_run_once(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    """Else the contact gets a reply twice. A second process remembers nothing of the first."""
    monkeypatch.setattr(interactions, "_REMEMBERED", remembered)
    async with emulated() as discord:
        bot = await populated(discord)
        chosen = settings(tmp_path, discord, bot, template=sqlite_template)
        async with at_work(chosen, discord, bot) as at:
            direct = await at.direct()
            await discord.post(CAROL, direct, "human please")
            await at.thread()
            await at.settle()
            await discord.gateway("duplicate", count=1)
            await discord.slash(ALICE, SUPPORT, "reply", ticket="1", text="only once")
            await at.says(direct, "only once")
            await discord.slash(ALICE, SUPPORT, "reply", ticket="1", text="the end")
            await at.says(direct, "the end")
            await at.settle()
            shown = await at.texts(direct)
            assert sum("only once" in one for one in shown) == 1
