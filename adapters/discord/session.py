"""discord.py's REST half: logged in once, and alive whatever happens to the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import yarl

from adapters.discord import limits
from adapters.discord.errors import translated

# discord.py: 30 seconds is the shortest that it takes; longer waits go back to the lanes.
LONGEST_WAIT = 30.0
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


class Session:
    """A token, and the HTTP client that carries it.

    `explain` tells what Baton may not do in a channel, for whom it matters.
    """

    def __init__(self, token: str, urls: Urls) -> None:
        self.token = token
        self._urls = urls
        self._client: discord.Client | None = None
        self._logging_in = asyncio.Lock()
        self._kinds: dict[int, discord.ChannelType] = {}
        self._tags: dict[int, list[str]] = {}
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
                http: Any = client.http
                http.request = _answered(http.request)
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
        """What kind of channel it is; that never changes."""
        if channel_id not in self._kinds:
            found = await (await self.http()).get_channel(channel_id)
            self._kinds[channel_id] = discord.enums.try_enum(discord.ChannelType, found["type"])
            self._tags[channel_id] = _required_tags(found)
        return self._kinds[channel_id]

    async def is_forum(self, channel_id: int) -> bool:
        return await self.kind(channel_id) is discord.ChannelType.forum

    async def is_private(self, channel_id: int) -> bool:
        """Whether it is somebody's direct messages."""
        return await self.kind(channel_id) is discord.ChannelType.private

    async def required_tags(self, forum_id: int) -> list[str]:
        """The first tag of a forum that wants every post to have one."""
        await self.kind(forum_id)
        return self._tags[forum_id]

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None


def _answered(request: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """What is no JSON is not Discord's answer: a proxy's, while Discord is out of reach. The
    library hands it on, or stumbles over it, which would look like a fault of ours.
    """

    async def answered(*arguments: Any, **named: Any) -> Any:
        try:
            answer = await request(*arguments, **named)
        except (ValueError, KeyError) as error:
            raise aiohttp.ClientPayloadError("what answered is not Discord") from error
        if isinstance(answer, str) and answer:  # nothing at all is an answer too: 204
            raise aiohttp.ClientPayloadError("what answered is not Discord")
        return answer

    return answered


def _required_tags(channel: Any) -> list[str]:
    """Discord: flag 16 of a forum is REQUIRE_TAG."""
    tags = [str(one["id"]) for one in channel.get("available_tags", [])]
    return tags[:1] if channel.get("flags", 0) & 1 << 4 else []
