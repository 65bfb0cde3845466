"""What the storm needs of a platform: people act on it, it goes wrong, its ledger is read."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Protocol

from benchmarks.chaos.verdict import Shown, Texts

# How often a call meets each kind of fault, and an event each kind of disorder.
CALL_RATE = 0.01
EVENT_RATE = 0.04


def contact_name(conversation: int) -> str:
    return f"Person{conversation:02}"


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What stands on the platform. `tickets`: the number of each conversation's ticket; `threads`:
    the team's thread of it; `replies`: Baton's number of each reply, by which it is changed.
    """

    shown: Shown
    cards: dict[int, int]
    tickets: dict[int, int]
    threads: dict[int, str]
    texts: Texts
    replies: dict[str, str]


class Scene(Protocol):
    async def ready(self) -> None:
        """Wait until Baton is connected."""

    async def join(self, conversation: int, *, in_peace: bool) -> None:
        """Somebody new comes to the workspace. `in_peace`: while Baton is there."""

    async def write(self, conversation: int, word: str) -> None:
        """The contact writes; with their first word they ask for people."""

    async def reply(self, ticket: int, word: str) -> bool:
        """An attendant replies; whether Baton has confirmed it."""

    async def note(self, thread: str, word: str) -> None:
        """An attendant writes in the thread of a ticket."""

    async def edit(self, word: str, mark: str) -> None:
        """Whoever wrote a word on the platform puts a mark behind it."""

    async def delete(self, word: str) -> None:
        """Whoever wrote a word on the platform deletes it."""

    async def revise(self, reply: str, text: str) -> bool:
        """An attendant changes a reply, or takes it back for no text; whether that is confirmed."""

    async def trouble(self) -> None:
        """From now on calls and events meet faults."""

    async def stir(self, drawn: random.Random) -> None:
        """Do one thing to the connection."""

    async def calm(self) -> None:
        """No more faults."""

    async def forget_keys(self) -> None:
        """Switch the platform's idempotency off."""

    async def ledger(self) -> Ledger:
        """What everybody sees there by now."""

    async def history(self, word: str) -> list[tuple[float, str]]:
        """Every call and delivery that had to do with it, with Unix times."""
