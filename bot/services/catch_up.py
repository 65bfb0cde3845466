"""What was written while Baton was down is fetched first; live events of that place wait for it.

An adapter, when it connects: `begin`, fetch every source after its mark (`reached` after each
page), then release what was parked meanwhile, channel by channel.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain.identity import Person, Place
from bot.domain.message import Attachment
from bot.ports.inbound import Deleted, Edited, Inbound, Written
from bot.ports.repositories.platforms import ANY_DIRECT, Source
from bot.ports.store import Tx

_KINDS = {kind.__name__: kind for kind in (Written, Edited, Deleted)}
_MOST = 10_000


def begin(tx: Tx, workspace: str) -> list[Source]:
    """Have live events of every known place of a workspace wait; answers with the places."""
    for source in tx.sources.hold_all(workspace):
        if not source.catching_up:
            tx.sources.put(replace(source, catching_up=True))
    return tx.sources.of(workspace)


def is_catching_up(tx: Tx, workspace: str, channel: str) -> bool:
    source = tx.sources.get(workspace, channel)
    return source is not None and source.catching_up


def park(tx: Tx, inbound: Inbound) -> bool:
    """Keep a live event for later if its place is catching up; whether it was kept."""
    behind = _behind(tx, inbound)
    if behind:
        tx.sources.park(inbound.workspace, behind, dumps(inbound))
    return bool(behind)


def _behind(tx: Tx, inbound: Inbound) -> str:
    """The place that it waits for: its own, or where that is not known yet, all that are new."""
    source = tx.sources.share(inbound.workspace, inbound.channel)
    if source is not None and source.catching_up:
        return source.channel
    may_be_new = not isinstance(inbound, Written) or inbound.direct
    if not may_be_new:
        return ""
    new = tx.sources.share(inbound.workspace, ANY_DIRECT)
    if new is None or not new.catching_up:
        return ""
    return ANY_DIRECT if source is None or _waits_there(tx, inbound) else ""


def _waits_there(tx: Tx, inbound: Inbound) -> bool:
    """Whether what came before it, when the place was not known yet, still waits with the new."""
    waiting = tx.sources.parked(inbound.workspace, ANY_DIRECT, _MOST)
    return any(loads(text).channel == inbound.channel for _, text in waiting)


def reached(tx: Tx, workspace: str, channel: str, thread: str, mark: str) -> None:
    """Back-fill has taken in everything up to `mark`."""
    source = tx.sources.get(workspace, channel, thread)
    if source is None:
        tx.sources.watch(workspace, channel, thread, mark)
    else:
        tx.sources.put(replace(source, mark=mark))


def compared(tx: Tx, source: Source, oldest: str) -> None:
    """What is known of a place, from `oldest` on, was compared with what stands there."""
    kept = tx.sources.get(source.workspace, source.channel, source.thread)
    if kept is not None and kept.compared != oldest:
        tx.sources.put(replace(kept, compared=oldest))


def waiting(tx: Tx, workspace: str, channel: str) -> list[Written]:
    """The messages that wait there, also from before a restart: they may be gone meanwhile."""
    kept = [loads(text) for _, text in tx.sources.parked(workspace, channel, _MOST)]
    return [one for one in kept if isinstance(one, Written)]


def is_ahead(tx: Tx, place: Place, source_id: str) -> bool:
    """Whether a message is newer than what was fetched, and not known: its own event is late, or
    lost, and the next look would bring it. Ids are numbers that grow.
    """
    where = place.workspace, place.channel
    source = tx.sources.get(*where, place.thread or "") or tx.sources.get(*where)
    if source is None or Decimal(source_id) <= Decimal(source.mark):
        return False
    return not is_known(tx, source, source_id)


def is_known(tx: Tx, place: Source | Place, source_id: str) -> bool:
    """Whether a message of a place was taken in already: nothing of it need be fetched again."""
    where = place.workspace, place.channel, source_id
    known = tx.messages.find_source(*where) or tx.notes.find_source(*where)
    return known is not None


def release(tx: Tx, workspace: str, channel: str) -> tuple[int, Inbound] | None:
    """The next parked event; None when there is none left, and live events flow again."""
    source = tx.sources.hold(workspace, channel)
    waiting = tx.sources.parked(workspace, channel, 1)
    if waiting:
        number, kept = waiting[0]
        return number, loads(kept)
    if source is not None and source.catching_up:
        tx.sources.put(replace(source, catching_up=False))
    return None


def dumps(inbound: Inbound) -> str:
    """An inbound event as JSON."""
    facts = {name: _plain(value) for name, value in asdict(inbound).items()}
    return json.dumps({"kind": type(inbound).__name__, **facts}, ensure_ascii=False)


def loads(text: str) -> Inbound:
    """The inverse of `dumps`."""
    facts: dict[str, Any] = json.loads(text)
    kind = _KINDS[facts.pop("kind")]
    facts["at"] = datetime.fromisoformat(facts["at"])
    if kind is Written:
        if edited := facts.get("edited_at"):
            facts["edited_at"] = datetime.fromisoformat(edited)
        author = facts["author"]
        facts["author"] = Person(**{**author, "groups": tuple(author.get("groups", ()))})
        facts["attachments"] = tuple(Attachment(**one) for one in facts["attachments"])
    return kind(**facts)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
