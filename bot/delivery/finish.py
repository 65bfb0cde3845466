"""Record how work ended, and what follows from it, in one transaction."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.delivery.begin import SHOWN, digest
from bot.delivery.rendering import render
from bot.delivery.retry import Again, GiveUp, Suspend, decide
from bot.delivery.work import Ask, Call, Done, Play, Summarize
from bot.domain.conversation import Conversation
from bot.domain.identity import Place
from bot.domain.message import Delivery
from bot.domain.thread import Thread
from bot.domain.values import replace
from bot.ports.outbox import Copy, Effect, Lane, LaneKind, State
from bot.ports.outlet import Gone, Refused, Sent, Unreachable
from bot.ports.store import Tx
from bot.services import answer, delivered, early, practice, record

log = logging.getLogger(__name__)


def finish(tx: Tx, lane: Lane, done: Done, wall: datetime, now: datetime) -> None:
    """Write the outcome down. The caller holds the conversation and the lease of the lane."""
    effect = tx.outbox.effect(done.work.effect.id)
    if effect.state is not State.SENDING or effect.attempts != done.work.effect.attempts:
        return  # another worker has taken it over meanwhile
    if done.error is not None:
        _failed(tx, done, effect, done.error, wall, now)
    else:
        tx.outbox.put_effect(
            replace(effect, state=State.DONE, uncertain=False, problem="", finished_at=wall)
        )
        _revive(tx, lane)
        _follow(tx, done, now)
    if lane.kind is LaneKind.THREAD and effect.subject == "card":
        early.settle(tx, tx.threads.get(lane.ref), now)


def _follow(tx: Tx, done: Done, now: datetime) -> None:
    """What follows from work that was done."""
    match done.work:
        case Ask() as work if done.outcome is not None:
            epoch = work.effect.epoch or 0
            answer.record_outcome(tx, work.lane.ref, epoch, work.upto, done.outcome, now)
        case Play() as work if done.line is not None:
            practice.speak(tx, work.lane.ref, work.upto, done.line, now)
        case Summarize() as work if done.summary is not None:
            answer.record_summary(tx, done.summary, work.case.meter, now)
        case Call() as work:
            _called(tx, work, done, now)


def hold(tx: Tx, lane: Lane) -> None:
    """Let no other process change the lane's conversation until the commit."""
    if lane.kind is not LaneKind.WEBHOOK:
        tx.conversations.lock(_conversation_of(tx, lane))


def _conversation_of(tx: Tx, lane: Lane) -> int:
    match lane.kind:
        case LaneKind.THREAD | LaneKind.CARD:
            return tx.threads.get(lane.ref).conversation_id
        case LaneKind.NOTICE:
            return tx.events.get(lane.ref).conversation_id or 0
    return lane.ref


def _called(tx: Tx, work: Call, done: Done, now: datetime) -> None:
    sent = done.sent or work.sent
    if sent is None:
        return
    lane = _home(tx, work.lane)
    # What the platform knew already, or Baton has found, may be what an earlier try had said.
    is_sure = work.effect.progress.get(SHOWN, work.digest) == work.digest
    tx.outbox.put_copy(
        Copy(
            lane_id=lane.id,
            subject=work.effect.subject,
            workspace=sent.place.workspace,
            channel=sent.place.channel,
            thread=sent.place.thread,
            platform_id=sent.platform_id,
            digest=work.digest if is_sure else "",
            deleted=work.action == "delete",
        )
    )
    if not is_sure:
        _compare(tx, lane, work.effect, now)
    if work.action == "post" and _is_erased(tx, lane):
        tx.outbox.add(lane, work.effect.subject, order_at=now)  # it came too late, and goes again
        return
    if work.action == "post" and lane.kind is LaneKind.THREAD and work.effect.subject == "card":
        _anchor(tx, tx.threads.get(lane.ref), sent, done.link, now)
        if is_sure and _differs(tx, work):
            _compare(tx, lane, work.effect, now)
    if work.action == "post" and lane.kind is LaneKind.CONTACT:
        _reached(tx, lane, work.effect, sent, now)


