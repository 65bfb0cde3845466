"""Where contacts write, and when somebody of a team is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from bot.domain.desk.ranks import Priority
from bot.domain.desk.strictness import STRICT

DIRECT = "dm"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """Where contacts write; `channel` is an id or `dm`.

    `threads` says who sees a conversation where the platform opens a thread for each: everybody in
    the channel, or the contact alone.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    workspace: str
    channel: str
    agent: bool = True
    team: str = ""
    threads: Literal["public", "private"] = "public"


@dataclass(frozen=True, kw_only=True)
class When:
    """What a rule waits for. Any one of the conditions that are set is enough."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: str
    when: When = When()
    channels: tuple[str, ...] = ()
    hours: Literal["any", "open", "closed"] = "any"
    priority: Priority = Priority.NORMAL
    team: str = ""
    attendant: str = ""
