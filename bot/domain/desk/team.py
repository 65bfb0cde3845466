"""A team, and what it promises: as the desk says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Literal

from bot.domain.desk.ranks import Priority
from bot.domain.desk.strictness import STRICT


@dataclass(frozen=True, kw_only=True)
class Inactivity:
    """When a silent contact's ticket is warned about and closed, in business time.

    `warnings` and `closings` are the words for contacts who write in another language, by its ISO
    639-1 code.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    first_response: timedelta | None = None
    next_response: timedelta | None = None
    resolution: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Hours:
    """A team's week as written; `bot.domain.hours` gives it meaning. `holidays`: a country code."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
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
