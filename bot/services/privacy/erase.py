"""Forget a contact: at once here, and through the lanes on the platforms.

Refused while people are at work on it: a ticket is to be closed, a takeover to be ended, by whoever
knows how to say goodbye. What was counted stays, under an alias.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.conversation import Conversation, Mode, hand_back
from bot.domain.erasure import ALIAS_NAME, Erasure, Remnant, digest_of, is_confirmed
from bot.domain.errors import BadInput
from bot.domain.message import Message
from bot.ports.outbox import Lane, LaneKind, State
from bot.ports.store import Tx
from bot.services import catch_up, record
from bot.services.privacy.contact import Holdings, holdings, place_of, standing

_TO_PLATFORMS = {LaneKind.CONTACT, LaneKind.THREAD, LaneKind.NOTICE}


def erase(tx: Tx, contact: str, typed: str, actor: str, now: datetime, wall: datetime) -> Erasure:
    """Forget them. Raises `NotFound`, and `BadInput` where it cannot be done now.

    `typed` is what the admin typed to confirm: the contact's name or id.
    """
    for conversation in tx.privacy.conversations(contact):
        tx.conversations.lock(conversation.id)
    found = holdings(tx, contact)
    if not is_confirmed(typed, contact, *found.names):
        raise BadInput(problem=f"That is not their name. To erase them, type: {found.person.name}")
    _refuse_if_busy(tx, found, wall)
    erasure = tx.privacy.add(
        Erasure(
            digest=digest_of(contact),
            by=actor,
            at=now,
            extent=found.extent,
            files=found.files,
            lanes=tuple(lane.id for lane in found.lanes),
            remnants=_in_doubt(tx, found),
        )
    )
    _forget(tx, found, erasure, now)
    record.log(
        tx, "erased", actor=actor, now=now, erasure=str(erasure.id), what=str(erasure.extent)
    )
    return erasure


def _refuse_if_busy(tx: Tx, found: Holdings, wall: datetime) -> None:
    open_tickets = [f"#{one.number}" for one in found.tickets if one.is_open]
    if open_tickets:
        numbers = ", ".join(open_tickets)
        raise BadInput(problem=f"Ticket {numbers} of theirs is open. Close it first, then erase.")
    if any(one.mode is Mode.TAKEOVER for one in found.conversations):
        raise BadInput(problem="Somebody speaks with them right now. /resume first, then erase.")
    for lane in found.lanes:
        is_held = lane.leased_until is not None and lane.leased_until > wall
        if lane.kind in _TO_PLATFORMS and is_held and tx.privacy.unsure(lane.id):
            raise BadInput(problem="A message of theirs is on its way right now. Try in a minute.")


def _in_doubt(tx: Tx, found: Holdings) -> tuple[Remnant, ...]:
    """What may have been sent before a crash, and cannot be found without its words."""
    return tuple(
        Remnant(
            where=f"{lane.workspace} {lane.channel}",
            problem="A message may stand there: whether it was sent could not be told.",
        )
        for lane in found.lanes
        if lane.kind in _TO_PLATFORMS
        for effect in tx.privacy.unsure(lane.id)
        if tx.outbox.copy(lane.id, effect.subject) is None
    )


def _forget(tx: Tx, found: Holdings, erasure: Erasure, now: datetime) -> None:
    contact = found.person.id
    for lane in found.lanes:
        _let_go(tx, lane)
    for conversation in found.conversations:
        _forget_conversation(tx, conversation, contact, erasure)
    for message in found.elsewhere:
        _take_back(tx, message, now)
    tx.privacy.forget_messages([one.id for one in (*found.messages, *found.elsewhere)])
    tx.privacy.forget_notes([one.id for one in found.notes])
    for thread in found.threads:
        if thread.anchor:
            tx.privacy.forget_place(thread.place)
        tx.threads.put(replace(thread, cut_off=True, link=""))
    for lane in found.lanes:
        _take_away(tx, lane, now)
    wrote_in = {one.id for one in found.conversations}
    wrote_in |= {one.conversation_id for one in found.elsewhere}
    tx.privacy.forget_actor(contact, erasure.alias, sorted(wrote_in))
    for ticket in found.tickets:
        _untag(tx, ticket.number, found.names)
    tx.blocks.remove(contact)
    if contact not in tx.desk.get().attendants:
        tx.privacy.forget_person(contact, _long(found.names))


def _let_go(tx: Tx, lane: Lane) -> None:
    """Nothing that was queued for them is sent any more; what failed is not tried again."""
    tx.outbox.withdraw(lane, "")
    for effect in tx.outbox.dead_of(lane.id, ""):
        tx.outbox.put_effect(replace(effect, state=State.DROPPED))


def _forget_conversation(
    tx: Tx, conversation: Conversation, contact: str, erasure: Erasure
) -> None:
    """Its row stays for the figures: when it was, how often the agent answered, what tickets."""
    tx.privacy.forget_summaries(conversation.id)
    tx.privacy.forget_words(conversation.id)
    if own := place_of(conversation):
        tx.privacy.forget_place(own)
        for kept in tx.privacy.forget_parked(contact, own):
            tx.first_sight(catch_up.loads(kept).key)
    after = tx.messages.last_id(conversation.id)
    tx.conversations.put(
        replace(
            hand_back(conversation, after),
            contact=erasure.alias,
            contact_name=ALIAS_NAME,
            contact_avatar="",
            channel="" if conversation.direct else conversation.channel,
            thread=None,
            answers=conversation.answers,
        )
    )


def _take_away(tx: Tx, lane: Lane, now: datetime) -> None:
    """Have every copy in a lane removed, a thread's root last."""
    copies = sorted(standing(tx, lane), key=lambda one: (one.subject == "card", -one.id))
    for copy in copies:
        tx.outbox.add(lane, copy.subject, order_at=now)


def _take_back(tx: Tx, message: Message, now: datetime) -> None:
    """Remove what they wrote in somebody else's conversation from the team's threads."""
    for lane in tx.privacy.lanes(message.conversation_id):
        for copy in tx.outbox.copies(lane.id, f"message:{message.id}:"):
            tx.outbox.add(lane, copy.subject, order_at=now)
        if tx.outbox.copy(lane.id, "transcript"):
            tx.outbox.add(lane, "transcript", order_at=now)


def _untag(tx: Tx, number: int, names: tuple[str, ...]) -> None:
    """A tag that names them goes; the others are what figures are made from."""
    tags = tx.tags.of(number)
    called = [name.casefold() for name in _long(names)]
    kept = tuple(tag for tag in tags if not any(name in tag.casefold() for name in called))
    if kept != tags:
        tx.tags.put(number, kept)


def _long(names: tuple[str, ...]) -> list[str]:
    """Names that are not found by accident inside of other words."""
    return [name for name in names if len(name) > 2]  # noqa: PLR2004 - "Al" is part of "Alice"
