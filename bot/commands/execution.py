"""Run a command: is it known, may they, is anything missing, then do it."""

from __future__ import annotations

from datetime import datetime

from bot.commands import REGISTRY, parsing
from bot.commands.registry import Argument, Command, Context, Form, Invocation, Kind, Response
from bot.domain.errors import NotAllowed, NotFound
from bot.ports.agent import ReaderPort
from bot.ports.store import Tx


def command(name: str) -> Command:
    """Raises `NotFound`."""
    if name not in REGISTRY:
        raise NotFound(what="command", name=f"/{name}", hint="/help lists them all.")
    return REGISTRY[name]


def execute(
    tx: Tx, call: Invocation, reader: ReaderPort, now: datetime, *, asks: bool = False
) -> Response:
    """Do what a command says, or answer with the form for what it still needs.

    Raises `NotAllowed` when the person's role does not reach, and whatever the use case raises.
    """
    wanted = command(call.command)
    role = tx.desk.get().role(*call.person.ids)
    if role.rank < wanted.role.rank:
        raise NotAllowed(needed=wanted.role, role=role)
    missing = [
        one
        for one in parsing.check(wanted, call.values)
        if not (one.kind is Kind.TEXT and call.attachments)
    ]
    context = Context(tx=tx, call=call, values=call.values, now=now, reader=reader)
    if missing or asks:
        return Response(form=_form(context, wanted))
    tx.people.put(call.person)
    return wanted.handler(context)


def _form(context: Context, wanted: Command) -> Form:
    values = dict(context.values)
    if wanted.name == "message edit" and values.get("message", "").isdecimal():
        values["text"] = context.tx.messages.get(int(values["message"])).text
    return Form(
        command=wanted.name,
        title=_title(wanted, values),
        arguments=tuple(one for one in wanted.arguments if not _settled(one, values)),
        values=values,
        files=wanted.files,
    )


def _settled(argument: Argument, values: dict[str, str]) -> bool:
    """What a button has said already is not asked again."""
    named = argument.kind in {Kind.TICKET, Kind.CONVERSATION} or argument.name == "message"
    return named and argument.name in values


def _title(wanted: Command, values: dict[str, str]) -> str:
    verb = wanted.name.rpartition(" ")[2].capitalize()
    number = values.get("ticket", "").removeprefix("#")
    return f"{verb} #{number}" if number else verb
