"""Everything that Baton holds about one contact, found once for whatever is done with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.domain.conversation import Conversation
from bot.domain.erasure import Extent
from bot.domain.errors import BadInput, NotFound
from bot.domain.identity import Person, Place, local_id
from bot.domain.message import Attachment, Message
from bot.domain.thread import Note, Thread
from bot.domain.ticket import Ticket
from bot.ports.outbox import Copy, Lane
from bot.ports.store import Tx


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """`elsewhere` is what they wrote in the conversations of others."""

    person: Person
    conversations: tuple[Conversation, ...]
    tickets: tuple[Ticket, ...]
    messages: tuple[Message, ...]
    elsewhere: tuple[Message, ...]
    notes: tuple[Note, ...]
    threads: tuple[Thread, ...]
    lanes: tuple[Lane, ...]
    copies: tuple[Copy, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Everything they go by, but for the whole id."""
        shown = [one.contact_name for one in self.conversations]
        shown += [one.author_name for one in self.elsewhere]
        return tuple(dict.fromkeys((self.person.name, *shown, local_id(self.person.id))))

    @property
    def files(self) -> tuple[str, ...]:
        """The digests of every file of theirs."""
        carried = [one.attachments for one in (*self.messages, *self.elsewhere)]
        carried += [one.attachments for one in self.notes]
        return tuple(dict.fromkeys(_digests(carried)))

    @property
    def extent(self) -> Extent:
        return Extent(
            conversations=len(self.conversations),
            tickets=len(self.tickets),
            messages=len(self.messages) + len(self.elsewhere),
            notes=len(self.notes),
            files=len(self.files),
            copies=len(self.copies),
        )


def holdings(tx: Tx, contact: str) -> Holdings:
    """All of it. Raises `NotFound` for somebody of whom nothing is known."""
    conversations = tuple(tx.privacy.conversations(contact))
    elsewhere = tuple(tx.privacy.elsewhere(contact))
    person = tx.people.get(contact)
    is_known = conversations or elsewhere or person.name != local_id(contact)
    if not is_known:
        raise NotFound(what="contact", name=contact, hint="Give the id, a mention or the name.")
    lanes = tuple(lane for one in conversations for lane in tx.privacy.lanes(one.id))
    return Holdings(
        person=_named(person, conversations),
        conversations=conversations,
        tickets=tuple(tx.tickets.of_contact(contact)),
        messages=tuple(said for one in conversations for said in tx.messages.of(one.id)),
        elsewhere=elsewhere,
        notes=tuple(note for one in conversations for note in tx.notes.of(one.id)),
        threads=tuple(thread for one in conversations for thread in tx.privacy.threads(one.id)),
        lanes=lanes,
        copies=tuple(copy for lane in lanes for copy in standing(tx, lane)),
    )


def one_of(tx: Tx, named: Iterable[str], typed: str) -> str:
    """The one contact that is meant. Raises `BadInput` where it may be several."""
    known = [one for one in dict.fromkeys(named) if tx.privacy.conversations(one)]
    if len(known) > 1:
        raise BadInput(problem=f"{typed} can be: {', '.join(known)}. Give the id.")
    return known[0] if known else typed


def standing(tx: Tx, lane: Lane) -> list[Copy]:
    return [copy for copy in tx.outbox.copies(lane.id, "") if not copy.deleted]


def place_of(conversation: Conversation) -> Place | None:
    """The part of a platform that is this conversation's own; None in a channel of many."""
    if conversation.direct:
        return Place(workspace=conversation.workspace, channel=conversation.channel)
    return conversation.place if conversation.thread else None


def _named(person: Person, conversations: tuple[Conversation, ...]) -> Person:
    if conversations and person.name == local_id(person.id):
        return Person(id=person.id, name=conversations[-1].contact_name)
    return person


def _digests(files: Iterable[tuple[Attachment, ...]]) -> Iterator[str]:
    return (one.digest for several in files for one in several if one.digest)
