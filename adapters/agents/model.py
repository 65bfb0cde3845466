"""What is asked of a language model and what it says, whatever interface it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Schema = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Picture:
    media_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message of the dialogue so far; the model's own words are the assistant's."""

    role: Literal["user", "assistant"]
    text: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tool:
    """`parameters` is a strict schema: every property required, no others allowed."""

    name: str
    description: str
    parameters: Schema


@dataclass(frozen=True, kw_only=True)
class Call:
    """The model wants a tool; `arguments` as it wrote them, which need not be JSON."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True)
class Used:
    """Calls of one answer, with what came of each."""

    calls: tuple[Call, ...]
    results: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The JSON that is wanted instead of text."""

    name: str
    schema: Schema


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """`last`: tools stay declared but may not be used any more."""

    instructions: str
    said: tuple[Said | Used, ...]
    tools: tuple[Tool, ...] = ()
    last: bool = False
    shape: Shape | None = None


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What came back: words, or calls of tools.

    `tokens` is what it cost, `written` those of them in the answer; 0 when not told.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    tokens: int = 0
    written: int = 0


class ModelFault(Exception):
    """`reason` goes on after the model's name: “did not answer in time.”

    `again`: the same request may succeed a moment later, after `wait` seconds where the server said
    so. `outage`: the trouble is the server's or the set-up's, not that of this conversation.
    `asked_wrong`: the server does not take such a request; a simpler one may do.
    """

    def __init__(
        self,
        reason: str,
        *,
        again: bool = False,
        wait: float | None = None,
        outage: bool = False,
        asked_wrong: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.wait = wait
        self.outage = outage
        self.asked_wrong = asked_wrong


class Model(Protocol):
    @property
    def name(self) -> str: ...

    async def ask(self, prompt: Prompt) -> Spoken:
        """Raises `ModelFault`."""
