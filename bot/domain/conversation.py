"""One contact's matter in one place, and who speaks in it: the agent or people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.erasure import ALIAS
from bot.domain.errors import AlreadyHandled, NotTakenOver
from bot.domain.identity import Place
from bot.domain.values import replace

# A new top-level message joins the contact's conversation of the last 30 minutes.
JOINS_WITHIN = timedelta(minutes=30)
# The workspace of played customers, which no platform has.
PRACTICE = "practice"
TAKEOVER_SPANS = (
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
)


class Mode(StrEnum):
    AGENT = "agent"
    TICKET = "ticket"
    TAKEOVER = "takeover"


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """`epoch` rises at every change of mode: what the agent was asked before it is stale.

    `direct` marks a direct message, which is one conversation for good. `answers` counts what the
    agent has said since it last took the conversation up, after message `agent_after`. `language`
    is the one in which the contact last wrote recognisably (ISO 639-1), empty when none was.
    """

    id: int = 0
    workspace: str
    channel: str
    thread: str | None = None
    direct: bool = False
    contact: str
    contact_name: str
    contact_avatar: str = ""
    language: str = ""
    mode: Mode = Mode.AGENT
    epoch: int = 0
    answers: int = 0
    agent_after: int = 0
    started_at: datetime
    last_message_at: datetime
    takeover_by: str | None = None
    takeover_until: datetime | None = None

    @property
    def is_practice(self) -> bool:
        """Whether its contact is played, and nobody real."""
        return self.workspace == PRACTICE

    @property
    def place(self) -> Place:
        return Place(workspace=self.workspace, channel=self.channel, thread=self.thread)

    @property
    def is_erased(self) -> bool:
        """Whether its contact was erased: only its figures are left."""
        return self.contact.startswith(ALIAS)


def joins(conversation: Conversation, now: datetime) -> bool:
    """Whether a new top-level message of its contact belongs to this conversation."""
    return (
        conversation.direct
        or conversation.mode is Mode.TICKET
        or now - conversation.last_message_at <= JOINS_WITHIN
    )


def mute(conversation: Conversation) -> Conversation:
    """A ticket was opened or reopened: the agent stops."""
    return _enter(conversation, Mode.TICKET)


def take_over(conversation: Conversation, attendant: str, until: datetime) -> Conversation:
    """An attendant speaks for a while. Raises `AlreadyHandled` when a ticket is open."""
    if conversation.mode is Mode.TICKET:
        raise AlreadyHandled(who="a ticket is open")
    taken = replace(conversation, takeover_by=attendant, takeover_until=until)
    if conversation.mode is Mode.TAKEOVER:
        return taken
    return replace(_enter(taken, Mode.TAKEOVER), takeover_by=attendant, takeover_until=until)


def resume(conversation: Conversation, after: int) -> Conversation:
    """The takeover ends and the agent may answer again. Raises `NotTakenOver`."""
    if conversation.mode is not Mode.TAKEOVER:
        raise NotTakenOver
    return hand_back(conversation, after)


def hand_back(conversation: Conversation, after: int) -> Conversation:
    """The agent takes the conversation up afresh: what was said up to message `after` is past."""
    return replace(_enter(conversation, Mode.AGENT), answers=0, agent_after=after)


def _enter(conversation: Conversation, mode: Mode) -> Conversation:
    return replace(
        conversation,
        mode=mode,
        epoch=conversation.epoch + 1,
        takeover_by=None,
        takeover_until=None,
    )
