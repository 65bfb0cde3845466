"""One person on several platforms is one attendant: linked by an admin, or by themselves."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.desk import Desk, Linked
from bot.domain.errors import BadInput, NotFound
from bot.domain.identity import is_group, workspace_of
from bot.ports.store import Tx
from bot.services import configure, people

LASTS = timedelta(minutes=10)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is easily taken for another
_CODE = "link:"


def linked(desk: Desk, one: str, other: str) -> Desk:
    """The desk on which both are the same attendant, known by the id that came first.

    Raises `BadInput` for what cannot be one person.
    """
    if is_group(one) or is_group(other):
        raise BadInput(problem="A group is many people, so it cannot be linked.")
    first, second = desk.ids_of(one), desk.ids_of(other)
    if set(first) & set(second):
        raise BadInput(problem=f"{one} and {other} are the same attendant already.")
    if shared := {workspace_of(id_) for id_ in first} & {workspace_of(id_) for id_ in second}:
        raise BadInput(
            problem=f"Both are in {min(shared)}: two accounts of one workspace are two attendants."
        )
    others = tuple(known for known in desk.people if not set(known.ids) & {*first, *second})
    return replace(desk, people=(*others, Linked(ids=(*first, *second))))


def unlinked(desk: Desk, person: str) -> Desk:
    """The desk without one id in its link; tickets stay with the first of the others."""
    found = next((one for one in desk.people if person in one.ids), None)
    if found is None:
        raise NotFound(what="link of", name=person)
    left = tuple(one for one in found.ids if one != person)
    kept = tuple(one for one in desk.people if one != found)
    return replace(desk, people=(*kept, Linked(ids=left)) if len(left) > 1 else kept)


def code_for(tx: Tx, person: str, now: datetime) -> str:
    """A code that proves, for `LASTS`, that whoever enters it elsewhere is this person."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(8))
    _forget(tx, person)
    tx.meta.put(_CODE + code, f"{now.isoformat()} {person}")
    return code


def expire(tx: Tx, now: datetime) -> None:
    """Let go of the codes that nobody has entered in time."""
    for key, value in tx.meta.beginning(_CODE).items():
        at, _, _ = value.partition(" ")
        if now - datetime.fromisoformat(at) > LASTS:
            tx.meta.put(key, None)


def redeem(tx: Tx, person: str, code: str, now: datetime) -> str:
    """Enter the code of one's other account; answers with that account. It is used up by it."""
    code = code.strip().upper().replace("-", "")
    at, _, other = (tx.meta.get(_CODE + code) or "").partition(" ")
    if not other or now - datetime.fromisoformat(at) > LASTS:
        raise BadInput(problem="This code is not valid any more. /link gives you a new one.")
    desk = linked(tx.desk.get(), other, person)
    configure.save(tx, desk, other, f"Linked {', '.join(desk.ids_of(other))}.", now)
    _forget(tx, other)
    return people.shown(tx, other).name


def _forget(tx: Tx, person: str) -> None:
    """Their code, if they have one."""
    for key, value in tx.meta.beginning(_CODE).items():
        if value.partition(" ")[2] == person:
            tx.meta.put(key, None)
