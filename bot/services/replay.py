"""What the rules would have done to past conversations; nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from bot.domain.conversation import Conversation
from bot.domain.desk import Channel, Desk, Rule
from bot.domain.escalation import Escalation, Evidence, decide
from bot.domain.hours import is_open
from bot.domain.message import Author, Delivery, Message
from bot.domain.reading import Reading, falls, repeats
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services.calendar import hours_of
from bot.services.patterns import matches

Read = Callable[[str], Reading]


@dataclass(frozen=True, kw_only=True)
class Past:
    """A conversation that is over. `outcome` says what happened where there is no ticket to ask."""

    conversation: Conversation
    messages: tuple[Message, ...]
    ticket: Ticket | None = None
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """One conversation: what happened to it, and what the rules of a desk decide, and when."""

    past: Past
    escalation: Escalation | None = None
    team: str = ""
    at: datetime | None = None

    @property
    def conversation(self) -> Conversation:
        return self.past.conversation

    @property
    def ticket(self) -> Ticket | None:
        return self.past.ticket

    @property
    def differs(self) -> bool:
        if self.past.outcome:
            return self.escalation is not None
        then = self.ticket.team if self.ticket else ""
        return then != self.team


def past(tx: Tx, limit: int) -> tuple[Past, ...]:
    """The newest conversations."""
    return tuple(
        Past(
            conversation=one,
            messages=tuple(tx.messages.of(one.id)),
            ticket=tx.tickets.last_of(one.id),
        )
        for one in tx.conversations.recent(limit)
    )


def replay(tx: Tx, desk: Desk, read: Read, limit: int) -> tuple[Replayed, ...]:
    """The newest conversations under the rules of a desk, which need not be the one in force."""
    return judged(past(tx, limit), desk, read)


def judged(cases: Iterable[Past], desk: Desk, read: Read) -> tuple[Replayed, ...]:
    """What the rules of a desk decide on each.

    What the model decided or failed at is not known for words it was not asked about, so only the
    signals outside of it are replayed.
    """
    read = cache(read)  # a text is read once, however often it is looked at
    return tuple(_one(one, desk, read) for one in cases)


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A conversation that two desks decide differently on."""

    before: Replayed
    after: Replayed


def compare(cases: Iterable[Past], before: Desk, after: Desk, read: Read) -> tuple[Shift, ...]:
    """Those past conversations that would have gone another way."""
    read = cache(read)
    pairs = (Shift(before=_one(one, before, read), after=_one(one, after, read)) for one in cases)
    return tuple(one for one in pairs if _way(one.before) != _way(one.after))


def _way(one: Replayed) -> tuple[str, ...]:
    found = one.escalation
    return (one.team, found.priority, found.rule, found.attendant) if found else ()


def _one(case: Past, desk: Desk, read: Read) -> Replayed:
    conversation, said = case.conversation, case.messages
    for at, message in enumerate(said):
        if message.author is not Author.CONTACT or message.deleted_at:
            continue
        evidence = _evidence(message, said[:at], read)
        if escalation := _decision(desk, conversation, evidence, message.at):
            return Replayed(
                past=case,
                escalation=escalation,
                team=_team(desk, conversation, escalation),
                at=message.at,
            )
    return Replayed(past=case)


def _evidence(message: Message, before: tuple[Message, ...], read: Read) -> Evidence:
    """What the signals would have seen: what was said since a person last spoke."""
    people = [at for at, one in enumerate(before) if one.author is Author.ATTENDANT]
    since = before[people[-1] + 1 :] if people else before
    earlier = tuple(one.text for one in since if one.author is Author.CONTACT)
    reading = read(message.text)
    return Evidence(
        text=message.text,
        reading=reading,
        falling=falls((*(read(text).sentiment for text in earlier), reading.sentiment)),
        answers=sum(
            one.author is Author.AGENT and one.delivery is not Delivery.WITHHELD for one in since
        ),
        unresolved=reading.dissatisfied or repeats(message.text, earlier),
    )


