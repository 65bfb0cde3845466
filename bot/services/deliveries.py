"""What could not be delivered, and trying it again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.errors import NotFound
from bot.domain.message import Delivery, Message
from bot.ports.outbox import Lane, LaneKind, State
from bot.ports.store import Tx
from bot.services import record

_MOST = 50


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One dead letter, or one destination that does not work at present (`waits`)."""

    where: str
    problem: str
    waits: bool = False
    message_id: int | None = None

    @property
    def title(self) -> str:
        """What is in trouble."""
        if self.waits:
            return f"{self.where}, which waits until it works again"
        return f"message {self.message_id}, {self.where}" if self.message_id else self.where


def trouble(tx: Tx) -> tuple[Trouble, ...]:
    """Everything that waits for somebody to act: destinations first, then dead letters."""
    lanes = tuple(
        Trouble(where=_where(tx, lane), problem=lane.suspended, waits=True)
        for lane in tx.outbox.suspended()
    )
    letters = tuple(
        Trouble(
            where=_where(tx, lane),
            problem=effect.problem,
            message_id=int(effect.subject.split(":")[1])
            if effect.subject.startswith("message:")
            else None,
        )
        for effect, lane in tx.outbox.dead(_MOST)
    )
    return lanes + letters


def _where(tx: Tx, lane: Lane) -> str:
    """Where a lane leads, in words."""
    match lane.kind:
        case LaneKind.CONTACT:
            ticket = tx.tickets.last_of(lane.ref)
            name = tx.conversations.get(lane.ref).contact_name or "a contact"
            return f"to {name} (#{ticket.number})" if ticket else f"to {name}"
        case LaneKind.THREAD | LaneKind.CARD:
            thread = tx.threads.get(lane.ref)
            number = thread.ticket_number
            return f"the thread of {f'#{number}' if number else 'a takeover'} with {thread.team}"
        case LaneKind.NOTICE:
            return "a call outside of a thread"
        case LaneKind.WEBHOOK:
            return f"webhook {lane.channel}"
    return "the agent"


def try_again(tx: Tx, workspace: str, wall: datetime) -> None:
    """Something was mended there: what its destinations hold back is tried now."""
    for lane in tx.outbox.suspended():
        waiting = tx.outbox.next(lane.id)
        if lane.workspace == workspace and waiting is not None:
            tx.outbox.put_effect(replace(waiting, due_at=wall))
            tx.outbox.put_lane(replace(lane, suspended="", failures=0))
            tx.wake(f"lane:{lane.id}")


def retry(tx: Tx, message_id: int, actor: str, now: datetime) -> Message:
    """Send a failed message again, in its place in the order. Raises `NotFound`."""
    message = tx.messages.get(message_id)
    conversation = tx.conversations.lock(message.conversation_id)
    lane = record.contact_lane(tx, conversation)
    dead = tx.outbox.dead_of(lane.id, f"message:{message_id}:")
    if not dead:
        raise NotFound(what="failed delivery", name=message_id)
    for effect in dead:
        tx.outbox.put_effect(replace(effect, state=State.DROPPED))
        tx.outbox.add(lane, effect.subject, order_at=effect.order_at, epoch=effect.epoch)
    message = replace(message, delivery=Delivery.PENDING, problem="", epoch=conversation.epoch)
    tx.messages.put(message)
    record.mirror(tx, record.thread_for(tx, message), message)
    record.log(tx, "retried", actor=actor, now=now, conversation=conversation)
    return message
