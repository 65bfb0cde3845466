"""Somebody edits or deletes what they wrote: a contact, which the team sees, or the team a note."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.message import Author, Message
from bot.ports.inbound import Deleted, Edited
from bot.ports.repositories.platforms import ANY_DIRECT
from bot.ports.store import Tx
from bot.services import note, record


def edited(tx: Tx, change: Edited, now: datetime) -> Message | None:
    """Show the new text; what it said before is kept. None for what is no message, for one of
    somebody who was blocked, and for an edit that a later one has overtaken: what waits is taken in
    after what was fetched.
    """
    message = _find(tx, change)
    if message is None:
        note.edited(tx, change, now)
        return None
    if not note.is_next(tx, change, message.source_edited_at):
        return None
    message = replace(message, source_edited_at=change.at)
    if message.text == change.text:
        tx.messages.put(message)
        return None
    if tx.blocks.get(message.author_id):
        return None
    tx.messages.add_revision(message.id, message.text, message.edited_at or message.at)
    later = tx.messages.of(message.conversation_id, after=message.id)
    answered = any(one.author is Author.ATTENDANT for one in later)
    message = replace(
        message,
        text=change.text,
        edited_at=now,
        edited_after_reply=message.edited_after_reply or answered,
    )
    return _show(tx, message, "message_edited", now)


def deleted(tx: Tx, change: Deleted, now: datetime) -> Message | None:
    """Mark it as deleted; the team keeps seeing what it said."""
    message = _find(tx, change)
    if message is None:
        unseen(tx, change)
        note.deleted(tx, change, now)
        _look_for_root(tx, change, now)
        return None
    if message.deleted_at or not tx.first_sight(change.key):
        return None
    return _show(tx, replace(message, deleted_at=now), "message_deleted", now)


def unseen(tx: Tx, change: Deleted) -> None:
    """What is deleted before it was taken in never is: told later, it would come out of order.

    Of places that nothing is taken in from, nothing need be known.
    """
    places = (change.channel, ANY_DIRECT)
    if not any(tx.sources.get(change.workspace, one) for one in places):
        return
    if tx.messages.find_source(change.workspace, change.channel, change.source_id) is None:
        tx.first_sight(change.message_key)


def _look_for_root(tx: Tx, change: Deleted, now: datetime) -> None:
    """Somebody deleted the root of a thread in use: have its card written, which finds it gone."""
    thread = tx.threads.at(change.workspace, change.channel, change.source_id)
    if thread is None or thread.cut_off:
        return
    copy = tx.outbox.copy(record.thread_lane(tx, thread).id, "card")
    if copy and not copy.deleted:
        tx.outbox.put_copy(replace(copy, digest=""))
        record.refresh_card(tx, thread, now)


def _find(tx: Tx, change: Edited | Deleted) -> Message | None:
    where = change.workspace, change.channel, change.source_id
    found = tx.messages.find_source(*where) or tx.messages.find_moved(*where)
    if found is None:
        return None
    tx.conversations.lock(found.conversation_id)
    return tx.messages.get(found.id)


def _show(tx: Tx, message: Message, kind: str, now: datetime) -> Message:
    tx.messages.put(message)
    conversation = tx.conversations.get(message.conversation_id)
    record.log(tx, kind, actor=message.author_id, now=now, conversation=conversation)
    thread = record.thread_of(tx, conversation)
    if thread and _is_shown(tx, record.thread_lane(tx, thread).id, f"message:{message.id}:"):
        record.mirror(tx, thread, message)
    return message


def _is_shown(tx: Tx, lane_id: int, prefix: str) -> bool:
    """It stands there, or is on its way with the words that it had when the call began."""
    return bool(tx.outbox.copies(lane_id, prefix)) or tx.outbox.unfinished(lane_id, prefix)
