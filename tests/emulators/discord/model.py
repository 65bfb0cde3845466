"""What exists in Discord: users, guilds, channels, messages, applications, interactions."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from tests.emulators.discord.constants import THREADS, ChannelType, Json, MessageFlag


@dataclass(kw_only=True)
class User:
    id: str
    username: str
    global_name: str | None = None
    avatar: str | None = None
    bot: bool = False
    refuses_dms: bool = False


@dataclass(kw_only=True)
class Role:
    id: str
    name: str
    permissions: int = 0
    position: int = 1
    color: int = 0
    mentionable: bool = False
    bot_id: str | None = None


@dataclass(kw_only=True)
class Member:
    user_id: str
    joined_at: datetime
    roles: list[str] = field(default_factory=list)
    nick: str | None = None


@dataclass(kw_only=True)
class Overwrite:
    """Discord: type 0 is a role, type 1 a member."""

    id: str
    type: int
    allow: int = 0
    deny: int = 0


@dataclass(kw_only=True)
class Tag:
    id: str
    name: str
    moderated: bool = False
    emoji_name: str | None = None


@dataclass(kw_only=True)
class Guild:
    id: str
    name: str
    owner_id: str
    premium_tier: int = 0
    roles: dict[str, Role] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)


@dataclass(kw_only=True)
class ThreadPart:
    """What only a thread has."""

    owner_id: str
    created: datetime
    archive_timestamp: datetime
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    auto_archive_duration: int = 4320
    active_at: float = 0.0
    message_count: int = 0
    members: dict[str, datetime] = field(default_factory=dict)
    applied_tags: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Channel:
    id: str
    type: int
    guild_id: str | None = None
    name: str = ""
    parent_id: str | None = None
    topic: str | None = None
    position: int = 0
    nsfw: bool = False
    rate_limit_per_user: int = 0
    flags: int = 0
    last_message_id: str | None = None
    overwrites: dict[str, Overwrite] = field(default_factory=dict)
    tags: list[Tag] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    thread: ThreadPart | None = None

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS

    @property
    def is_private_thread(self) -> bool:
        return self.type == ChannelType.PRIVATE_THREAD

    @property
    def threaded(self) -> ThreadPart:
        """The thread part of a channel known to be one."""
        if self.thread is None:
            raise TypeError(self.id)
        return self.thread


@dataclass(kw_only=True)
class Attachment:
    id: str
    channel_id: str
    filename: str
    data: bytes
    content_type: str | None = None
    description: str | None = None
    duration_secs: float | None = None
    waveform: str | None = None
    width: int | None = None
    height: int | None = None
    ephemeral: bool = False


@dataclass(kw_only=True)
class Reaction:
    name: str
    emoji_id: str | None = None
    users: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Message:
    id: str
    channel_id: str
    author_id: str
    timestamp: datetime
    type: int = 0
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    sticker_items: list[Json] = field(default_factory=list)
    snapshots: list[Json] = field(default_factory=list)
    reactions: dict[str, Reaction] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)
    mention_roles: list[str] = field(default_factory=list)
    mention_everyone: bool = False
    flags: int = 0
    nonce: str | int | None = None
    reference: Json | None = None
    edited: datetime | None = None
    pinned: bool = False
    webhook: Json | None = None
    application_id: str | None = None
    interaction_metadata: Json | None = None
    thread_id: str | None = None
    recipient_id: str | None = None  # who sees an ephemeral message
    deleted: bool = False
    edits: list[Json] = field(default_factory=list)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)


@dataclass(kw_only=True)
class Application:
    id: str
    name: str
    token: str
    bot_id: str
    privileged: int = 0
    commands: dict[str, list[Json]] = field(default_factory=dict)  # "" is global, else a guild


@dataclass(kw_only=True)
class Webhook:
    id: str
    token: str
    channel_id: str
    guild_id: str
    name: str
    creator_id: str
    application_id: str


@dataclass(kw_only=True)
class Interaction:
    id: str
    token: str
    application_id: str
    type: int
    user_id: str
    channel_id: str
    guild_id: str | None
    created: float
    answered: asyncio.Event
    data: Json
    message_id: str | None = None  # the message whose component was used
    parent_type: int | None = None  # for a modal: what opened it
    metadata: Json = field(default_factory=dict)
    callback_type: int | None = None
    response_message_id: str | None = None
    followups: list[str] = field(default_factory=list)
    modal: Json | None = None
    modal_used: bool = False
    choices: list[Json] | None = None