def _differs(tx: Tx, work: Call) -> bool:
    """Whether a card has changed while it was posted: what changes it waits in another lane, which
    finds nothing to change before that.
    """
    content = render(tx, work.lane, work.effect.subject)
    return content is not None and digest(content) != work.digest


def _compare(tx: Tx, lane: Lane, effect: Effect, now: datetime) -> None:
    """Have what stands there made to say what it should."""
    if effect.subject == "card":
        record.refresh_card(tx, tx.threads.get(lane.ref), now)
    elif not tx.outbox.pending(lane.id, effect.subject):
        tx.outbox.add(lane, effect.subject, order_at=effect.order_at, epoch=effect.epoch)


def _is_erased(tx: Tx, lane: Lane) -> bool:
    """Whether the conversation of a lane has no contact any more."""
    return tx.conversations.get(_conversation_of(tx, lane)).is_erased


def _anchor(tx: Tx, thread: Thread, sent: Sent, link: str, now: datetime) -> None:
    """The root stands: the thread has a name now, and the one before it can point here."""
    thread = replace(thread, anchor=sent.place.thread or sent.platform_id, link=link)
    tx.threads.put(thread)
    if thread.predecessor_id is None:
        return
    old = tx.threads.get(thread.predecessor_id)
    ticket = tx.tickets.get(thread.ticket_number) if thread.ticket_number else None
    line = f"This ticket went on with {thread.team}. {link}".strip()
    record.log(tx, "moved", actor=record.BATON, now=now, ticket=ticket, thread=old, line=line)
    record.refresh_card(tx, old, now)


def _reached(tx: Tx, lane: Lane, effect: Effect, sent: Sent, now: datetime) -> None:
    """A part is with the contact; the message is delivered with its last part."""
    conversation = tx.conversations.get(lane.ref)
    if sent.place != conversation.place:
        _moved(tx, conversation, sent.place, now)
    prefix = effect.subject.rpartition(":")[0] + ":"
    message = tx.messages.get(int(prefix.split(":")[1]))
    if tx.outbox.unfinished(lane.id, prefix) or message.delivery is Delivery.DELIVERED:
        return
    delivered.succeeded(tx, message, now)


def _moved(tx: Tx, conversation: Conversation, place: Place, now: datetime) -> None:
    """A thread was opened for it. Where direct messages are refused, the team is told."""
    leaves = place.channel != conversation.channel
    tx.conversations.put(
        replace(
            conversation,
            channel=place.channel,
            thread=place.thread,
            direct=conversation.direct and not leaves,
        )
    )
    if leaves:
        line = (
            f"{conversation.contact_name} takes no direct messages, so a private thread was "
            "opened for them instead."
        )
        thread = record.thread_of(tx, conversation)
        record.log(
            tx,
            "rerouted",
            actor=record.BATON,
            now=now,
            conversation=conversation,
            thread=thread,
            line=line,
        )


def _failed(
    tx: Tx, done: Done, effect: Effect, error: Exception, wall: datetime, now: datetime
) -> None:
    if isinstance(error, Gone) and isinstance(done.work, Call):
        _gone(tx, done.work, effect, wall, now)
        return
    problem = str(error) or type(error).__name__
    if done.work.lane.kind is LaneKind.NOTICE and isinstance(error, Unreachable | Refused):
        # Somebody who takes no direct messages is called in the thread, and by the next step.
        log.warning("%s was not told: %s", done.work.lane.channel, problem)
        tx.outbox.put_effect(
            replace(effect, state=State.DROPPED, problem=problem, finished_at=wall)
        )
        return
    match decide(error, effect.attempts):
        case GiveUp():
            tx.outbox.put_effect(
                replace(effect, state=State.DEAD, problem=problem, finished_at=wall)
            )
            _bury(tx, done.work.lane, effect, problem)
        case Suspend(wait=wait):
            _again(tx, problem, replace(effect, due_at=wall + wait))
            lane = tx.outbox.get_lane(effect.lane_id)
            tx.outbox.put_lane(
                replace(lane, suspended=problem, failures=lane.failures + 1, due_at=wall + wait)
            )
        case Again(wait=wait, uncertain=uncertain, pause=pause):
            if pause:
                lane = done.work.lane
                tx.outbox.pause(lane.workspace, lane.channel, wall + wait)
            uncertain = uncertain or effect.uncertain
            _again(tx, problem, replace(effect, due_at=wall + wait, uncertain=uncertain))


