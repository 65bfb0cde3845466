"""Who somebody is, and who is kept out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.domain.blocking import Block
from bot.domain.identity import Person


class PeopleRepository(Protocol):
    def get(self, person: str) -> Person:
        """Somebody who was never seen is shown by their local id."""

    def put(self, person: Person) -> None: ...
    def seen(self, person: str) -> bool:
        """Whether anybody of that id, or in that group, was ever seen."""

    def named(self, name: str) -> list[Person]:
        """Everybody of that display name, in any case."""

    def in_groups(self, groups: Sequence[str]) -> list[Person]:
        """Everybody who was last seen in one of these groups, by name."""

    def away(self) -> frozenset[str]:
        """The attendants who said that they are away."""

    def set_away(self, person: str, *, away: bool) -> None: ...
    def turns(self, team: str) -> Mapping[str, int]:
        """The number of everybody's last turn in a team; who never had one is left out."""

    def take_turn(self, team: str, person: str, turn: int) -> None: ...


class BlockRepository(Protocol):
    def get(self, contact: str) -> Block | None: ...
    def put(self, block: Block) -> None: ...
    def remove(self, contact: str) -> bool:
        """Whether there was one."""

    def kept_out(self, contact: str) -> None:
        """Count one more message that was not let in."""

    def all(self) -> list[Block]:
        """Newest first."""
