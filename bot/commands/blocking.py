"""Commands that keep a contact's messages out."""

from __future__ import annotations

import re

from bot.commands import resolve
from bot.commands.registry import Argument, Command, Context, Kind, Response, condition
from bot.domain.blocking import Block
from bot.domain.card import Button
from bot.domain.desk import Role
from bot.domain.errors import BadInput, NotFound
from bot.domain.identity import local_id
from bot.services import access, block

_TICKET = re.compile(r"#?\d{1,9}")  # a platform's own ids of people are longer
_CHOICES: dict[str, block.Tickets] = {"": "ask", "close": "close", "leave": "leave"}
_NAMESAKES = 50


def _block(context: Context) -> Response:
    """It may close their tickets, so it is not for whoever may not see them."""
    tx, contact = context.tx, _contact(context)
    for one in tx.conversations.of_contact(contact):
        if ticket := tx.tickets.open_of(one.id):
            access.check(tx, context.call.person, ticket)
    made = block.block(
        tx,
        contact,
        context.me,
        context.get("reason").strip(),
        context.now,
        tickets=_CHOICES[context.get("collision") or context.get("tickets")],
    )
    return Response(
        text=f"{made.name} ({made.contact}) is blocked: nothing they write is let in, and they are "
        "not told.",
        buttons=(Button(action="contact:unblock", label="Undo", value=made.contact),),
    )


def _unblock(context: Context) -> Response:
    typed = context.get("contact").strip()
    named = [one.contact for one in context.tx.blocks.all() if _is(one, typed)]
    contact = named[0] if len(named) == 1 else _contact(context)
    lifted = block.unblock(context.tx, contact, context.me, context.now)
    return Response(text=f"{lifted.name} ({lifted.contact}) is let in again.")


def _list(context: Context) -> Response:
    lines = [_line(context, one) for one in context.tx.blocks.all()]
    return Response(text="\n".join(lines) or "Nobody is blocked.")


def _line(context: Context, one: Block) -> str:
    by = context.tx.people.get(one.by).name
    why = f": {one.reason}" if one.reason else ""
    return (
        f"**{one.name}** ({one.contact}) since {one.at:%d %b %Y} by {by}{why} · "
        f"{one.kept_out} message{'' if one.kept_out == 1 else 's'} kept out"
    )


def _is(one: Block, typed: str) -> bool:
    return typed.removeprefix("@").casefold() in {one.contact.casefold(), one.name.casefold()}


def _contact(context: Context) -> str:
    """By id, mention, name, or the number of their ticket. Raises `NotFound` and `BadInput`."""
    typed = context.get("contact").strip()
    tx = context.tx
    if _TICKET.fullmatch(typed):
        ticket = tx.tickets.get(resolve.number(typed, "ticket"))
        access.check(tx, context.call.person, ticket)
        return tx.conversations.get(ticket.conversation_id).contact
    name = typed.removeprefix("@")
    called = tx.conversations.called(name, _NAMESAKES)
    found = dict.fromkeys(
        one.contact for one in called if one.contact_name.casefold() == name.casefold()
    )
    if len(found) > 1:
        raise BadInput(problem=f"{typed} can be: {', '.join(found)}. Use the id.")
    if found:
        return next(iter(found))
    person = resolve.person(context, typed)
    if resolve.is_exact(typed, person) and (":" in typed or tx.conversations.of_contact(person)):
        return person
    names = ", ".join(
        dict.fromkeys(f"{one.contact_name} ({local_id(one.contact)})" for one in called)
    )
    hint = f"Did you mean {names}?" if names else "Give the id, or the number of their ticket."
    raise NotFound(what="contact", name=typed, hint=hint)


_WHO = Argument(name="contact", kind=Kind.CONTACT, help="their id, name, or a ticket like #42")

BLOCKING = (
    Command(
        name="desk block",
        help="Keep a contact's messages out: no answer, no ticket, no ping",
        role=Role.SUPERVISOR,
        handler=_block,
        arguments=(
            _WHO,
            condition("tickets", "what becomes of their open tickets", "close", "leave"),
            Argument(name="reason", kind=Kind.TEXT, help="why", required=False),
        ),
    ),
    Command(
        name="desk unblock",
        help="Let a blocked contact in again",
        role=Role.SUPERVISOR,
        handler=_unblock,
        arguments=(_WHO,),
    ),
    Command(
        name="desk block list",
        help="Who is blocked, since when and by whom",
        role=Role.SUPERVISOR,
        handler=_list,
    ),
)
