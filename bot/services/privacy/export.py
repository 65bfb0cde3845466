"""Hand out everything about a contact."""

from __future__ import annotations

from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.dossier import Chapter, Dossier
from bot.ports.store import Tx
from bot.services import record
from bot.services.privacy.contact import holdings


def export(tx: Tx, contact: str, actor: str, now: datetime) -> Dossier:
    """All of it, as it stands now. That it was handed out is in the log. Raises `NotFound`."""
    found = holdings(tx, contact)
    latest = found.conversations[-1] if found.conversations else None
    record.log(tx, "exported", actor=actor, now=now, conversation=latest)
    return Dossier(
        person=found.person,
        made_at=now,
        chapters=tuple(_chapter(tx, one) for one in found.conversations),
        elsewhere=found.elsewhere,
    )


def _chapter(tx: Tx, conversation: Conversation) -> Chapter:
    messages = tuple(tx.messages.of(conversation.id))
    tickets = tuple(
        one
        for one in tx.tickets.of_contact(conversation.contact)
        if one.conversation_id == conversation.id
    )
    return Chapter(
        conversation=conversation,
        tickets=tickets,
        messages=messages,
        earlier={
            one.id: tuple(earlier)
            for one in messages
            if one.edited_at and (earlier := tx.messages.revisions(one.id))
        },
        notes=tuple(tx.notes.of(conversation.id)),
        summaries=tuple(
            one for ticket in tickets if (one := tx.summaries.latest(ticket.number)) is not None
        ),
        events=tuple(tx.privacy.events(conversation.id)),
    )
