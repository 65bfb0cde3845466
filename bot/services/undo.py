"""Taking a change of the desk back, by what the desk was before it."""

from __future__ import annotations

from bot.domain.desk import Desk
from bot.domain.desk_changes import Overlap, Version, differences, without
from bot.domain.errors import BadInput
from bot.ports.store import Tx
from bot.services import record

_SEARCHED = 200


def taken_back(tx: Tx, number: int | None = None) -> tuple[Version, Desk]:
    """A change (without a number, the last one), and the desk as it would be without it.

    Raises `BadInput` where it is not known any more, or something newer touches the same thing.
    """
    wanted = number or tx.desk.version
    change, before = tx.desk.kept(wanted), tx.desk.kept(wanted - 1)
    if change is None or before is None or not change.what:
        which = f"change {wanted}" if number else "the last change"
        raise BadInput(
            problem=f"What the desk was before {which} is not known, so it cannot be taken back. "
            "/desk changes lists what can."
        )
    try:
        return change, without((before.desk, change.desk), tx.desk.get())
    except Overlap as error:
        raise BadInput(problem=_overlap(tx, error, wanted)) from error


def since(tx: Tx, version: int) -> list[Version]:
    """What was changed after a version, oldest first, as far as it is known."""
    newer = [one for one in tx.desk.history(_SEARCHED) if one.version > version and one.what]
    return newer[::-1]


def _overlap(tx: Tx, error: Overlap, number: int) -> str:
    newer = since(tx, number)
    for one in newer:
        before = tx.desk.kept(one.version - 1)
        touched = differences(before.desk, one.desk) if before else ()
        if any(found.path[: len(error.path)] == error.path for found in touched):
            who = record.name(tx, one.actor)
            return (
                f"Change {number} cannot be taken back by itself: {who} has changed {error.where} "
                f"since, in change {one.version}. Take that one back first."
            )
    return f"Change {number} cannot be taken back by itself: {error.where} was changed since."
