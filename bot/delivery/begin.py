"""Choose the next work of a lane, and mark it as begun in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.delivery.rendering import looks, render
from bot.delivery.work import Ask, Call, Play, Rest, Summarize, Tell, Work
from bot.domain.card import Content, Post
from bot.domain.conversation import Mode
from bot.domain.errors import NotFound
from bot.domain.identity import Place
from bot.domain.message import Author
from bot.domain.values import replace
from bot.ports.outbox import Copy, Effect, Lane, LaneKind, State
from bot.ports.outlet import Sent
from bot.ports.store import Tx
from bot.services import answer, delivered, practice, webhooks
from bot.services.cue import PLAY

# A notice leads to a thread: it waits a while for the thread's card to stand.
_FOR_THE_CARD = timedelta(seconds=30)
_LOOK_AGAIN = timedelta(seconds=0.5)
# In an effect's progress: the digest of what its first try was to leave standing.
SHOWN = "shown"
Settle = Callable[[str], timedelta | None]


def begin(tx: Tx, lane: Lane, settle: Settle, wall: datetime, now: datetime) -> Work | Rest:
    """The first thing in the lane that wants a call; what wants none is finished on the way."""
    while effect := tx.outbox.next(lane.id):
        effect = _recovered(effect)
        wait = _wait(tx, lane, effect, settle(lane.workspace), wall)
        if wait > wall:
            tx.outbox.put_effect(replace(effect, due_at=wait))
            return Rest(until=wait)
        work = _plan(tx, lane, effect, now)
        if isinstance(work, State):
            tx.outbox.put_effect(replace(effect, state=work, finished_at=wall))
            continue
        begun = replace(
            effect,
            state=State.SENDING,
            attempts=effect.attempts + 1,
            attempted_at=effect.attempted_at if effect.uncertain else wall,
            progress=_first_shown(work),
        )
        tx.outbox.put_effect(begun)
        return replace(work, effect=begun)
    if lane.suspended:  # nothing waits for the destination any more
        tx.outbox.put_lane(replace(lane, suspended="", failures=0))
    return Rest()


def _first_shown(work: Work) -> dict[str, str]:
    """With what a first try may have left standing: a repeated one may only find that."""
    if not isinstance(work, Call) or work.action != "post":
        return work.effect.progress
    return {SHOWN: work.digest, **work.effect.progress}


def digest(content: Content) -> str:
    """Of what stands there; which post it answers cannot be changed later."""
    if isinstance(content, Post):
        content = replace(content, reply_to=None)
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _recovered(effect: Effect) -> Effect:
    """A begun effect that nobody works on was left by a worker that died: it may have happened."""
    if effect.state is State.SENDING:
        return replace(effect, state=State.PENDING, uncertain=True)
    return effect


def _wait(tx: Tx, lane: Lane, effect: Effect, settle: timedelta | None, wall: datetime) -> datetime:
    """When the effect may be worked on: due, the channel not paused, an unclear try settled."""
    times = [effect.due_at]
    if lane.kind in {LaneKind.CONTACT, LaneKind.THREAD, LaneKind.CARD, LaneKind.NOTICE}:
        times.append(tx.outbox.paused_until(lane.workspace, lane.channel) or wall)
    if lane.kind is LaneKind.NOTICE and wall - effect.created_at < _FOR_THE_CARD:
        times.append(wall if _has_link(tx, lane) else wall + _LOOK_AGAIN)
    if effect.uncertain and settle is not None and effect.attempted_at:
        times.append(effect.attempted_at + settle)
    return max(times)


def _has_link(tx: Tx, lane: Lane) -> bool:
    """Whether the thread that a notice points to stands yet."""
    number = tx.events.get(lane.ref).ticket_number
    thread = tx.threads.of_ticket(number) if number else None
    return thread is None or thread.anchor is not None


def _plan(tx: Tx, lane: Lane, effect: Effect, now: datetime) -> Work | State:
    """What to do for an effect, or the state it ends in when there is nothing to do."""
    try:
        match lane.kind:
            case LaneKind.AGENT:
                wanted = _play if effect.subject.startswith(PLAY) else _ask
                return wanted(tx, lane, effect)
            case LaneKind.WEBHOOK:
                return _tell(tx, lane, effect)
            case LaneKind.SUMMARY:
                case = answer.case(tx, int(effect.subject.partition(":")[2]), now)
                return Summarize(lane=lane, effect=effect, case=case)
            case LaneKind.CONTACT if _is_stale(tx, lane, effect):
                return _withhold(tx, effect)
        return _sync(tx, lane, effect)
    except NotFound:  # erased meanwhile: what stands there goes too
        return _remove(tx, lane, effect)


def _tell(tx: Tx, lane: Lane, effect: Effect) -> Work | State:
    try:
        notice = webhooks.notice(tx, lane, effect)
    except NotFound:  # what it is about is gone
        return State.DROPPED
    return Tell(lane=lane, effect=effect, notice=notice) if notice else State.DROPPED


def _ask(tx: Tx, lane: Lane, effect: Effect) -> Work | State:
    conversation = tx.conversations.lock(lane.ref)
    if conversation.epoch != effect.epoch or conversation.mode is not Mode.AGENT:
        return State.DROPPED
    upto = int(effect.subject.partition(":")[2])
    return Ask(lane=lane, effect=effect, turn=answer.turn(tx, conversation), upto=upto)


def _play(tx: Tx, lane: Lane, effect: Effect) -> Work | State:
    upto = int(effect.subject.partition(":")[2])
    scene = practice.scene(tx, tx.conversations.lock(lane.ref), upto)
    if scene is None:
        return State.DROPPED
    return Play(lane=lane, effect=effect, scene=scene, upto=upto)


def _is_stale(tx: Tx, lane: Lane, effect: Effect) -> bool:
    """Whether these are words of the agent (or of Baton) from before a change of mode, or to a
    contact who was blocked.

    The conversation is held until the mark `sending` is committed: no call that speaks for the
    agent starts after a handover has committed. What stands there already may be edited.
    """
    conversation = tx.conversations.lock(lane.ref)
    message = tx.messages.get(_message_id(effect.subject))
    if message.author is Author.ATTENDANT or tx.outbox.copy(lane.id, effect.subject):
        return False
    if tx.blocks.get(conversation.contact):
        return True
    if message.author is Author.AGENT and conversation.mode is not Mode.AGENT:
        return True
    return message.epoch != conversation.epoch


def _withhold(tx: Tx, effect: Effect) -> State:
    if effect.uncertain:
        return State.DROPPED  # it was on the wire before the handover, and may stand there
    delivered.withheld(tx, tx.messages.get(_message_id(effect.subject)))
    return State.WITHHELD


def _sync(tx: Tx, lane: Lane, effect: Effect) -> Work | State:
    """Compare what should stand with what does: post, edit, delete, or nothing."""
    home, place = _home(tx, lane)
    content = render(tx, lane, effect.subject)
    if content is None:
        return _remove(tx, lane, effect)
    copy = tx.outbox.copy(home, effect.subject)
    standing = copy if copy and not copy.deleted else None
    new = digest(content)
    if standing is None:
        if lane.kind is LaneKind.CARD:
            return State.DROPPED  # the root is yet to be posted, and will show all this
        return Call(
            lane=lane,
            effect=effect,
            action="post",
            place=place,
            content=content,
            digest=new,
            look=effect.uncertain,
            looks=looks(tx, lane, effect.subject) if effect.uncertain else (),
        )
    if standing.digest == new and not effect.uncertain:
        return State.DONE  # else a change that has been taken back since may stand there
    return Call(
        lane=lane,
        effect=effect,
        action="edit",
        place=standing.place,
        content=content,
        digest=new,
        sent=_sent(standing),
    )


def _remove(tx: Tx, lane: Lane, effect: Effect) -> Call | State:
    """Also what stands there without anybody knowing, after a try that may have happened."""
    home, place = _home(tx, lane)
    copy = tx.outbox.copy(home, effect.subject)
    if copy is None and effect.uncertain:
        seen = looks(tx, lane, effect.subject)
        return Call(lane=lane, effect=effect, action="delete", place=place, look=True, looks=seen)
    return _delete(lane, effect, copy) if copy and not copy.deleted else State.DROPPED


def _delete(lane: Lane, effect: Effect, copy: Copy) -> Call:
    return Call(lane=lane, effect=effect, action="delete", place=copy.place, sent=_sent(copy))


def _home(tx: Tx, lane: Lane) -> tuple[int, Place]:
    """The lane under which copies are kept, and where a new post goes now."""
    if lane.kind in {LaneKind.CONTACT, LaneKind.AGENT, LaneKind.SUMMARY}:
        return lane.id, tx.conversations.get(lane.ref).place
    if lane.kind is LaneKind.NOTICE:
        return lane.id, Place(workspace=lane.workspace, channel=lane.channel)
    thread = tx.threads.get(lane.ref)
    if lane.kind is LaneKind.THREAD:
        return lane.id, thread.place
    return tx.outbox.lane(LaneKind.THREAD, thread.id, thread.place).id, thread.place


def _sent(copy: Copy) -> Sent:
    return Sent(place=copy.place, platform_id=copy.platform_id)


def _message_id(subject: str) -> int:
    return int(subject.split(":")[1])
