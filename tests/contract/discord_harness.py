"""Discord as the contract of the outlet port looks at it: on the emulator, with discord.py."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.discord.outlet import DiscordOutlet
from adapters.discord.session import Session, Urls
from bot import desk_file
from bot.domain.identity import Place
from bot.domain.message import Limits
from bot.ports.media import MediaPort
from bot.ports.outlet import Outlet
from storage.media import Media
from storage.store import open_store
from tests.contract.seen import Seen
from tests.emulators.discord.client import Discord
from tests.integration.discord.world import DESK, PEOPLE, emulated, populated, text

Json = dict[str, Any]
# What a client shows as a mention, or as a mass mention, wherever it stands.
_MENTION = re.compile(r"<@[!&]?\d+>|<#\d+>|@everyone|@here")


class DiscordHarness:
    """Reads the emulator's channels as a person's client would show them."""

    team = Place(workspace="discord:900", channel="700")
    member = f"discord:900/{PEOPLE['alice']}"

    def __init__(self, discord: Discord, outlet: Outlet, media: MediaPort, contact: Place) -> None:
        self.outlet, self.media, self.contact, self._discord = outlet, media, contact, discord

    async def standing(self, place: Place) -> list[Seen]:
        """A thread that is not there shows nothing."""
        target = place.thread or place.channel
        found = await self._discord.messages(target)
        return [await self._seen(one) for one in found if one["type"] in {0, 19}]

    async def remove(self, place: Place, platform_id: str) -> None:
        """The root of a thread goes with its thread."""
        channel, _, message = platform_id.rpartition("/")
        if channel:
            await self._discord.delete_channel(message)
        target = channel or place.thread or place.channel
        bot = (await self._discord.messages(target))[0]["author"]["id"]
        await self._discord.delete(bot, target, message)

    async def _seen(self, message: Json) -> Seen:
        words = text(message)
        files = {
            one.get("description") or one["filename"]: await self._discord.file(one["id"])
            for one in message["attachments"]
        }
        pings = {f"discord:900/{user['id']}" for user in message["mentions"]}
        pings |= {f"discord-role:900/{role}" for role in message["mention_roles"]}
        pings |= {"everyone"} if message["mention_everyone"] else set()
        wanted = {f"<@{one.rpartition('/')[2]}>" for one in pings}
        return Seen(
            platform_id=message["id"],
            words=words.replace("\u200b", ""),
            files=files,
            buttons=tuple(_labels(message.get("components", []))),
            pings=frozenset(pings),
            alive=tuple(one for one in _MENTION.findall(words) if one not in wanted),
        )


def _labels(components: list[Json]) -> list[str]:
    found = []
    for one in components:
        found += [one["label"]] if one["type"] == 2 else []
        found += _labels(one.get("components", []))
    return found


@asynccontextmanager
async def discord(folder: Path, template: Path) -> AsyncIterator[DiscordHarness]:
    shutil.copy(template, folder / "discord.db")
    store = open_store(f"sqlite:///{folder / 'discord.db'}", lambda _: Limits())
    async with emulated() as emulator:
        bot = await populated(emulator)
        await emulator.set_role(
            "900", ["view_channel", "send_messages", "manage_messages", "manage_threads"]
        )
        await store.transact(lambda tx: tx.desk.put(desk_file.parse(DESK)))
        media = Media(str(folder / "media"))
        session = Session(bot.token, Urls())
        direct = await emulator.dm_channel(PEOPLE["carol"], bot)
        contact = Place(workspace="discord:900", channel=direct)
        try:
            outlet = DiscordOutlet(session, store, media)
            yield DiscordHarness(emulator, outlet, media, contact)
        finally:
            await session.close()
            await store.close()
