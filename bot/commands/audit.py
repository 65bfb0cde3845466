"""The audit log: who did what, for supervisors and admins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from bot.commands import resolve
from bot.commands.registry import Argument, Command, Context, Kind, Response, condition
from bot.domain import span
from bot.domain.desk import Role
from bot.domain.errors import BadInput
from bot.domain.thread import Event
from bot.ports.repositories.threads import Sought
from bot.services import access, audit

_PAGE = 20
# Words for several kinds of events at once.
_GROUPS = {"desk": ("configured",)}


def _audit(context: Context) -> Response:
    found = context.tx.events.search(_sought(context), _PAGE + 1)
    lines = [audit.sentence(context.tx, one) for one in found[:_PAGE] if _may_see(context, one)]
    if not found:
        return Response(text="Nothing in the log fits.")
    older = {"before": str(found[_PAGE - 1].id)} if len(found) > _PAGE else {}
    text = "\n".join(lines) or "Nothing here that you may see: it is of private teams."
    return Response(text=text, next_page=older)


def _may_see(context: Context, event: Event) -> bool:
    """What happened to a ticket is for whoever may see the ticket."""
    tx, person = context.tx, context.call.person
    if event.ticket_number is not None:
        return access.sees(tx, person, tx.tickets.get(event.ticket_number))
    if event.conversation_id is not None:
        conversation = tx.conversations.get(event.conversation_id)
        return access.sees_conversation(tx, person, conversation)
    return True


def _sought(context: Context) -> Sought:
    """Raises `BadInput` for a ticket or a period that is none."""
    typed, kind = context.get("person").strip(), context.get("kind").strip().casefold()
    ticket, before = context.get("ticket").strip(), context.get("before").strip()
    period = _period(context)
    return Sought(
        actor=resolve.person(context, typed) if typed else None,
        ticket=resolve.number(ticket, "ticket") if ticket else None,
        kinds=_GROUPS.get(kind, (kind.replace(" ", "_"),)) if kind else (),
        since=period.start if period else None,
        until=period.end if period else None,
        before=resolve.number(before, "event") if before else None,
    )


def _period(context: Context) -> span.Span | None:
    """Whole days in UTC, as the log tells its times."""
    typed = context.get("period").strip()
    if not typed:
        return None
    try:
        return span.parse(typed, context.now, UTC)
    except ValueError as error:
        raise BadInput(problem=str(error)) from error


AUDIT = (
    Command(
        name="audit",
        help="Who did what, newest first",
        role=Role.SUPERVISOR,
        handler=_audit,
        arguments=(
            Argument(name="person", kind=Kind.PERSON, help="who did it", required=False),
            condition("ticket", "its number, 42 or #42"),
            condition("kind", "like desk, claimed, replied, transferred, closed"),
            condition("period", "like 7d, today, last week, 2026-11, 2026-11-01..2026-11-15"),
            replace(condition("before", "only what is older than this number"), typed=True),
        ),
    ),
)
