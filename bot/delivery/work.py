"""The work of a lane, as a worker gets it: one thing to do outside of any transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.card import Content
from bot.domain.identity import Place
from bot.domain.practice import Line
from bot.domain.summary import Summary
from bot.ports.agent import Case, Outcome, Turn
from bot.ports.outbox import Effect, Lane
from bot.ports.outlet import Sent
from bot.ports.player import Scene
from bot.ports.webhook import Notice


@dataclass(frozen=True, kw_only=True)
class Call:
    """Post, edit or delete on a platform. `look` first: an earlier try may have happened, and left
    one of `looks`.
    """

    lane: Lane
    effect: Effect
    action: Literal["post", "edit", "delete"]
    place: Place
    content: Content | None = None
    digest: str = ""
    sent: Sent | None = None
    look: bool = False
    looks: tuple[Content, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Have the agent answer the messages up to `upto`."""

    lane: Lane
    effect: Effect
    turn: Turn
    upto: int


@dataclass(frozen=True, kw_only=True)
class Summarize:
    lane: Lane
    effect: Effect
    case: Case


@dataclass(frozen=True, kw_only=True)
class Tell:
    """Tell another program."""

    lane: Lane
    effect: Effect
    notice: Notice


@dataclass(frozen=True, kw_only=True)
class Play:
    """Have a played customer answer what the attendant said up to message `upto`."""

    lane: Lane
    effect: Effect
    scene: Scene
    upto: int


Work = Call | Ask | Summarize | Tell | Play


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Nothing to do in this lane now; there will be at `until`, if set."""

    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Done:
    """How work ended: `sent` of a post, `outcome` of a turn, `summary`, `line` of a play; or the
    `error`.
    """

    work: Work
    sent: Sent | None = None
    link: str = ""
    outcome: Outcome | None = None
    summary: Summary | None = None
    line: Line | None = None
    error: Exception | None = None
