"""What was said, by conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.message import Message
from bot.domain.summary import Summary


class ConversationRepository(Protocol):
    def add(self, conversation: Conversation) -> Conversation: ...
    def get(self, conversation_id: int) -> Conversation: ...
    def lock(self, conversation_id: int) -> Conversation: ...
    def put(self, conversation: Conversation) -> None: ...
    def in_thread(self, workspace: str, channel: str, thread: str) -> Conversation | None: ...
    def latest_of(self, contact: str, workspace: str, channel: str) -> Conversation | None:
        """The contact's newest conversation in a channel."""

    def with_ticket_of(self, contact: str, workspace: str, channel: str) -> Conversation | None:
        """The contact's conversation in a channel that has an open ticket."""

    def hold_contact(self, contact: str, workspace: str, channel: str) -> None:
        """Let no other process decide about this contact's conversations here until the commit."""

    def takeovers_due(self, now: datetime, limit: int) -> list[Conversation]:
        """Takeovers that have run out, claimed for this transaction."""

    def with_agent(self, since: datetime, limit: int) -> list[Conversation]:
        """Conversations in agent or takeover mode active since then, newest first."""

    def in_use(self, workspace: str, channel: str, since: datetime) -> list[Conversation]:
        """Those of a channel that have an open ticket, or that were active since then."""

    def recent(self, limit: int) -> list[Conversation]:
        """The newest conversations of any kind but practice, newest first."""

    def of_contact(self, contact: str) -> list[Conversation]:
        """Everything with a contact, in any place, oldest first."""

    def called(self, name: str, limit: int) -> list[Conversation]:
        """The newest conversations whose contact's name is this or begins so, in any case."""


class MessageRepository(Protocol):
    def add(self, message: Message) -> Message: ...
    def get(self, message_id: int) -> Message: ...
    def put(self, message: Message) -> None: ...
    def by_source(self, conversation_id: int, source_id: str) -> Message | None: ...
    def find_source(self, workspace: str, channel: str, source_id: str) -> Message | None:
        """A message by the platform's id for it, in any conversation of a channel."""

    def find_moved(self, workspace: str, channel: str, source_id: str) -> Message | None:
        """The same, in a conversation that began in that channel and went on elsewhere."""

    def lately(self, workspace: str, channel: str, limit: int) -> list[Message]:
        """The newest messages that came in by a channel and are not deleted, newest first."""

    def of(
        self, conversation_id: int, *, after: int = 0, since: datetime | None = None
    ) -> list[Message]:
        """In commit order; `after` is a message id."""

    def last_said(self, conversation_id: int) -> Message | None:
        """The newest message to the contact by whom they talk to: no notice of Baton's."""

    def last_id(self, conversation_id: int) -> int:
        """The id of the newest message; 0 when there is none."""

    def add_revision(self, message_id: int, text: str, at: datetime) -> None:
        """Keep what a message said before it was edited."""

    def revisions(self, message_id: int) -> list[tuple[str, datetime]]: ...
    def slow(self, before: datetime, limit: int) -> list[Message]:
        """Pending messages written before then and not yet marked slow."""


class SummaryRepository(Protocol):
    def add(self, summary: Summary) -> Summary: ...
    def latest(self, ticket_number: int) -> Summary | None: ...
