"""The whole configuration of one installation, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from bot.domain.desk.agent import Agent
from bot.domain.desk.ranks import Role
from bot.domain.desk.rules import DIRECT, Channel, Rule
from bot.domain.desk.strictness import STRICT
from bot.domain.desk.team import Team
from bot.domain.identity import platform_of, workspace_of


@dataclass(frozen=True, kw_only=True)
class Snippet:
    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long things are kept; None keeps them. `log`: the words in the log, not its facts."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
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
    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Linked:
    """The ids of one person who is on several platforms: one attendant, known by the first id."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """`practice` marks a desk to try Baton on: its clock can be moved."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    practice: bool = False
    teams: tuple[Team, ...] = ()
    channels: tuple[Channel, ...] = ()
    rules: tuple[Rule, ...] = ()
    agent: Agent = field(default_factory=Agent)
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
