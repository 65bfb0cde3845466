"""The desk: the whole configuration of one installation, as one value.

The field names are the keys of the desk file (`[[team]]` is `teams` here), so that reading and
writing the file needs no second list of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from bot.domain.identity import platform_of, workspace_of

_STRICT: dict[str, Any] = {"extra": "forbid"}
DIRECT = "dm"


class Role(StrEnum):
    """What somebody may do; each role may also do what the ones before it may."""

    OUTSIDER = "outsider"
    ATTENDANT = "attendant"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)


@dataclass(frozen=True, kw_only=True)
class Inactivity:
    """When a silent contact's ticket is warned about and closed, in business time.

    `warnings` and `closings` are the words for contacts who write in another language, by its ISO
    639-1 code.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    warn_after: timedelta | None = None
    close_after: timedelta | None = None
    warning: str = "Are you still there? We will close this conversation soon."
    closing: str = (
        "We have closed this conversation, as we have not heard from you. Write to us any time."
    )
    warnings: Mapping[str, str] = field(default_factory=dict)
    closings: Mapping[str, str] = field(default_factory=dict)

    def warning_in(self, language: str) -> str:
        return self.warnings.get(language, self.warning)

    def closing_in(self, language: str) -> str:
        return self.closings.get(language, self.closing)


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What a team promises, in business time."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    first_response: timedelta | None = None
    next_response: timedelta | None = None
    resolution: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Hours:
    """A team's week as written; `bot.domain.hours` gives it meaning. `holidays`: a country code."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    timezone: str = "UTC"
    mon: tuple[str, ...] = ()
    tue: tuple[str, ...] = ()
    wed: tuple[str, ...] = ()
    thu: tuple[str, ...] = ()
    fri: tuple[str, ...] = ()
    sat: tuple[str, ...] = ()
    sun: tuple[str, ...] = ()
    holidays: str = ""


@dataclass(frozen=True, kw_only=True)
class Shift:
    """When some members of a team work: the week as written, in the team's time zone unless it
    names another. Who is in no shift works whenever the team does.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    members: tuple[str, ...]
    timezone: str = ""
    mon: tuple[str, ...] = ()
    tue: tuple[str, ...] = ()
    wed: tuple[str, ...] = ()
    thu: tuple[str, ...] = ()
    fri: tuple[str, ...] = ()
    sat: tuple[str, ...] = ()
    sun: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Team:
    """Members, one channel, and how it works.

    `notify` empty: nobody is pinged; `notify_for` says it otherwise for one priority. `backup` is a
    team, a user group, a role or a person. `hand_back`: what becomes of the tickets of somebody who
    goes away. `private`: its tickets are for its people and for admins alone.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    name: str
    workspace: str
    channel: str
    members: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    notify_for: Mapping[Priority, tuple[str, ...]] = field(default_factory=dict)
    assignment: Literal["manual", "round_robin", "least_loaded"] = "manual"
    capacity: int = 8
    identity: Literal["name", "team", "anonymous"] = "name"
    reopen: Literal["offer", "auto", "never"] = "offer"
    reopen_within: timedelta = timedelta(days=14)
    hand_back: Literal["ask", "auto"] = "ask"
    claim_within: timedelta | None = None
    backup: str = ""
    out_of_hours: str = ""
    private: bool = False
    out_of_hours_in: Mapping[str, str] = field(default_factory=dict)
    rating: bool = False
    rating_text: str = "How did we do? 1 is poor, 5 is very good."
    rating_text_in: Mapping[str, str] = field(default_factory=dict)
    inactivity: Inactivity = field(default_factory=Inactivity)
    sla: Mapping[Priority, Targets] = field(default_factory=dict)
    sla_warning: timedelta | None = None
    hours: Hours | None = None
    shift: tuple[Shift, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.members, *self.supervisors)))

    def called(self, priority: Priority) -> tuple[str, ...]:
        """Who is pinged about a ticket of a priority."""
        return self.notify_for.get(priority, self.notify)


@dataclass(frozen=True, kw_only=True)
class Channel:
    """Where contacts write; `channel` is an id or `dm`.

    `threads` says who sees a conversation where the platform opens a thread for each: everybody in
    the channel, or the contact alone.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    workspace: str
    channel: str
    agent: bool = True
    team: str = ""
    threads: Literal["public", "private"] = "public"


@dataclass(frozen=True, kw_only=True)
class When:
    """What a rule waits for. Any one of the conditions that are set is enough."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    keyword: tuple[str, ...] = ()
    regex: str = ""
    sentiment: Literal["", "negative"] = ""
    attempts: int | None = None
    asks_for_human: bool = False
    agent_decides: bool = False
    agent_failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When to escalate, and to whom. The first rule that matches wins."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    name: str
    when: When = When()
    channels: tuple[str, ...] = ()
    hours: Literal["any", "open", "closed"] = "any"
    priority: Priority = Priority.NORMAL
    team: str = ""
    attendant: str = ""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How often the agent may be asked in a day (UTC), and what it may cost; None is no limit.

    Prices are per million tokens, of what the model reads and of what it writes, in the currency
    that the costs are in.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    contact_turns: int | None = None
    desk_turns: int | None = None
    contact_tokens: int | None = None
    desk_tokens: int | None = None
    contact_cost: float | None = None
    desk_cost: float | None = None
    price_read: float | None = None
    price_written: float | None = None

    @property
    def is_set(self) -> bool:
        return self != Budget()


@dataclass(frozen=True, kw_only=True)
class Agent:
    """How the AI agent speaks. `attempts`: answers after which an unhappy contact gets a human.

    `redact`: personal data that can be recognised does not leave for a model.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    name: str = "Assistant"
    prompt: str = ""
    languages: tuple[str, ...] = ()
    attempts: int = 3
    redact: bool = False
    budget: Budget = Budget()


