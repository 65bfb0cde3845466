"""Tags on a ticket, shown on its card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain import tags as domain
from bot.domain.errors import BadInput
from bot.ports.store import Tx
from bot.services import record


def tag(tx: Tx, number: int, tags: Sequence[str], actor: str, now: datetime) -> tuple[str, ...]:
    """Add tags; answers with all of them. Raises `BadInput` when there would be too many."""
    record.locked(tx, number)
    before = tx.tags.of(number)
    new = [one for one in tags if one not in before]
    if new:
        who = record.name(tx, actor)
        _put(tx, number, domain.joined(before, new), actor, f"{who} tagged it {said(new)}.", now)
    return tx.tags.of(number)


def untag(tx: Tx, number: int, tags: Sequence[str], actor: str, now: datetime) -> tuple[str, ...]:
    """Take tags away; answers with those that are left. Raises `BadInput` for one it has not."""
    record.locked(tx, number)
    before = tx.tags.of(number)
    if unknown := [one for one in tags if one not in before]:
        has = f"it has {said(before)}" if before else "it has no tags"
        raise BadInput(problem=f"#{number} is not tagged {said(unknown)}; {has}.")
    left = [one for one in before if one not in tags]
    line = f"{record.name(tx, actor)} took the tag {said(tags)} away."
    _put(tx, number, left, actor, line, now)
    return tx.tags.of(number)


def said(tags: Sequence[str]) -> str:
    return ", ".join(tags)


def _put(tx: Tx, number: int, tags: Sequence[str], actor: str, line: str, now: datetime) -> None:
    tx.tags.put(number, tags)
    ticket = tx.tickets.get(number)
    thread = tx.threads.of_ticket(number)
    record.log(
        tx,
        "tagged",
        actor=actor,
        now=now,
        ticket=ticket,
        thread=thread,
        line=line,
        tags=said(tags),
    )
    record.refresh_card(tx, thread, now)
