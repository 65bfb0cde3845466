"""A batch of tickets: what belongs to them is read in a few statements, not for each in turn.

A use case goes through the batch as it would through one ticket. What it asks is known by then, and
what it writes waits in `storage.later`: few statements, however many tickets there are.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from bot.domain.ticket import Ticket
from bot.ports.outbox import LaneKind
from storage import tables
from storage.repositories import conversations, effects, lanes, messages, threads
from storage.session import Session

# The new rows that a ticket may need; more of them are written one by one.
_NEW = (
    (tables.table(tables.Messages), 1),
    (tables.table(tables.Events), 2),
    (tables.table(tables.Effects), 5),
)
_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
)


def begin(session: Session, tickets: Sequence[Ticket]) -> None:
    """Go through these tickets together. They and their conversations are held already."""
    of = [ticket.conversation_id for ticket in tickets]
    conversations.foresee(session, of)
    messages.foresee(session, of)
    found = threads.foresee(session, [ticket.number for ticket in tickets])
    below = [thread.id for thread in found]
    lanes.foresee(session, LaneKind.CONTACT, of)
    lanes.foresee(session, LaneKind.THREAD, below)
    effects.foresee(session, lanes.foresee(session, LaneKind.CARD, below), "card")
    if session.on_postgres:
        for table, each in _NEW:
            count = each * len(tickets)
            ids = session.run(_NEXT_IDS, name=table.name, count=count).scalars()
            session.later.take(table, sorted(ids))
