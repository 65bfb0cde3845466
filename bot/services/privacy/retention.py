"""Let go of what has outlived its time, a small batch at a time, and never in open tickets.

What goes is gone here; a platform keeps its own copies as long as its own settings say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.identity import Place
from bot.domain.message import Attachment, Message
from bot.domain.thread import without_words
from bot.ports.repositories.privacy import Carrier
from bot.ports.store import Tx

BATCH = 100
_FILES = "retention:files"
_WALK = "retention:walk"
_CALLS = timedelta(days=7)
_DRAFTS = timedelta(days=1)
_REMOVED = "removed, its time was over"


def sweep(tx: Tx, now: datetime, limit: int = BATCH) -> int:
    """One batch of each kind; answers with how many things were let go."""
    kept = tx.desk.get().retention
    done = 0
    if kept.messages:
        done += _messages(tx, now - kept.messages, limit)
    if kept.notes:
        done += _notes(tx, now - kept.notes, limit)
    if kept.log:
        done += _events(tx, now - kept.log, limit)
    if kept.media:
        done += _media(tx, now - kept.media, f"{now:%Y-%m-%d}", limit)
    tx.calls.forget(now - _CALLS)
    tx.privacy.forget_drafts(now - _DRAFTS)
    return done


def is_waiting(tx: Tx) -> bool:
    """Whether files were let go that may still be there."""
    return bool(_waiting(tx))


def removable(tx: Tx) -> tuple[str, ...]:
    """Files that were let go and that nothing refers to any more."""
    waiting = _waiting(tx)
    used = tx.privacy.used(waiting)
    return tuple(one for one in waiting if one not in used)


def removed(tx: Tx, files: Sequence[str]) -> None:
    """These are gone; those that are in use again are nobody's to remove."""
    seen = {*files, *tx.privacy.used(_waiting(tx))}
    left = [one for one in _waiting(tx) if one not in seen]
    tx.meta.put(_FILES, json.dumps(left) if left else None)


def _messages(tx: Tx, before: datetime, limit: int) -> int:
    """With what they said before, their copies in the console, and what was made of them."""
    found = tx.privacy.outlived_messages(before, limit)
    for message in found:
        _forget_copies(tx, message)
    for conversation_id in {one.conversation_id for one in found}:
        tx.privacy.forget_outlived(conversation_id, before)
    tx.privacy.forget_messages([one.id for one in found])
    _let_go(tx, (file for one in found for file in one.attachments))
    return len(found)


def _forget_copies(tx: Tx, message: Message) -> None:
    conversation = tx.conversations.get(message.conversation_id)
    if message.source_id:
        tx.privacy.forget_post(conversation.place, message.source_id)
    for lane in tx.privacy.lanes(message.conversation_id):
        for copy in tx.outbox.copies(lane.id, f"message:{message.id}:"):
            tx.privacy.forget_post(copy.place, copy.platform_id)
        tx.privacy.forget_sent(lane.id, f"message:{message.id}:")


def _notes(tx: Tx, before: datetime, limit: int) -> int:
    found = tx.privacy.outlived_notes(before, limit)
    for note in found:
        for lane in tx.privacy.lanes(note.conversation_id):
            if copy := tx.outbox.copy(lane.id, f"note:{note.id}"):
                tx.privacy.forget_post(copy.place, copy.platform_id)
                tx.privacy.forget_sent(lane.id, copy.subject)
            if note.source_id:  # it was written straight into the team's thread
                here = Place(workspace=lane.workspace, channel=lane.channel)
                tx.privacy.forget_post(here, note.source_id)
    tx.privacy.forget_notes([one.id for one in found])
    _let_go(tx, (file for one in found for file in one.attachments))
    return len(found)


def _events(tx: Tx, before: datetime, limit: int) -> int:
    found = tx.privacy.outlived_events(before, limit)
    for event in found:
        tx.privacy.put_event(without_words(event))
    return len(found)


def _media(tx: Tx, before: datetime, day: str, limit: int) -> int:
    """Once a day past everything that carries files; what was in open tickets is met again."""
    walked, _, mark = (tx.meta.get(_WALK) or "").partition(" ")
    carriers = tx.privacy.carriers(before, mark if walked == day else "", limit)
    if carriers:
        tx.meta.put(_WALK, f"{day} {carriers[-1].mark}")
    bare = [one for one in carriers if one.is_closed and any(f.digest for f in one.files)]
    for one in bare:
        _strip(tx, one)
    return len(bare)


def _strip(tx: Tx, carrier: Carrier) -> None:
    """The names stay, with a word on where the files are."""
    said = carrier.said
    files = tuple(_without_bytes(file) for file in said.attachments)
    if isinstance(said, Message):
        tx.messages.put(replace(said, attachments=files))
    else:
        tx.privacy.put_note(replace(said, attachments=files))
    _let_go(tx, said.attachments)


def _without_bytes(file: Attachment) -> Attachment:
    return replace(file, digest=None, problem=_REMOVED) if file.digest else file


def _let_go(tx: Tx, files: Iterable[Attachment]) -> None:
    """Have files removed once this is committed, over a crash as well."""
    digests = [one.digest for one in files if one.digest]
    if digests:
        tx.meta.put(_FILES, json.dumps(list(dict.fromkeys((*_waiting(tx), *digests)))))


def _waiting(tx: Tx) -> tuple[str, ...]:
    return tuple(json.loads(tx.meta.get(_FILES) or "[]"))