def _again(tx: Tx, problem: str, effect: Effect) -> None:
    tx.outbox.put_effect(replace(effect, state=State.PENDING, problem=problem))


def _bury(tx: Tx, lane: Lane, effect: Effect, problem: str) -> None:
    """A dead letter: whoever wrote the message sees it, with Retry."""
    if lane.kind is LaneKind.CONTACT and not _is_erased(tx, lane):
        message = tx.messages.get(int(effect.subject.split(":")[1]))
        tx.outbox.kill(lane.id, f"message:{message.id}:", problem)  # no half of it may follow
        delivered.failed(tx, message, problem)


def _told(tx: Tx, thread: Thread, effect: Effect) -> int:
    """Up to which message the new transcript tells: what is still to be posted comes after it."""
    kind, _, rest = effect.subject.partition(":")
    if kind == "message":
        return int(rest.partition(":")[0]) - 1
    return tx.messages.last_id(thread.conversation_id)


def _gone(tx: Tx, work: Call, effect: Effect, wall: datetime, now: datetime) -> None:
    """What was to be changed is no longer there. A thread without its root is built anew."""
    lane = _home(tx, work.lane)
    is_root = effect.subject == "card" or work.action == "post"
    if work.action == "delete" or _is_erased(tx, lane):
        _lost(tx, lane, work, effect, wall)
        return
    if lane.kind is LaneKind.THREAD and is_root:
        thread = tx.threads.get(lane.ref)
        for lost in tx.outbox.copies(lane.id, ""):
            tx.outbox.put_copy(replace(lost, deleted=True))
        said = _told(tx, thread, effect)
        tx.threads.put(replace(thread, anchor=None, link="", opened_at=now, history_to=said))
        for subject in ("card", "transcript"):
            if (work.lane.id, effect.subject) != (lane.id, subject):
                tx.outbox.add(lane, subject, order_at=thread.opened_at)
        _afresh(tx, effect, wall)
        return
    if lane.kind is LaneKind.CONTACT and work.action == "post":
        # The contact deleted the thread: go on in the channel, where a new one opens.
        tx.conversations.put(replace(tx.conversations.get(lane.ref), thread=None))
        _afresh(tx, effect, wall)
        return
    _lost(tx, lane, work, effect, wall)


def _lost(tx: Tx, lane: Lane, work: Call, effect: Effect, wall: datetime) -> None:
    """Nothing is left to change there."""
    copy = tx.outbox.copy(lane.id, effect.subject)
    if copy:
        tx.outbox.put_copy(replace(copy, deleted=True, digest=work.digest))
    tx.outbox.put_effect(replace(effect, state=State.DROPPED, finished_at=wall))


def _afresh(tx: Tx, effect: Effect, wall: datetime) -> None:
    """Do it once more, as if it had never been tried."""
    tx.outbox.put_effect(
        replace(effect, state=State.PENDING, uncertain=False, progress={}, due_at=wall)
    )


def _revive(tx: Tx, lane: Lane) -> None:
    """The destination works again."""
    if lane.suspended or lane.failures:
        tx.outbox.put_lane(replace(lane, suspended="", failures=0))


def _home(tx: Tx, lane: Lane) -> Lane:
    """A card's changes have their own lane; its copy belongs to the thread's."""
    if lane.kind is not LaneKind.CARD:
        return lane
    return record.thread_lane(tx, tx.threads.get(lane.ref))
