"""Commands of an attendant about a ticket."""

from __future__ import annotations

from dataclasses import replace

from bot.commands import canned, resolve
from bot.commands.registry import (
    TICKET,
    Argument,
    Command,
    Context,
    Draft,
    Kind,
    Response,
    condition,
)
from bot.domain.desk import Priority, Role, Team
from bot.domain.errors import BadInput, NotFound, NumberUncertain, TargetUncertain, TicketClosed
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.services import (
    access,
    answer,
    claim,
    close,
    escalate,
    note,
    people,
    reopen,
    reply,
    transfer,
)

_TEXT = Argument(name="text", kind=Kind.TEXT, help="what to say", long=True)
_SNIPPET = condition("snippet", "a canned answer; you see it before it is sent", kind=Kind.SNIPPET)
_COLLISIONS: dict[str, reply.Collision] = {
    "": "ask",
    "take over": "take over",
    "send once": "send once",
}


def _claim(context: Context) -> Response:
    ticket = claim.claim(context.tx, resolve.ticket(context).number, context.me, context.now)
    return Response(text=f"#{ticket.number} is yours.")


def _release(context: Context) -> Response:
    ticket = claim.release(context.tx, resolve.ticket(context).number, context.me, context.now)
    return Response(text=f"#{ticket.number} is back with the team.")


def _addressee(context: Context) -> int:
    """The ticket to reply to. Raises `TargetUncertain` where it is only the likely one."""
    try:
        found = resolve.ticket(context)
    except BadInput:
        likely = None if context.get("ticket") else resolve.likely_ticket(context)
        if likely is None:
            raise
    else:
        _ask_about_a_number(context, found)
        return found.number
    conversation = context.tx.conversations.get(likely.conversation_id)
    raise TargetUncertain(
        name=conversation.contact_name, number=likely.number, text=context.get("text")
    )


def _ask_about_a_number(context: Context, here: Ticket) -> None:
    """Raises `NumberUncertain` where a typed number that begins the words may name a ticket."""
    first, _, rest = context.get("text").strip().partition(" ")
    if not context.call.typed or context.get("ticket") or not rest or not first.isdecimal():
        return
    try:
        meant = access.check(context.tx, context.call.person, context.tx.tickets.get(int(first)))
    except NotFound:
        return
    if meant.is_open or meant.number == here.number:
        raise NumberUncertain(number=here.number, meant=meant.number)


def _shown_to(context: Context) -> Ticket:
    """The ticket whose contact would get it: the likely one is enough, as it is shown first."""
    try:
        return resolve.ticket(context)
    except BadInput:
        likely = None if context.get("ticket") else resolve.likely_ticket(context)
        if likely is None:
            raise
        return likely


def _reply(context: Context) -> Response:
    """Words go out at once, as they are an explicit act; a snippet is shown first."""
    if typed := context.get("snippet").strip():
        return canned.use(context, _shown_to(context), canned.named(context, typed))
    number = _addressee(context)
    if context.get("collision") == "reopen" and not context.tx.tickets.get(number).is_open:
        reopen.reopen(context.tx, number, context.me, context.now)
    is_answered = context.tx.tickets.get(number).first_replied_at is not None
    sent = reply.reply(
        context.tx,
        number,
        context.me,
        context.get("text"),
        context.now,
        attachments=context.call.attachments,
        collision=_COLLISIONS.get(context.get("collision"), "ask"),
    )
    ticket = context.tx.tickets.get(number)
    is_first = not is_answered and not ticket.practice
    return Response(
        text=f"Sent to the contact of #{number}.",
        trace=f"message:{sent.id}",
        first_response=context.now - ticket.opened_at if is_first else None,
    )


def _note(context: Context) -> Response:
    number = resolve.ticket(context).number
    made = note.add(
        context.tx,
        number,
        context.me,
        context.get("text"),
        context.now,
        context.call.attachments,
    )
    return Response(
        text=f"Noted on #{number}; the contact does not see it.", trace=f"note:{made.id}"
    )


