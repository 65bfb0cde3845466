"""What is written in a team's thread before Baton has recorded that its root stands.

A process may end between the post and its record, and Baton then finds the root by looking for it;
the team does not wait for that.
"""

from __future__ import annotations

import logging
from datetime import datetime

from bot.domain.errors import BatonError
from bot.domain.thread import Thread
from bot.ports.inbound import Edited, Inbound, Written
from bot.ports.store import Tx
from bot.services import catch_up, note, record

log = logging.getLogger(__name__)
_MOST = 1_000


def keep(tx: Tx, inbound: Inbound) -> bool:
    """Whether it may belong to such a thread: then it waits for the record, and so does what is
    said about it.
    """
    if isinstance(inbound, Written):
        waits = inbound.thread is not None and _may_stand(tx, inbound, inbound.thread)
    else:
        waits = any(one.source_id == inbound.source_id for _, one in _kept(tx, inbound))
    if waits and all(one.key != inbound.key for _, one in _kept(tx, inbound)):
        tx.sources.park(inbound.workspace, place(inbound.channel), catch_up.dumps(inbound))
    return waits


def place(channel: str) -> str:
    """Under which name it is kept."""
    return f"{channel}/early"


def settle(tx: Tx, thread: Thread, now: datetime) -> None:
    """It is known now where a thread stands, or that it does not: take in what was written there.
    What belongs to none, nor may belong to another, is nothing to Baton.
    """
    kept = _kept(tx, thread)
    if not kept:
        return
    others = bool(_begun(tx, thread))
    taken: set[str] = set()
    for number, inbound in kept:
        is_here = inbound.source_id in taken
        if isinstance(inbound, Written) and inbound.thread == thread.anchor:
            is_here = True
            taken.add(inbound.source_id)
        if is_here:
            _take_in(tx, inbound, now)
        if is_here or not others:
            tx.sources.unpark(number)


def _may_stand(tx: Tx, written: Written, anchor: str) -> bool:
    """Whether a root that was posted, perhaps, could be the one above these words."""
    where = written.workspace, written.channel
    if not tx.desk.get().team_at(*where) or tx.threads.at(*where, anchor):
        return False
    begun = _begun(tx, written)
    for thread in begun:  # whoever records one of them holds its conversation
        tx.conversations.lock(thread.conversation_id)
    return bool(begun) and tx.threads.at(*where, anchor) is None


def _begun(tx: Tx, where: Written | Thread) -> list[Thread]:
    """The threads of a channel whose root is being posted, as far as is recorded."""
    unnamed = tx.threads.unnamed(where.workspace, where.channel)
    return [thread for thread in unnamed if _is_begun(tx, thread)]


def _is_begun(tx: Tx, thread: Thread) -> bool:
    first = tx.outbox.next(record.thread_lane(tx, thread).id)
    return first is not None and first.attempts > 0


def _kept(tx: Tx, where: Inbound | Thread) -> list[tuple[int, Inbound]]:
    waiting = tx.sources.parked(where.workspace, place(where.channel), _MOST)
    return [(number, catch_up.loads(text)) for number, text in waiting]


def _take_in(tx: Tx, inbound: Inbound, now: datetime) -> None:
    try:
        match inbound:
            case Written():
                note.from_thread(tx, inbound, now)
            case Edited():
                note.edited(tx, inbound, now)
            case _:
                note.deleted(tx, inbound, now)
    except BatonError as error:
        log.warning("what was written early could not be taken in: %s", error)
