"""What a report is made from, and what it is: plain values.

Practice tickets are no rows. A figure of nothing is None, never a zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.desk import Priority, Targets
from bot.domain.promise import Alert
from bot.domain.span import Span
from bot.domain.states import Status


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a report knows of a ticket. The fields mean what they mean on the ticket itself."""

    number: int
    team: str
    last_holder: str | None
    priority: Priority
    status: Status
    signal: str
    rule: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    first_replied_at: datetime | None
    first_response: timedelta | None
    first_response_late: bool
    response_alert: Alert
    next_responses: int
    next_responses_late: int
    resolution: timedelta | None
    resolution_business: timedelta | None
    resolution_late: bool
    reopened: int
    rating: int | None
    terms: str

    @property
    def first_response_wall(self) -> timedelta | None:
        return self.first_replied_at - self.opened_at if self.first_replied_at else None


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The middle and the ninth tenth of some spans; both are None where there are none.

    `p90` is the shortest span that nine tenths of all do not exceed.
    """

    count: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Share:
    """`part` out of `whole`."""

    part: int = 0
    whole: int = 0

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None

    def __add__(self, other: Share) -> Share:
        return Share(part=self.part + other.part, whole=self.whole + other.whole)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Promises that were kept, of those whose end is known."""

    first_response: Share
    next_response: Share
    resolution: Share

    @property
    def all(self) -> Share:
        return self.first_response + self.next_response + self.resolution


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """How often contacts gave 1, 2, 3, 4 and 5."""

    counts: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)

    @property
    def count(self) -> int:
        return sum(self.counts)

    @property
    def average(self) -> float | None:
        total = sum(stars * count for stars, count in enumerate(self.counts, start=1))
        return total / self.count if self.count else None


@dataclass(frozen=True, kw_only=True)
class Part:
    """The figures of one team, attendant or rule; spans are of business time."""

    name: str
    opened: int
    closed: int
    reopened: Share
    first_response: Spread
    resolution: Spread
    kept: Share
    ratings: Ratings


@dataclass(frozen=True, kw_only=True)
class Day:
    day: date
    opened: int
    closed: int


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Conversations that began in the period and that the agent answered in; `alone`: no human was
    needed so far.
    """

    conversations: int = 0
    alone: int = 0

    @property
    def share(self) -> Share:
        return Share(part=self.alone, whole=self.conversations)


@dataclass(frozen=True, kw_only=True)
class Alone:
    """An `Agent`'s figures in one place."""

    workspace: str
    channel: str
    direct: bool
    conversations: int
    alone: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """`left_open` counts what was open at the end of the period, whenever it was opened; `silent`
    what closed itself because the contact had gone. `targets` and `names` are the material's.
    """

    team: str
    span: Span
    at: datetime
    opened: int
    closed: int
    left_open: int
    silent: int
    days: tuple[Day, ...]
    reasons: tuple[tuple[str, int], ...]
    first_response: Spread
    first_response_wall: Spread
    resolution: Spread
    resolution_wall: Spread
    kept: Kept
    reopened: Share
    ratings: Ratings
    agent: Agent
    teams: tuple[Part, ...]
    attendants: tuple[Part, ...]
    rules: tuple[Part, ...]
    rows: tuple[Row, ...]
    targets: Mapping[str, Targets]
    names: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        return not (self.opened or self.closed or self.left_open or self.agent.conversations)


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a report is made from. `rows` are the tickets opened or closed in the period; `older`
    counts those of before it that were still open at its end; `targets` are the promises by the
    digest of their terms; `names` are people's.
    """

    team: str
    rows: Sequence[Row]
    older: int
    targets: Mapping[str, Targets]
    names: Mapping[str, str]
    agent: Agent = Agent()
