"""People as their platforms show them, and who is away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, select

from bot.domain.identity import Person, local_id
from storage import tables
from storage.mapping import storable
from storage.rows import Repository, Rows
from storage.upserts import Upsert

_ROWS = Rows(tables.People, Person)
_C = _ROWS.table.c
_ABSENCES = tables.table(tables.Absences)
_MEMBERSHIPS = tables.table(tables.Memberships)
# Longer names are told apart by nobody, and an index entry has its limit on PostgreSQL.
_FOLDED = 200

_BY_ID = _ROWS.select.where(_C.id == bindparam("person"))
_PUT = Upsert(
    _ROWS.table,
    ["id"],
    lambda new, _old: {name: new[name] for name in ("name", "avatar", "groups", "folded")},
)
_NAMED = _ROWS.select.where(_C.folded == bindparam("folded")).order_by(_C.id)
_LEFT = delete(_MEMBERSHIPS).where(_MEMBERSHIPS.c.person == bindparam("who"))
_JOIN = Upsert(_MEMBERSHIPS, ["group", "person"])
_IN_GROUPS = _ROWS.select.where(
    _C.id.in_(
        select(_MEMBERSHIPS.c.person).where(
            _MEMBERSHIPS.c.group.in_(bindparam("groups", expanding=True))
        )
    )
).order_by(_C.folded, _C.id)
_AWAY = select(_ABSENCES.c.person)
_LEAVE = Upsert(_ABSENCES, ["person"])
_RETURN = delete(_ABSENCES).where(_ABSENCES.c.person == bindparam("who"))
_TURNS = tables.table(tables.Turns)
_TURNS_OF = select(_TURNS.c.person, _TURNS.c.turn).where(_TURNS.c.team == bindparam("team"))
_TAKE_TURN = Upsert(_TURNS, ["team", "person"], lambda new, _old: {"turn": new.turn})


class People(Repository):
    def get(self, person: str) -> Person:
        found = _ROWS.sought(self.session, _BY_ID, person=person)
        return found or Person(id=person, name=local_id(person))

    def put(self, person: Person) -> None:
        before = _ROWS.sought(self.session, _BY_ID, person=person.id)
        if before == person:
            return
        row = _ROWS.mapper.dump(person)
        _PUT.run(self.session, **row, folded=_folded(person.name))
        if (before.groups if before else ()) != person.groups:
            self.session.run(_LEFT, who=person.id)
            for group in dict.fromkeys(person.groups):
                _JOIN.run(self.session, group=group, person=person.id)

    def seen(self, person: str) -> bool:
        return _ROWS.sought(self.session, _BY_ID, person=person) is not None or bool(
            self.in_groups([person])
        )

    def named(self, name: str) -> list[Person]:
        return _ROWS.all(self.session, _NAMED, folded=_folded(name))

    def in_groups(self, groups: Sequence[str]) -> list[Person]:
        return _ROWS.all(self.session, _IN_GROUPS, groups=list(groups))

    def away(self) -> frozenset[str]:
        return frozenset(self.session.run(_AWAY).scalars())

    def set_away(self, person: str, *, away: bool) -> None:
        if away:
            _LEAVE.run(self.session, person=person)
        else:
            self.session.run(_RETURN, who=person)

    def turns(self, team: str) -> Mapping[str, int]:
        rows = self.session.run(_TURNS_OF, team=team)
        return {row[0]: row[1] for row in rows}

    def take_turn(self, team: str, person: str, turn: int) -> None:
        _TAKE_TURN.run(self.session, team=team, person=person, turn=turn)


def _folded(name: str) -> str:
    return storable(name).casefold()[:_FOLDED]