@dataclass(frozen=True, kw_only=True)
class Snippet:
    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long things are kept; None keeps them. `log`: the words in the log, not its facts."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    messages: timedelta | None = None
    media: timedelta | None = None
    notes: timedelta | None = None
    log: timedelta | None = None

    def shortened(self, later: Retention) -> tuple[str, ...]:
        """What `later` keeps for a shorter time."""
        forever = timedelta.max
        return tuple(
            kind
            for kind in ("messages", "media", "notes", "log")
            if (getattr(later, kind) or forever) < (getattr(self, kind) or forever)
        )


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A program that is told what happens. `events` empty: everything. `secret` signs; the desk
    keeps it sealed, and without one a secret is made from the installation's key.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    name: str = ""
    url: str
    events: tuple[str, ...] = ()
    secret: str = ""

    @property
    def label(self) -> str:
        """What it is called; without a name, the host it is at."""
        return self.name or urlsplit(self.url).netloc


@dataclass(frozen=True, kw_only=True)
class Admin:
    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Linked:
    """The ids of one person who is on several platforms: one attendant, known by the first id."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """`practice` marks a desk to try Baton on: its clock can be moved."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    practice: bool = False
    teams: tuple[Team, ...] = ()
    channels: tuple[Channel, ...] = ()
    rules: tuple[Rule, ...] = ()
    agent: Agent = Agent()
    snippets: tuple[Snippet, ...] = ()
    retention: Retention = Retention()
    webhooks: tuple[Webhook, ...] = ()
    people: tuple[Linked, ...] = ()
    admin: Admin = Admin()

    def attendant(self, person: str) -> str:
        """The one id under which somebody works here, whichever of their own they use."""
        return self.ids_of(person)[0]

    def ids_of(self, person: str) -> tuple[str, ...]:
        """Every id of somebody; their own where nothing is linked with it."""
        return next((one.ids for one in self.people if person in one.ids), (person,))

    def address(self, person: str, workspace: str) -> str:
        """The id of somebody in a workspace, or another of theirs where they have none there."""
        ids = self.ids_of(person)
        return next((one for one in ids if workspace_of(one) == workspace), person)

    def team(self, name: str) -> Team | None:
        return next((team for team in self.teams if team.name == name), None)

    def webhook(self, label: str) -> Webhook | None:
        return next((one for one in self.webhooks if one.label == label), None)

    def team_at(self, workspace: str, channel: str) -> Team | None:
        """The team whose channel this is."""
        here = (workspace, channel)
        return next((team for team in self.teams if (team.workspace, team.channel) == here), None)

    def channel_at(self, workspace: str, channel: str, *, direct: bool) -> Channel | None:
        """The connected channel a contact's message came in by."""
        wanted = (workspace, DIRECT if direct else channel)
        return next((one for one in self.channels if (one.workspace, one.channel) == wanted), None)

    def role(self, *ids: str) -> Role:
        """The highest role somebody has anywhere on the desk, by their ids or a group's."""
        ids = self._linked(ids)
        if not set(ids).isdisjoint(self.admin.members):
            return Role.ADMIN
        if any(not set(ids).isdisjoint(team.supervisors) for team in self.teams):
            return Role.SUPERVISOR
        if any(not set(ids).isdisjoint(team.members) for team in self.teams):
            return Role.ATTENDANT
        return Role.OUTSIDER

    def teams_of(self, *ids: str) -> tuple[Team, ...]:
        ids = self._linked(ids)
        return tuple(team for team in self.teams if not set(ids).isdisjoint(team.people))

    def _linked(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(linked for one in ids for linked in self.ids_of(one)) if self.people else ids

    @property
    def attendants(self) -> tuple[str, ...]:
        """Everybody who may answer, in the order in which the desk names them, by all their ids."""
        people = [person for team in self.teams for person in team.people]
        return tuple(dict.fromkeys(self._linked((*people, *self.admin.members))))

    def default_team(self, channel: Channel | None) -> Team | None:
        """Where escalations from a channel go without a rule that says otherwise."""
        named = self.team(channel.team) if channel and channel.team else None
        return named or (self.teams[0] if self.teams else None)

    @property
    def platforms(self) -> frozenset[str]:
        """Every platform that a team or a channel of this desk lives on."""
        spaces = [team.workspace for team in self.teams] + [one.workspace for one in self.channels]
        people = [workspace_of(person) for person in self.attendants]
        return frozenset(platform_of(space) for space in (*spaces, *people))
