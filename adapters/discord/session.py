"""discord.py's REST half: logged in once, and alive whatever happens to the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord
import yarl

from adapters.discord import limits, shapes
from adapters.discord.errors import translated

# discord.py: 30 seconds is the shortest that it takes; longer waits go back to the lanes.
LONGEST_WAIT = 30.0
THREADS = {
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
}
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Urls:
    """Where Discord is; empty means its own. For proxies and tests."""

    api: str = ""
    gateway: str = ""
    cdn: str = ""

    def apply(self) -> None:
        """Point discord.py there, for the whole process: it keeps its addresses in classes."""
        if self.api:
            discord.http.Route.BASE = self.api.rstrip("/")
        if self.gateway:
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self.gateway)
        if self.cdn:
            discord.asset.Asset.BASE = self.cdn.rstrip("/")


@dataclass(frozen=True, kw_only=True)
class _About:
    """A channel, or a thread."""

    kind: discord.ChannelType
    above: int
    title: str
    required_tags: list[str]


class Session:
    """A token, and the HTTP client that carries it.

    `explain` tells what Baton may not do in a channel, for whom it matters.
    """

    def __init__(self, token: str, urls: Urls) -> None:
        self.token = token
        self._urls = urls
        self._client: discord.Client | None = None
        self._logging_in = asyncio.Lock()
        self._known: dict[int, _About] = {}
        self.explain: Callable[[int], str] = lambda _: ""

    async def client(self) -> discord.Client:
        """A client that is logged in and has no gateway."""
        async with self._logging_in:
            if self._client is None:
                self._urls.apply()
                discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
                client = discord.Client(
                    intents=discord.Intents(guilds=True),
                    max_messages=None,
                    max_ratelimit_timeout=LONGEST_WAIT,
                )
                shapes.guard(client)
                try:
                    with translated():
                        await client.login(self.token)
                except BaseException:
                    await client.close()
                    raise
                limits.guard(client)
                self._client = client
            return self._client

    async def http(self) -> discord.http.HTTPClient:
        return (await self.client()).http

    async def me(self) -> int:
        """The bot's own user id."""
        user = (await self.client()).user
        return user.id if user else 0

    async def kind(self, channel_id: int) -> discord.ChannelType:
        """What kind of channel it is."""
        return (await self._about(channel_id)).kind

    async def above(self, thread_id: int) -> int:
        """The channel of a thread; 0 for what is none."""
        known = await self._about(thread_id)
        return known.above if known.kind in THREADS else 0

    async def title(self, post_id: int) -> str:
        """Of a forum's post, as it was first called."""
        return (await self._about(post_id)).title

    async def is_forum(self, channel_id: int) -> bool:
        return await self.kind(channel_id) is discord.ChannelType.forum

    async def is_private(self, channel_id: int) -> bool:
        """Whether it is somebody's direct messages."""
        return await self.kind(channel_id) is discord.ChannelType.private

    async def required_tags(self, forum_id: int) -> list[str]:
        """The first tag of a forum that wants every post to have one."""
        return (await self._about(forum_id)).required_tags

    async def _about(self, channel_id: int) -> _About:
        """Asked once: what matters of it hardly ever changes."""
        if channel_id not in self._known:
            found: Json = dict(await (await self.http()).get_channel(channel_id))
            self._known[channel_id] = _About(
                kind=discord.enums.try_enum(discord.ChannelType, found["type"]),
                above=int(found.get("parent_id") or 0),
                title=str(found.get("name") or ""),
                required_tags=_required_tags(found),
            )
        return self._known[channel_id]

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None


def _required_tags(channel: Any) -> list[str]:
    """Discord: flag 16 of a forum is REQUIRE_TAG."""
    tags = [str(one["id"]) for one in channel.get("available_tags", [])]
    return tags[:1] if channel.get("flags", 0) & 1 << 4 else []
