"""What somebody means by a name: a ticket, a person, a team. Raises `NotFound`, with a hint."""

from __future__ import annotations

import difflib
import re

from bot.commands.registry import Context
from bot.domain.desk import Team
from bot.domain.errors import BadInput, NotFound
from bot.domain.identity import is_group, local_id, qualify
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import access, note

# Slack sends `<@U0BOB>` or `<@U0BOB|bob>`, Discord `<@77>`.
_DIGITS = 10  # what a database's integer always holds
# So are channels: `<#C0TEAM|support>`, `<#600>`.
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")
_MENTION = re.compile(r"<@!?([A-Z0-9]+)(?:\|[^>]*)?>")


def number(typed: str, what: str) -> int:
    """A number as people write it: `42` or `#42`. Raises `BadInput`."""
    plain = typed.strip().removeprefix("#")
    if not (plain.isascii() and plain.isdigit() and len(plain) < _DIGITS):
        raise BadInput(problem=f"{typed.strip()!r} is no number of a {what}; write 42 or #42.")
    return int(plain)


def ticket(context: Context) -> Ticket:
    """`42` or `#42`; without one, the ticket of the thread in which the command was used."""
    if typed := context.get("ticket").strip():
        found = context.tx.tickets.get(number(typed, "ticket"))
        return access.check(context.tx, context.call.person, found)
    place = context.call.place
    thread = (
        context.tx.threads.at(place.workspace, place.channel, place.thread)
        if place.thread
        else None
    )
    if thread is None or thread.ticket_number is None:
        raise BadInput(problem="Which ticket? Give its number, or use this in a ticket's thread.")
    note.still_here(context.tx, thread)
    found = context.tx.tickets.get(thread.ticket_number)
    return access.check(context.tx, context.call.person, found)


def likely_ticket(context: Context) -> Ticket | None:
    """The one of one's own tickets that was spoken in last; what a command without a number means
    where no thread says it.
    """
    mine = context.tx.tickets.of_attendant(context.me)
    conversations = context.tx.conversations
    return max(
        mine,
        key=lambda one: (
            one.holder == context.me,
            conversations.get(one.conversation_id).last_message_at,
            one.number,
        ),
        default=None,
    )


def conversation_id(context: Context) -> int:
    """By its number, or that of the thread (or the ticket) at hand."""
    if typed := context.get("conversation").strip().removeprefix("c"):
        found = context.tx.conversations.get(number(typed, "conversation"))
        return access.check_conversation(context.tx, context.call.person, found).id
    place = context.call.place
    thread = (
        context.tx.threads.at(place.workspace, place.channel, place.thread)
        if place.thread
        else None
    )
    if thread is None:
        raise BadInput(problem="Which conversation? /queue lists them by number.")
    found = context.tx.conversations.get(thread.conversation_id)
    return access.check_conversation(context.tx, context.call.person, found).id


def message_id(context: Context) -> int:
    """The number of a message of a ticket or a conversation that the person may see."""
    found = number(context.get("message"), "message")
    return access.check_message(context.tx, context.call.person, found)


def attendants(tx: Tx) -> tuple[str, ...]:
    """Everybody who may answer: named by the desk, or seen in a group that it names. A group itself
    is nobody who could hold a ticket.
    """
    desk = tx.desk.get()
    named = desk.attendants
    seen = [each for one in tx.people.in_groups(named) for each in desk.ids_of(one.id)]
    return tuple(one for one in dict.fromkeys((*named, *seen)) if not is_group(one))


def attendant(context: Context, typed: str) -> str:
    """A member of the desk by id, mention or name."""
    known = attendants(context.tx)
    desk = context.tx.desk.get()
    found = list(dict.fromkeys(desk.attendant(one) for one in _matches(context, typed, known)))
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(problem=f"{typed} can be: {', '.join(found)}. Use the id.")
    names = [context.tx.people.get(person).name for person in known]
    raise NotFound(what="attendant", name=typed, hint=_near(typed, names))


