"""What comes in from a platform, before Baton knows what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.identity import Person
from bot.domain.message import Attachment


@dataclass(frozen=True, kw_only=True)
class Written:
    """Somebody wrote a message. `at` is the platform's time of it, `edited_at` of the edit that it
    is fetched with.

    `opens` names the thread below this message where answers to it belong, if it has none yet.
    """

    workspace: str
    channel: str
    thread: str | None = None
    opens: str | None = None
    direct: bool = False
    source_id: str
    author: Person
    text: str
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None
    at: datetime
    edited_at: datetime | None = None

    @property
    def key(self) -> str:
        """The thing itself, so that a fetched copy and a live one are the same."""
        return f"{self.workspace}/{self.channel}/{self.source_id}"


@dataclass(frozen=True, kw_only=True)
class Edited:
    """A message now reads like this. `stamp` tells one edit from another; `at`, the platform's
    time, which of them is the last.
    """

    workspace: str
    channel: str
    source_id: str
    text: str
    stamp: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.workspace}/{self.channel}/{self.source_id}/edit/{self.stamp}"


@dataclass(frozen=True, kw_only=True)
class Deleted:
    """A message is gone."""

    workspace: str
    channel: str
    source_id: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.message_key}/deleted"

    @property
    def message_key(self) -> str:
        """The key of what was deleted."""
        return f"{self.workspace}/{self.channel}/{self.source_id}"


Inbound = Written | Edited | Deleted


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of a written message: a message of a conversation, or a note of the team."""

    conversation_id: int
    message_id: int | None = None
    note_id: int | None = None
