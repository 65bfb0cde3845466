"""Drives the emulator from a test: make a world, act as people, read what happened.

Ids are strings, messages are Discord's JSON with what only the ledger knows besides
(``deleted``, ``ephemeral``, ``edits``, ``files``).
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import yarl

from tests.emulators.discord.client_base import Bot, File, Refused
from tests.emulators.discord.client_ledger import FaultClient, LedgerClient
from tests.emulators.discord.client_people import OfferClient, PeopleClient
from tests.emulators.discord.client_world import WorldClient
from tests.emulators.discord.sdk import discord

__all__ = ["Bot", "Discord", "File", "Refused", "launched", "library_pointed_at"]

ROOT = Path(__file__).resolve().parents[3]


class Discord(WorldClient, PeopleClient, OfferClient, LedgerClient, FaultClient):
    """``async with Discord(base_url) as discord``."""


@contextmanager
def library_pointed_at(emulated: Discord) -> Iterator[None]:
    """discord.py talks to the emulator as long as this lasts."""
    before = (
        discord.http.Route.BASE,
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY,
        discord.asset.Asset.BASE,
    )
    discord.http.Route.BASE = emulated.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(emulated.gateway_url)
    discord.asset.Asset.BASE = emulated.cdn_url
    try:
        yield
    finally:
        (
            discord.http.Route.BASE,
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY,
            discord.asset.Asset.BASE,
        ) = before


@asynccontextmanager
async def launched() -> AsyncIterator[Discord]:
    """The emulator as a process of its own, ended with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.emulators.discord",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("no output")
        urls = json.loads(await process.stdout.readline())
        async with Discord(urls["base_url"]) as emulated:
            yield emulated
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
