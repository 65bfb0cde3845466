"""Canned answers: found, filled in, shown, and sent only when somebody says so."""

from __future__ import annotations

import difflib

from bot.commands import resolve
from bot.commands.registry import TICKET, Argument, Command, Context, Form, Kind, Response
from bot.domain import snippets
from bot.domain.card import Button
from bot.domain.desk import Role, Snippet
from bot.domain.errors import NotFound, SnippetShown
from bot.domain.ticket import Ticket
from bot.services import canned

# Discord: 25 buttons a message; a list of that length is read by nobody, so fewer.
_OFFERED = 10
_EXCERPT = 90


def _snippet(context: Context) -> Response:
    """By name it is filled in and shown; by other words those that fit are offered."""
    ticket = resolve.ticket(context)
    found = _found(context)
    if len(found) == 1 and context.get("snippet"):
        return use(context, ticket, found[0])
    more = len(found) - _OFFERED
    lines = [f"**{one.name}** {_short(one.text)}" for one in found[:_OFFERED]]
    lines += [f"and {more} more: add a word to find them"] if more > 0 else []
    buttons = tuple(
        Button(action="ticket:use", label=one.name, value=f"{ticket.number}|{one.name}")
        for one in found[:_OFFERED]
    )
    title = f"Snippets for #{ticket.number}; nothing is sent before you have seen it."
    return Response(text="\n".join([title, "", *lines]), buttons=buttons)


def use(context: Context, ticket: Ticket, snippet: Snippet) -> Response:
    """Show what would be sent, to send or edit it; or ask for what is missing.

    Raises `SnippetShown`, which is how a question to the person who asked is put.
    """
    filled = canned.fill(context.tx, ticket, snippet, context.me, context.values, context.now)
    if filled.missing:
        return Response(form=_asking(ticket, snippet, dict(filled.missing)))
    words = "\n\n".join(part for part in (filled.text, context.get("text").strip()) if part)
    contact = context.tx.conversations.get(ticket.conversation_id).contact_name
    raise SnippetShown(name=contact, number=ticket.number, text=words)


def named(context: Context, typed: str) -> Snippet:
    """The snippet of a name, or the only one with these words. Raises `NotFound`."""
    known = context.tx.desk.get().snippets
    found = snippets.find(known, typed)
    if len(found) == 1:
        return found[0]
    names = [one.name for one in found or known]
    near = difflib.get_close_matches(typed, names, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}." * bool(names)
    raise NotFound(what="snippet", name=typed, hint=hint)


def _found(context: Context) -> tuple[Snippet, ...]:
    """Those that fit what was typed. Raises `NotFound`."""
    known = context.tx.desk.get().snippets
    typed = context.get("snippet")
    if found := snippets.find(known, typed):
        return found
    if not known:
        raise NotFound(what="snippet", name=typed, hint="/desk snippet add makes one.")
    return (named(context, typed),)


def _asking(ticket: Ticket, snippet: Snippet, missing: dict[str, str]) -> Form:
    return Form(
        command="ticket snippet",
        title=f"{snippet.name} #{ticket.number}",
        arguments=tuple(
            Argument(name=name, kind=Kind.WORD, help=f"goes where the text has {words}")
            for name, words in missing.items()
        ),
        values={"ticket": str(ticket.number), "snippet": snippet.name},
    )


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _EXCERPT else f"{plain[: _EXCERPT - 1]}…"


CANNED = (
    Command(
        name="ticket snippet",
        help="Find a canned answer and see it filled in; nothing is sent yet",
        role=Role.ATTENDANT,
        handler=_snippet,
        arguments=(
            TICKET,
            Argument(
                name="snippet", kind=Kind.SNIPPET, help="its name, or words in it", required=False
            ),
        ),
    ),
)