def _decision(
    desk: Desk, conversation: Conversation, evidence: Evidence, at: datetime
) -> Escalation | None:
    def open_for(rule: Rule) -> bool:
        team = desk.team(rule.team) or desk.default_team(_channel(desk, conversation))
        return is_open(hours_of(team) if team else None, at)

    return decide(
        desk.rules,
        evidence,
        workspace=conversation.workspace,
        channel="dm" if conversation.direct else conversation.channel,
        attempts=desk.agent.attempts,
        is_open=open_for,
        matches=matches,
    )


def _team(desk: Desk, conversation: Conversation, escalation: Escalation) -> str:
    of_attendant = desk.teams_of(escalation.attendant) if escalation.attendant else ()
    named = desk.team(escalation.team) or next(iter(of_attendant), None)
    team = named or desk.default_team(_channel(desk, conversation))
    return team.name if team else ""


def _channel(desk: Desk, conversation: Conversation) -> Channel | None:
    return desk.channel_at(conversation.workspace, conversation.channel, direct=conversation.direct)


def in_words(found: tuple[Replayed, ...], *, every: bool = False) -> str:
    """The conversations that would go differently (or `every` one), and how many there are."""
    if not found:
        return "There are no past conversations to try the rules on."
    shown = [one for one in found if every or one.differs]
    lines = [_line(one) for one in shown]
    escalated = sum(one.escalation is not None for one in found)
    imported = any(one.past.outcome for one in found)
    had = f"{sum(one.ticket is not None for one in found)} had a ticket, "
    differ = sum(one.differs for one in found)
    total = (
        f"{len(found)} conversation{'s' if found[1:] else ''}: {'' if imported else had}"
        f"{escalated} would have one by these rules; {differ} would go another way."
    )
    return "\n".join([*lines, *_by_rule(found), total])


def _by_rule(found: tuple[Replayed, ...]) -> list[str]:
    """How many tickets each rule would have opened, most first."""
    counts: dict[str, int] = {}
    for one in found:
        if one.escalation:
            by = _by(one.escalation)
            counts[by] = counts.get(by, 0) + 1
    most = sorted(counts.items(), key=lambda one: -one[1])
    return [f"By {by}: {count}" for by, count in most]


def _by(escalation: Escalation) -> str:
    return f"rule {escalation.rule}" if escalation.rule else str(escalation.signal)


def _line(one: Replayed) -> str:
    who = f"{one.conversation.id} · {one.conversation.contact_name}"
    ticket = one.ticket
    had = f"#{ticket.number} {ticket.team} ({ticket.reason})" if ticket else "none"
    then = one.past.outcome or had
    if one.escalation is None or one.at is None:
        return f"{who} · then: {then} · by these rules: none"
    return f"{who} · then: {then} · by these rules: {_ticket(one)} at {one.at:%d %b %H:%M}"


def _ticket(one: Replayed) -> str:
    if one.escalation is None:
        return "the agent answers"
    return f"{one.team or 'no team'}, {_by(one.escalation)} ({one.escalation.reason})"


_SHOWN = 8


def shifts_in_words(count: int, shifts: tuple[Shift, ...]) -> str:
    """What a change of the rules would have done."""
    if not count:
        return "There are no past conversations to try it on yet."
    if not shifts:
        return f"None of {count} past conversations would have gone another way."
    lines = [
        f"• {one.after.conversation.contact_name}, {one.after.conversation.started_at:%d %b}: "
        f"{_way_in_words(one.before)} → {_way_in_words(one.after)}"
        for one in shifts[:_SHOWN]
    ]
    lines += [f"• … and {len(shifts) - _SHOWN} more"] if len(shifts) > _SHOWN else []
    total = f"{len(shifts)} of {count} past conversations would have gone another way:"
    return "\n".join((total, *lines))


def _way_in_words(one: Replayed) -> str:
    found = one.escalation
    if found is None:
        return "no ticket"
    return f"{one.team} at {found.priority} by {_by(found)} ({found.reason})"
