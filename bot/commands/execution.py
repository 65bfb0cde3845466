"""Run a command: is it known, may they, is anything missing, then do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.commands import REGISTRY, parsing
from bot.commands.registry import Argument, Command, Context, Form, Invocation, Kind, Response
from bot.domain.errors import NotAllowed, NotFound
from bot.ports.agent import ReaderPort
from bot.ports.desk_text import DeskText
from bot.ports.store import Tx
from bot.services import people

_DESK = {"desk", "routing"}
_TAGS_SAID = 8


def command(name: str) -> Command:
    """Raises `NotFound`."""
    if name not in REGISTRY:
        raise NotFound(what="command", name=f"/{name}", hint="/help lists them all.")
    return REGISTRY[name]


def execute(
    tx: Tx,
    call: Invocation,
    reader: ReaderPort,
    desk_text: DeskText,
    now: datetime,
    *,
    files: tuple[bytes, ...] = (),
    asks: bool = False,
) -> Response:
    """Do what a command says, or answer with the form for what it still needs.

    Raises `NotAllowed` when the person's role does not reach, and whatever the use case raises.
    """
    wanted = command(call.command)
    role = tx.desk.get().role(*people.acting(tx, call.person))
    if role.rank < wanted.role.rank:
        raise NotAllowed(needed=wanted.role, role=role)
    missing = [
        one
        for one in parsing.check(wanted, call.values)
        if not (one.kind is Kind.TEXT and (call.attachments or call.values.get("snippet")))
    ]
    context = Context(
        tx=tx,
        call=call,
        values=call.values,
        now=now,
        reader=reader,
        desk_text=desk_text,
        files=files,
    )
    if missing or asks or (wanted.edits and _says_nothing(wanted, call)):
        return Response(form=_form(context, wanted))
    tx.people.put(call.person)
    return wanted.handler(context)


def _says_nothing(wanted: Command, call: Invocation) -> bool:
    """Whether nothing is said but what it is about."""
    subjects = {one.name for one in wanted.arguments if one.subject}
    return not call.attachments and not set(call.values) - subjects


def _form(context: Context, wanted: Command) -> Form:
    """What is changed is asked first, since what stands there now depends on it."""
    unknown = tuple(
        one for one in wanted.arguments if one.subject and not context.get(one.name).strip()
    )
    ready = not (wanted.fill and unknown)
    values = {**(wanted.fill(context) if wanted.fill and ready else {}), **context.values}
    asked = tuple(
        shown
        for one in wanted.arguments
        if not one.typed and not _settled(one, context.values) and (shown := _offered(context, one))
    )
    return Form(
        command=wanted.name,
        title=_title(wanted, values),
        arguments=asked if ready else unknown,
        values=values,
        files=wanted.files and ready,
    )


def _offered(context: Context, argument: Argument) -> Argument | None:
    """An argument as a form asks it, with what there is to choose from; None when there is nothing.

    The tags that others use are said, so that the same thing gets the same tag.
    """
    if argument.kind is Kind.SNIPPET:
        names = tuple(sorted(one.name for one in context.tx.desk.get().snippets))
        return replace(argument, choices=names) if names else None
    if argument.kind is Kind.TAGS and (used := context.tx.tags.used(_TAGS_SAID)):
        return replace(argument, help=f"{argument.help}. In use: {', '.join(used)}")
    return argument


def _settled(argument: Argument, values: Mapping[str, str]) -> bool:
    """What a button has said already is not asked again."""
    named = argument.kind in {Kind.TICKET, Kind.CONVERSATION} or argument.subject
    return named and bool(values.get(argument.name, "").strip())


def _title(wanted: Command, values: Mapping[str, str]) -> str:
    """`Reply #42`; for the desk what is changed, and of what: `Hours of support`."""
    words = wanted.name.split()
    subject = next((values.get(one.name, "") for one in wanted.arguments if one.subject), "")
    if words[0] in _DESK:
        what = " ".join(words[1:] if words[0] == "desk" else ("rule", *words[1:]))
        what = what.upper() if what == "sla" else what.capitalize()
        return f"{what}: {subject}" if subject else what
    verb = words[-1].capitalize()
    number = values.get("ticket", "").removeprefix("#")
    return f"{verb} #{number}" if number else verb