def person(context: Context, typed: str) -> str:
    """Anybody: a qualified id, a mention, an id or a name in this workspace."""
    typed = _plain(typed)
    if ":" in typed:
        return typed
    named = context.tx.people.named(typed)
    if len(named) == 1:
        return named[0].id
    return qualify(context.call.place.workspace, typed)


def mention(context: Context, person: str) -> str:
    """Somebody as one would type them: by name where it is theirs alone, else by id."""
    name = context.tx.people.get(person).name
    named = context.tx.people.named(name)
    here = qualify(context.call.place.workspace, name)
    alone = [one.id for one in named] == [person] or (not named and here == person)
    return f"@{name}" if alone and "," not in name else person


def doubt(context: Context, typed: str, person: str) -> str:
    """A question about somebody who was not named by an id or a mention, and whom nobody has seen,
    or who is known only as a contact: what contacts are called they have chosen themselves.
    """
    on_desk = person in context.tx.desk.get().attendants
    if not (on_desk or is_exact(typed, person)) and context.tx.conversations.of_contact(person):
        return f"{typed.strip()} is what a contact is called. Is {person} right?"
    if _is_known(context, person) or (is_exact(typed, person) and not _is_bare(typed)):
        return ""
    return f"Nobody called {typed.strip()} has been seen here. Is {person} right?"


def warning(context: Context, person: str) -> str:
    """What to know about an id that nobody has seen."""
    if _is_known(context, person):
        return ""
    return f"⚠️ Nobody with the id {person} has been seen yet; see that it is right."


def _is_known(context: Context, person: str) -> bool:
    is_group = person.partition(":")[0].endswith(("-group", "-role"))
    on_desk = person in context.tx.desk.get().attendants
    return is_group or on_desk or person == context.me or context.tx.people.seen(person)


def _is_bare(typed: str) -> bool:
    """Whether it could as well be a name: on the console, every name is an id."""
    typed = typed.strip()
    return ":" not in typed and not typed.startswith("<")


def channel(typed: str) -> str:
    """The id a channel is known by: from a mention, or as typed without its #."""
    typed = typed.strip()
    match = _CHANNEL.fullmatch(typed)
    return match[1] if match else typed.removeprefix("#")


def is_exact(typed: str, person: str) -> bool:
    """Whether a person was named by an id or a mention, and not by a display name."""
    return _plain(typed) in {person, local_id(person)}


def team(context: Context, typed: str) -> Team:
    desk = context.tx.desk.get()
    found = desk.team(typed.strip().removeprefix("@").removeprefix("#"))
    if found is None:
        names = [one.name for one in desk.teams]
        raise NotFound(what="team", name=typed, hint=_near(typed, names))
    return found


def team_or_attendant(context: Context, typed: str) -> Team | str:
    """The target of a transfer: `billing`, or `@bob`."""
    desk = context.tx.desk.get()
    if found := desk.team(typed.strip().removeprefix("#")):
        return found
    try:
        return attendant(context, typed)
    except NotFound:
        names = [one.name for one in desk.teams]
        names += [context.tx.people.get(person).name for person in attendants(context.tx)]
        called = context.tx.people.get(typed).name if is_group(typed) else typed
        raise NotFound(what="team or attendant", name=called, hint=_near(typed, names)) from None


def _matches(context: Context, typed: str, known: tuple[str, ...]) -> list[str]:
    plain = _plain(typed).casefold()
    exact = [one for one in known if plain in {one.casefold(), local_id(one).casefold()}]
    return exact or [one for one in known if context.tx.people.get(one).name.casefold() == plain]


def _plain(typed: str) -> str:
    typed = typed.strip()
    match = _MENTION.fullmatch(typed)
    return match[1] if match else typed.removeprefix("@")


def _near(typed: str, names: list[str]) -> str:
    near = difflib.get_close_matches(_plain(typed), names, n=1, cutoff=0.5)
    if near:
        return f"Did you mean {near[0]}?"
    return f"There are: {', '.join(names)}." if names else ""
