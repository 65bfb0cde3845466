"""All that is kept about somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.erasure import Erasure
from bot.domain.identity import Place
from bot.domain.message import Attachment, Message
from bot.domain.thread import Event, Note, Thread
from bot.ports.outbox import Effect, Lane


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """Something that carries files. `mark` is where a walk past them goes on."""

    said: Message | Note
    is_closed: bool
    mark: str

    @property
    def files(self) -> tuple[Attachment, ...]:
        return self.said.attachments


class PrivacyRepository(Protocol):
    """Everything about one contact, found and forgotten; and what has outlived its time.

    What is in an open ticket or a takeover has not.
    """

    def outlived_messages(self, before: datetime, limit: int) -> list[Message]: ...
    def outlived_notes(self, before: datetime, limit: int) -> list[Note]: ...
    def outlived_events(self, before: datetime, limit: int) -> list[Event]:
        """Events that still have their words."""

    def carriers(self, before: datetime, mark: str, limit: int) -> list[Carrier]:
        """What carries files from before then, oldest first, after a mark (empty: from the first);
        open tickets too.
        """

    def forget_outlived(self, conversation_id: int, before: datetime) -> None:
        """Remove the summaries and blank the reasons of tickets that were closed before then."""

    def forget_post(self, place: Place, platform_id: str) -> None:
        """Remove a post of the embedded platform; a place elsewhere is left alone."""

    def forget_sent(self, lane_id: int, prefix: str) -> None:
        """Forget what was sent of a subject and where it stands."""

    def forget_drafts(self, before: datetime) -> None: ...
    def put_event(self, event: Event) -> None: ...
    def put_note(self, note: Note) -> None: ...

    def conversations(self, contact: str) -> list[Conversation]: ...
    def elsewhere(self, contact: str) -> list[Message]:
        """What they wrote in the conversations of others."""

    def events(self, conversation_id: int) -> list[Event]: ...
    def threads(self, conversation_id: int) -> list[Thread]: ...
    def lanes(self, conversation_id: int) -> list[Lane]:
        """The lanes to the contact, to the agent, and to every thread of a conversation."""

    def forget_messages(self, message_ids: Sequence[int]) -> None:
        """Remove messages, with what they said before they were edited."""

    def forget_notes(self, note_ids: Sequence[int]) -> None: ...
    def forget_summaries(self, conversation_id: int) -> None: ...
    def forget_words(self, conversation_id: int) -> None:
        """Blank the words of a conversation's tickets and events; facts for figures stay."""

    def forget_person(self, contact: str, names: Sequence[str]) -> None:
        """Remove who they are: their name, their groups, drafts and log lines that name them."""

    def forget_place(self, place: Place) -> None:
        """Remove what the embedded platform shows there, and that Baton follows it."""

    def forget_parked(self, contact: str, place: Place) -> list[str]:
        """Remove live events that wait there or are theirs; answers with them, as JSON."""

    def forget_actor(self, contact: str, alias: str, conversation_ids: Sequence[int]) -> None:
        """Write another actor for them into the log of these conversations."""

    def forget_lane(self, lane_id: int) -> None:
        """Remove what was sent in a lane and where it stands; dead letters stay."""

    def hide_lane(self, lane_id: int) -> None:
        """Blank the place that a lane leads to, as it is somebody's own."""

    def unsure(self, lane_id: int) -> list[Effect]:
        """Effects that are being sent, or may have been."""

    def used(self, digests: Sequence[str]) -> frozenset[str]:
        """Which of these files anything still refers to."""

    def add(self, erasure: Erasure) -> Erasure: ...
    def put(self, erasure: Erasure) -> None: ...
    def erasure(self, digest: str) -> Erasure | None:
        """The newest erasure of a contact."""

    def unfinished(self) -> list[Erasure]: ...
    def recent(self, limit: int) -> list[Erasure]:
        """The newest erasures, newest first."""
