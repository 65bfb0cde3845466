"""A transaction in memory that knows a desk and its past, and the people who were seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.domain.desk import Desk
from bot.domain.desk_changes import Version
from bot.domain.identity import Person, local_id


@dataclass
class DeskKept:
    desk: Desk
    version: int = 1
    versions: dict[int, Version] = field(default_factory=dict)

    def get(self) -> Desk:
        return self.desk

    def put(self, desk: Desk) -> int:
        self.desk, self.version = desk, self.version + 1
        return self.version

    def keep(self, version: Version) -> None:
        self.versions.setdefault(version.version, version)

    def kept(self, version: int) -> Version | None:
        return self.versions.get(version)

    def history(self, limit: int, *, before: int | None = None) -> list[Version]:
        found = [one for one in self.versions.values() if before is None or one.version < before]
        return sorted(found, key=lambda one: -one.version)[:limit]


@dataclass
class People:
    known: dict[str, Person]

    def get(self, person: str) -> Person:
        return self.known.get(person) or Person(id=person, name=local_id(person))

    def put(self, person: Person) -> None:
        self.known[person.id] = person

    def seen(self, person: str) -> bool:
        return person in self.known

    def named(self, name: str) -> list[Person]:
        return [one for one in self.known.values() if one.name.casefold() == name.casefold()]

    def in_groups(self, _: Any) -> list[Person]:
        return []


class Nothing:
    """A repository in which there is nothing yet."""

    def __init__(self) -> None:
        self.added: list[Any] = []

    def numbers(self, _team: str, _limit: int) -> list[int]:
        return []

    def responsible(self) -> list[str]:
        return []

    def recent(self, _limit: int) -> list[Any]:
        return []

    def search(self, _sought: Any, _limit: int) -> list[Any]:
        return []

    def add(self, one: Any) -> Any:
        self.added.append(one)
        return one


class Plain:
    """Seals nothing."""

    def seal(self, text: str) -> str:
        return f"sealed:{text}"

    def unseal(self, sealed: str) -> str:
        return sealed.removeprefix("sealed:")


class DeskTx:
    def __init__(self, desk: Desk, *names: str) -> None:
        people = {f"console:{name}": Person(id=f"console:{name}", name=name) for name in names}
        self.desk = DeskKept(desk)
        self.people = People(people)
        self.vault = Plain()
        self.tickets, self.events, self.conversations = Nothing(), Nothing(), Nothing()
