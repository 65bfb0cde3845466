"""The AI agent, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from bot.domain.desk.strictness import STRICT


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How often the agent may be asked in a day (UTC), and what it may cost; None is no limit.

    Prices are per million tokens, of what the model reads and of what it writes, in the currency
    that the costs are in.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: str = "Assistant"
    prompt: str = ""
    languages: tuple[str, ...] = ()
    attempts: int = 3
    redact: bool = False
    budget: Budget = Budget()
