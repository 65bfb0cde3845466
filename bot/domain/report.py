"""A team's figures over some days: pure arithmetic over one plain row for each ticket.

What happened at the beginning of a ticket (volume, reasons, responses) counts on the day it was
opened; what happened at its end (resolution, reopening, rating) on the day it was last closed.
Practice tickets are no rows. A figure of nothing is None, never a zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.desk import Priority, Targets
from bot.domain.promise import Alert
from bot.domain.span import Span
from bot.domain.states import Status

NOBODY, NO_RULE = "nobody", "no rule"
_NOTHING = Targets()


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


def report(material: Material, span: Span, now: datetime) -> Report:
    """All figures of a team (or of all: an empty name) over some days."""
    rows = tuple(sorted(material.rows, key=lambda one: one.number))
    opened, closed = _opened(rows, span), _closed(rows, span)
    still = [one for one in opened if one.closed_at is None or one.closed_at >= span.end]

    def parts(key: Callable[[Row], str]) -> tuple[Part, ...]:
        return _parts(rows, key, material, span)

    return Report(
        team=material.team,
        span=span,
        at=now,
        opened=len(opened),
        closed=len(closed),
        left_open=len(still) + material.older,
        silent=sum(one.closed_by == "baton" for one in closed),
        days=_days(opened, closed, span),
        reasons=_counted(one.signal for one in opened),
        first_response=spread(one.first_response for one in opened),
        first_response_wall=spread(one.first_response_wall for one in opened),
        resolution=spread(one.resolution_business for one in closed),
        resolution_wall=spread(one.resolution for one in closed),
        kept=_kept(opened, closed, material.targets),
        reopened=_reopened(closed),
        ratings=_ratings(closed),
        agent=material.agent,
        teams=parts(lambda row: row.team),
        attendants=parts(lambda row: row.last_holder or NOBODY),
        rules=parts(lambda row: row.rule or NO_RULE),
        rows=rows,
        targets=material.targets,
        names=material.names,
    )


def spread(spans: Iterable[timedelta | None]) -> Spread:
    """Of the spans that are known."""
    known = sorted(one for one in spans if one is not None)
    if not known:
        return Spread()
    middle = len(known) // 2
    median = known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2
    return Spread(count=len(known), median=median, p90=known[-(-9 * len(known) // 10) - 1])


def first_response_kept(row: Row, targets: Mapping[str, Targets]) -> bool | None:
    """None where nothing was promised, or where it is not known yet."""
    is_late = row.first_response_late
    if row.first_response is None:
        is_late = is_late or (
            row.status is not Status.CLOSED and row.response_alert is Alert.BROKEN
        )
    if targets.get(row.terms, _NOTHING).first_response is None:
        return None
    return False if is_late else True if row.first_response is not None else None


def next_responses_kept(row: Row, targets: Mapping[str, Targets]) -> Share:
    """A wait that a close ended too late was a promise too, though no response."""
    if targets.get(row.terms, _NOTHING).next_response is None:
        return Share()
    promised = max(row.next_responses, row.next_responses_late)
    return Share(part=promised - row.next_responses_late, whole=promised)


def resolution_kept(row: Row, targets: Mapping[str, Targets]) -> bool | None:
    """None where nothing was promised, or while the ticket is open."""
    if row.closed_at is None or targets.get(row.terms, _NOTHING).resolution is None:
        return None
    return not row.resolution_late


def _parts(
    rows: Iterable[Row], key: Callable[[Row], str], material: Material, span: Span
) -> tuple[Part, ...]:
    """By how much there was to do, then by name."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    parts = [
        _part(material.names.get(name, name), group, material.targets, span)
        for name, group in groups.items()
    ]
    return tuple(sorted(parts, key=lambda one: (-one.opened, -one.closed, one.name)))


def _part(name: str, rows: Sequence[Row], targets: Mapping[str, Targets], span: Span) -> Part:
    opened, closed = _opened(rows, span), _closed(rows, span)
    return Part(
        name=name,
        opened=len(opened),
        closed=len(closed),
        reopened=_reopened(closed),
        first_response=spread(one.first_response for one in opened),
        resolution=spread(one.resolution_business for one in closed),
        kept=_kept(opened, closed, targets).all,
        ratings=_ratings(closed),
    )


def _kept(opened: Iterable[Row], closed: Iterable[Row], targets: Mapping[str, Targets]) -> Kept:
    opened = tuple(opened)
    return Kept(
        first_response=_share(first_response_kept(one, targets) for one in opened),
        next_response=sum((next_responses_kept(one, targets) for one in opened), Share()),
        resolution=_share(resolution_kept(one, targets) for one in closed),
    )


def _share(answers: Iterable[bool | None]) -> Share:
    known = [one for one in answers if one is not None]
    return Share(part=sum(known), whole=len(known))


def _reopened(closed: Sequence[Row]) -> Share:
    return Share(part=sum(one.reopened > 0 for one in closed), whole=len(closed))


def _ratings(closed: Iterable[Row]) -> Ratings:
    given = Counter(one.rating for one in closed)
    return Ratings(counts=(given[1], given[2], given[3], given[4], given[5]))


def _days(opened: Iterable[Row], closed: Iterable[Row], span: Span) -> tuple[Day, ...]:
    begun = Counter(span.day_of(one.opened_at) for one in opened)
    ended = Counter(span.day_of(one.closed_at) for one in closed if one.closed_at)
    return tuple(Day(day=day, opened=begun[day], closed=ended[day]) for day in span.days)


def _opened(rows: Iterable[Row], span: Span) -> list[Row]:
    return [one for one in rows if span.holds(one.opened_at)]


def _closed(rows: Iterable[Row], span: Span) -> list[Row]:
    return [one for one in rows if span.holds(one.closed_at)]


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda one: (-one[1], one[0])))