def _transfer(context: Context) -> Response:
    number = resolve.ticket(context).number
    target = resolve.team_or_attendant(context, context.get("target"))
    if isinstance(target, Team):
        transfer.to_team(context.tx, number, target.name, context.me, context.now)
        return Response(text=f"#{number} is with {target.name} now.")
    transfer.to_attendant(context.tx, number, target, context.me, context.now)
    name = people.shown(context.tx, target).name
    away = " They are away, so it may wait." if people.is_away(context.tx, target) else ""
    return Response(text=f"#{number} is with {name} now.{away}")


def _close(context: Context) -> Response:
    ticket = close.close(
        context.tx,
        resolve.ticket(context).number,
        context.me,
        context.get("reason"),
        context.now,
        closing_line=context.get("closing"),
    )
    return Response(text=f"#{ticket.number} is closed.")


def _reopen(context: Context) -> Response:
    ticket = reopen.reopen(context.tx, resolve.ticket(context).number, context.me, context.now)
    return Response(text=f"#{ticket.number} is open again, and yours.")


def _priority(context: Context) -> Response:
    number = resolve.ticket(context).number
    priority = Priority(context.get("priority"))
    claim.prioritize(context.tx, number, priority, context.me, context.now)
    return Response(text=f"#{number} has priority {priority} now.")


def _summary(context: Context) -> Response:
    ticket = resolve.ticket(context)
    conversation = context.tx.conversations.get(ticket.conversation_id)
    escalate.request_summary(context.tx, conversation, ticket, context.now)
    return Response(text=f"The summary of #{ticket.number} is being made anew.")


def _suggest(context: Context) -> Response:
    ticket = resolve.ticket(context)
    if ticket.status is Status.CLOSED:
        raise TicketClosed(number=ticket.number)
    case = answer.case(context.tx, ticket.number, context.now)
    return Response(errand=Draft(number=ticket.number, case=case))


_REPLY = Command(
    name="reply",
    help="Send text or files to the contact",
    role=Role.ATTENDANT,
    handler=_reply,
    arguments=(TICKET, _SNIPPET, _TEXT),
    files=True,
)
_NOTE = Command(
    name="note",
    help="Add an internal note; the contact never sees it",
    role=Role.ATTENDANT,
    handler=_note,
    arguments=(TICKET, _TEXT),
    files=True,
)
TICKETS = (
    _REPLY,
    _NOTE,
    Command(
        name="ticket claim",
        help="Take a ticket; the first claim wins",
        role=Role.ATTENDANT,
        handler=_claim,
        arguments=(TICKET,),
    ),
    Command(
        name="ticket release",
        help="Give a ticket back to the team",
        role=Role.ATTENDANT,
        handler=_release,
        arguments=(TICKET,),
    ),
    replace(_REPLY, name="ticket reply"),
    replace(_NOTE, name="ticket note"),
    Command(
        name="ticket transfer",
        help="Give a ticket to another attendant or team",
        role=Role.ATTENDANT,
        handler=_transfer,
        arguments=(
            TICKET,
            Argument(name="target", kind=Kind.NAME, help="a team, or an attendant like @bob"),
        ),
    ),
    Command(
        name="ticket close",
        help="Finish a ticket and record its resolution time",
        role=Role.ATTENDANT,
        handler=_close,
        arguments=(
            TICKET,
            Argument(name="reason", kind=Kind.TEXT, help="how it ended", required=False),
        ),
    ),
    Command(
        name="ticket reopen",
        help="Take a closed ticket up again",
        role=Role.ATTENDANT,
        handler=_reopen,
        arguments=(TICKET,),
    ),
    Command(
        name="ticket priority",
        help="Say how urgent it is",
        role=Role.ATTENDANT,
        handler=_priority,
        arguments=(
            TICKET,
            Argument(
                name="priority",
                kind=Kind.WORD,
                help="low, normal, high or urgent",
                choices=tuple(Priority),
            ),
        ),
    ),
    Command(
        name="ticket summary",
        help="Have the summary made anew",
        role=Role.ATTENDANT,
        handler=_summary,
        arguments=(TICKET,),
    ),
    Command(
        name="ticket suggest",
        help="Have the agent draft a reply; nothing is sent",
        role=Role.ATTENDANT,
        handler=_suggest,
        arguments=(TICKET,),
    ),
)
