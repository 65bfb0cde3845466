"""Internal notes: context for the team, never for the contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.errors import ContactErased, ThreadCutOff
from bot.domain.message import Attachment, check_text
from bot.domain.states import Action, after
from bot.domain.thread import Note, Thread
from bot.domain.ticket import Ticket
from bot.ports.inbound import Deleted, Edited, Received, Written
from bot.ports.store import Tx
from bot.services import record


def add(
    tx: Tx,
    number: int,
    author: str,
    text: str,
    now: datetime,
    attachments: tuple[Attachment, ...] = (),
) -> Note:
    """Keep a note on a ticket and show it in its thread. Raises `IllegalMove` once it is closed."""
    text = check_text(text, attachments)
    _, ticket = record.locked(tx, number)
    after(ticket.status, Action.NOTE, number=number)
    thread = tx.threads.of_ticket(number)
    note = _keep(tx, ticket, thread, author, text, now, attachments)
    if thread:
        record.show_note(tx, thread, note)
    return note


def from_thread(tx: Tx, written: Written, now: datetime) -> Received | None:
    """A plain message in a ticket's thread is a note; it stands there already.

    Raises `ThreadCutOff` in a thread that the ticket has left, so that nobody writes to a wall.
    """
    if written.thread is None:
        return None
    thread = tx.threads.at(written.workspace, written.channel, written.thread)
    if thread is None:
        return None
    still_here(tx, thread)
    if not tx.first_sight(written.key):
        return None
    tx.people.put(written.author)
    ticket = tx.tickets.get(thread.ticket_number) if thread.ticket_number else None
    if ticket:
        after(ticket.status, Action.NOTE, number=ticket.number)
    note = _keep(
        tx,
        ticket,
        thread,
        written.author.id,
        written.text,
        now,
        written.attachments,
        source_id=written.source_id,
        source_edited_at=written.edited_at,
    )
    return Received(conversation_id=thread.conversation_id, note_id=note.id)


def edited(tx: Tx, change: Edited, now: datetime) -> Note | None:
    """A note was changed where it stands; what it said before is in the log."""
    note = tx.notes.find_source(change.workspace, change.channel, change.source_id)
    if note is None or not is_next(tx, change, note.source_edited_at):
        return None
    before, note = note.text, replace(note, text=change.text, source_edited_at=change.at)
    if note.text == before:
        tx.notes.put(note)
        return None
    return _revise(tx, note, "note_edited", now, before=before)


def is_next(tx: Tx, change: Edited, last: datetime | None) -> bool:
    """Whether an edit was not taken in before, nor one that was made after it."""
    return (last is None or change.at >= last) and tx.first_sight(change.key)


def deleted(tx: Tx, change: Deleted, now: datetime) -> Note | None:
    """A note was taken away where it stood: no summary and no later thread tells it again."""
    note = tx.notes.find_source(change.workspace, change.channel, change.source_id)
    if note is None or note.deleted_at or not tx.first_sight(change.key):
        return None
    return _revise(tx, replace(note, deleted_at=now), "note_deleted", now)


def _revise(tx: Tx, note: Note, kind: str, now: datetime, *, before: str = "") -> Note:
    tx.notes.put(note)
    ticket = tx.tickets.get(note.ticket_number) if note.ticket_number else None
    record.log(
        tx, kind, actor=note.author_id, now=now, ticket=ticket, note=str(note.id), before=before
    )
    return note


def still_here(tx: Tx, thread: Thread) -> None:
    """Raises `ThreadCutOff` in a thread that its ticket has left, `ContactErased` in one of which
    nothing is left to go on with.
    """
    if not thread.cut_off:
        return
    current = tx.threads.of_ticket(thread.ticket_number) if thread.ticket_number else None
    if current and current.id == thread.id:
        raise ContactErased(number=thread.ticket_number)
    link = (current.link or f"with {current.team}") if current else "elsewhere"
    raise ThreadCutOff(number=thread.ticket_number, link=link)


def _keep(
    tx: Tx,
    ticket: Ticket | None,
    thread: Thread | None,
    author: str,
    text: str,
    now: datetime,
    attachments: tuple[Attachment, ...],
    *,
    source_id: str | None = None,
    source_edited_at: datetime | None = None,
) -> Note:
    conversation_id = ticket.conversation_id if ticket else thread.conversation_id if thread else 0
    note = tx.notes.add(
        Note(
            conversation_id=conversation_id,
            ticket_number=ticket.number if ticket else None,
            author_id=author,
            author_name=record.name(tx, author),
            text=text,
            attachments=attachments,
            at=now,
            source_id=source_id,
            thread_id=thread.id if thread and source_id else None,
            source_edited_at=source_edited_at,
        )
    )
    record.log(tx, "noted", actor=author, now=now, ticket=ticket, thread=thread)
    return note
