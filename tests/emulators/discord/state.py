"""The world: everything that exists, looked up by id, with Discord's error where it does not."""

import asyncio
import random
from collections.abc import Iterator
from typing import TypeVar

from tests.emulators.discord.clock import Clock, Snowflakes
from tests.emulators.discord.constants import ChannelType
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.events import Event
from tests.emulators.discord.ledger import Ledger
from tests.emulators.discord.model import (
    Application,
    Attachment,
    Channel,
    Guild,
    Interaction,
    Member,
    Message,
    User,
    Webhook,
)
from tests.emulators.discord.settings import FILE_LIMITS, Settings

T = TypeVar("T")


class World:
    def __init__(self) -> None:
        self.settings = Settings()
        self.clock = Clock()
        self.ids = Snowflakes(self.clock)
        self.random = random.Random(0)
        self.ledger = Ledger()
        self.base_url = ""
        self.secret = b"emulated signature"
        self.users: dict[str, User] = {}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self._dms: dict[frozenset[str], Channel] = {}
        self.messages: dict[str, dict[str, Message]] = {}
        self.attachments: dict[str, Attachment] = {}
        self.applications: dict[str, Application] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.interactions: dict[str, Interaction] = {}
        self.nonces: dict[tuple[str, str], tuple[str, str, float]] = {}
        self.identifies: dict[str, list[float]] = {}
        self.listeners: list[asyncio.Event] = []
        self.outlets: list[Outlet] = []

    def publish(self, event: Event) -> None:
        """Tell every gateway, then everyone who waits for a change."""
        for outlet in self.outlets:
            outlet.deliver(event)
        self.touch()

    def touch(self) -> None:
        """Something changed: wake whoever waits."""
        self.ledger.revision += 1
        for listener in self.listeners:
            listener.set()

    def user(self, user_id: str) -> User:
        return _found(self.users.get(user_id), 10013)

    def guild(self, guild_id: str) -> Guild:
        return _found(self.guilds.get(guild_id), 10004)

    def channel(self, channel_id: str) -> Channel:
        return _found(self.channels.get(channel_id), 10003)

    def member(self, guild_id: str, user_id: str) -> Member:
        return _found(self.guild(guild_id).members.get(user_id), 10007)

    def message(self, channel_id: str, message_id: str) -> Message:
        message = _found(self.messages.get(channel_id, {}).get(message_id), 10008)
        if message.deleted:
            raise ApiError(10008)
        return message

    def live(self, channel_id: str) -> list[Message]:
        """What a reader of the channel sees, oldest first: no deleted, no ephemeral messages."""
        stored = self.messages.get(channel_id, {}).values()
        return [message for message in stored if not message.deleted and not message.ephemeral]

    def application_of(self, token: str) -> Application | None:
        return next((app for app in self.applications.values() if app.token == token), None)

    def application_by_bot(self, user_id: str) -> Application | None:
        return next((app for app in self.applications.values() if app.bot_id == user_id), None)

    def channels_of(self, guild_id: str) -> Iterator[Channel]:
        return (
            channel
            for channel in self.channels.values()
            if channel.guild_id == guild_id and not channel.is_thread
        )

    def threads_of(self, guild_id: str) -> Iterator[Channel]:
        return (
            channel
            for channel in self.channels.values()
            if channel.guild_id == guild_id and channel.is_thread
        )

    def active_threads(self, guild_id: str) -> list[Channel]:
        return [t for t in self.threads_of(guild_id) if not t.threaded.archived]

    def guilds_of(self, user_id: str) -> list[Guild]:
        return [guild for guild in self.guilds.values() if user_id in guild.members]

    def dm(self, one: str, other: str) -> Channel:
        """The one DM channel of two users, made at the first call."""
        pair = frozenset({one, other})
        if pair not in self._dms:
            channel = Channel(id=self.ids.next(), type=ChannelType.DM, recipients=[one, other])
            self.channels[channel.id] = channel
            self._dms[pair] = channel
        return self._dms[pair]

    def starts_left(self, application_id: str) -> int:
        """Discord: IDENTIFYs left today; negative once there were too many."""
        day_ago = self.clock.time() - 86_400
        recent = [at for at in self.identifies.get(application_id, []) if at > day_ago]
        return self.settings.session_starts - len(recent)

    def file_limit(self, guild_id: str | None) -> int:
        """Discord: 10 MiB, more in a boosted guild."""
        return FILE_LIMITS[self.guilds[guild_id].premium_tier if guild_id else 0]


class Outlet:
    """Where events go: the gateway implements it."""

    def deliver(self, event: Event) -> None:
        raise NotImplementedError


def _found(item: T | None, code: int) -> T:
    if item is None:
        raise ApiError(code)
    return item
