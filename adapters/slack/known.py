"""What Baton knows of a place in Slack, to be compared with what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.ports.inbound import Written
from bot.ports.repositories.platforms import ANY_DIRECT, Source
from bot.ports.store import Tx
from bot.services import catch_up, early

COMPARED = 100
_LATELY = 1_000
_MOST_THREADS = 500


@dataclass(frozen=True, kw_only=True)
class Known:
    """What Baton knows of a channel: threads that are in use, and messages people may change, each
    with the thread that it is a reply in.

    `waiting` came live and is not taken in yet; it may have been changed or deleted meanwhile.
    `latest` is where the latest messages begin.
    """

    threads: frozenset[str] = frozenset()
    messages: Mapping[str, str | None] = field(default_factory=dict)
    waiting: Mapping[str, str | None] = field(default_factory=dict)
    latest: str = ""

    @property
    def all(self) -> frozenset[str]:
        return frozenset({*self.messages, *self.waiting})


def known(tx: Tx, source: Source, since: datetime) -> Known:
    """The conversations in a channel that are in use, and the team's threads there. The messages
    are the latest ones, and those that were so when the last comparison came to its end.
    """
    here = source.workspace, source.channel
    in_use = {one.id: one.thread for one in tx.conversations.in_use(*here, since)}
    messages = {
        one.source_id: in_use[one.conversation_id]
        for one in tx.messages.lately(*here, _LATELY)
        if one.source_id and one.at >= since and one.conversation_id in in_use
    }
    threads = {thread for thread in (*in_use.values(), *_team_threads(tx, source, since)) if thread}
    messages |= _notes(tx, source, threads, since)
    stamps = sorted(filter(_is_stamp, messages), key=float)
    latest = stamps[-COMPARED:][0] if stamps else source.compared
    oldest = min(filter(None, [source.compared, latest]), key=float, default="")
    compared = [ts for ts in stamps if float(ts) >= float(oldest)]
    waiting = _waiting(tx, source)
    return Known(
        threads=frozenset(threads),
        messages={ts: _above(ts, messages[ts]) for ts in compared},
        waiting={
            one.source_id: _above(one.source_id, one.thread or one.reply_to) for one in waiting
        },
        latest=latest,
    )


def _above(ts: str, thread: str | None) -> str | None:
    """What a message is a reply to; a thread's own root stands in the channel."""
    return thread if thread != ts else None


def _team_threads(tx: Tx, source: Source, since: datetime) -> set[str | None]:
    """Those of tickets, and of takeovers, that stand in this channel."""
    here = source.workspace, source.channel
    recent = tx.conversations.with_agent(since, _MOST_THREADS)
    taken_over = (tx.threads.of_takeover(one.id) for one in recent)
    threads = [*tx.threads.standing(*here), *filter(None, taken_over)]
    return {one.anchor for one in threads if (one.workspace, one.channel) == here}


def _is_stamp(ts: str) -> bool:
    return ts.replace(".", "", 1).isdigit()


def _waiting(tx: Tx, source: Source) -> list[Written]:
    """What waits for this place, for the root above it to be known, or for all that are new where
    this place was not known yet.
    """
    kept = [
        one
        for channel in (source.channel, ANY_DIRECT, early.place(source.channel))
        for one in catch_up.waiting(tx, source.workspace, channel)
    ]
    return [one for one in kept if one.channel == source.channel and _is_stamp(one.source_id)]


def _notes(tx: Tx, source: Source, threads: set[str], since: datetime) -> dict[str, str]:
    """Those that stand in threads which are fetched: elsewhere nothing is known of them."""
    found = {}
    for note in tx.notes.lately(source.workspace, source.channel, _LATELY):
        anchor = tx.threads.get(note.thread_id).anchor if note.thread_id else None
        if note.source_id and note.at >= since and anchor in threads:
            found[note.source_id] = anchor
    return found
