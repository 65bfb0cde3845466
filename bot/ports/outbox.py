"""What still has to happen outside: effects, in lanes, and the copies they leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.identity import Place

# A lease that was taken so shortly before is as good as a new one.
FRESH = timedelta(seconds=3)


class LaneKind(StrEnum):
    """Where a lane leads: to the contact, to a thread of the team, to the agent, or to a program.

    NOTICE leads to one person, or to a channel outside of any thread; each notice has its own, so
    that who cannot be reached holds up nobody else. `ref` of a lane is the thread's id for THREAD
    and CARD, the event's for NOTICE, a number of its own for each WEBHOOK, else the
    conversation's. Changes of a
    card and summaries have lanes of their own: waiting for them holds no message up.
    """

    CONTACT = "contact"
    THREAD = "thread"
    CARD = "card"
    AGENT = "agent"
    SUMMARY = "summary"
    WEBHOOK = "webhook"
    NOTICE = "notice"


class State(StrEnum):
    """PENDING → SENDING → DONE is the ordinary way.

    WITHHELD: the agent's words, too late. DROPPED: nothing was left to do. DEAD: given up, waits
    for a human's Retry.
    """

    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    WITHHELD = "withheld"
    DROPPED = "dropped"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One ordered destination. While `owner` is set and `leased_until` lies ahead, only that worker
    may send in it. `suspended` says why the destination itself does not work at present.
    """

    id: int = 0
    kind: LaneKind
    ref: int
    workspace: str
    channel: str
    owner: str | None = None
    leased_until: datetime | None = None
    due_at: datetime | None = None
    suspended: str = ""
    failures: int = 0


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Bring one subject in one lane up to date: `message:12:0`, `card`, `turn:12`, `summary:7`.

    `key` is random and makes the attempt recognisable to the platform. `uncertain` marks an attempt
    that may have happened; `progress` is what a platform needs to go on with a half-done one.
    `order_at` sorts effects within their lane; times are of the wall clock, not the desk's.
    """

    id: int = 0
    lane_id: int
    subject: str
    key: str
    state: State = State.PENDING
    order_at: datetime
    due_at: datetime
    created_at: datetime
    epoch: int | None = None
    attempts: int = 0
    attempted_at: datetime | None = None
    uncertain: bool = False
    progress: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A subject as it stands on a platform. `digest` is of what was last written there."""

    id: int = 0
    lane_id: int
    subject: str
    workspace: str
    channel: str
    thread: str | None = None
    platform_id: str
    digest: str
    deleted: bool = False

    @property
    def place(self) -> Place:
        return Place(workspace=self.workspace, channel=self.channel, thread=self.thread)


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """Figures for health and metrics: effects by state (those done are not counted), and the
    longest wait in seconds.
    """

    by_state: Mapping[str, int]
    oldest_s: float
