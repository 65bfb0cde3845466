"""What Baton knows of a place in Slack, to be compared with what stands there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.ports.inbound import Written
from bot.ports.repositories.platforms import ANY_DIRECT, Source
from bot.ports.store import Tx
from bot.services import catch_up

_COMPARED = 100
_MOST_THREADS = 500


@dataclass(frozen=True, kw_only=True)
class Known:
    """What Baton knows of a channel: threads that are in use, and messages people may change.

    `waiting` came live and is not taken in yet; it may have been changed or deleted meanwhile.
    """

    threads: frozenset[str]
    messages: frozenset[str]
    waiting: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.messages | self.waiting


def known(tx: Tx, source: Source, since: datetime) -> Known:
    """The conversations in a channel that are in use, and the team's threads there."""
    numbers = {ticket.conversation_id: ticket.number for ticket in tx.tickets.open()}
    recent = {one.id for one in tx.conversations.with_agent(since, _MOST_THREADS)}
    threads: set[str] = set()
    messages: list[str] = []
    for conversation_id in {*numbers, *recent}:
        conversation = tx.conversations.get(conversation_id)
        if (conversation.workspace, conversation.channel) == (source.workspace, source.channel):
            threads |= {conversation.thread} if conversation.thread else set()
            said = tx.messages.of(conversation_id)
            messages += [
                one.source_id
                for one in said
                if one.source_id and not one.deleted_at and one.at >= since
            ]
        for thread in (
            tx.threads.of_ticket(numbers.get(conversation_id, 0)),
            tx.threads.of_takeover(conversation_id),
        ):
            is_here = thread and (thread.workspace, thread.channel) == (
                source.workspace,
                source.channel,
            )
            if thread and is_here and thread.anchor:
                threads.add(thread.anchor)
    messages += _notes(tx, source, threads, since)
    latest = sorted(filter(_is_stamp, messages), key=float)[-_COMPARED:]
    waiting = _waiting(tx, source)
    return Known(
        threads=frozenset({*threads, *(one.thread for one in waiting if one.thread)}),
        messages=frozenset(latest),
        waiting=frozenset(one.source_id for one in waiting),
    )


def _is_stamp(ts: str) -> bool:
    return ts.replace(".", "", 1).isdigit()


def _waiting(tx: Tx, source: Source) -> list[Written]:
    """What waits for this place, or for all that are new where this one was not known yet."""
    kept = [
        one
        for channel in (source.channel, ANY_DIRECT)
        for one in catch_up.waiting(tx, source.workspace, channel)
    ]
    return [one for one in kept if one.channel == source.channel and _is_stamp(one.source_id)]


def _notes(tx: Tx, source: Source, threads: set[str], since: datetime) -> list[str]:
    """Those that stand in threads which are fetched: elsewhere nothing is known of them."""
    found = []
    for note in tx.notes.lately(source.workspace, source.channel, _COMPARED):
        anchor = tx.threads.get(note.thread_id).anchor if note.thread_id else None
        if note.source_id and not note.deleted_at and note.at >= since and anchor in threads:
            found.append(note.source_id)
    return found
