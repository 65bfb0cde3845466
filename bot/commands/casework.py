"""Commands around a ticket: finding it, what was said, who the contact is, its tags."""

from __future__ import annotations

from bot.commands import resolve
from bot.commands.registry import (
    TICKET,
    Argument,
    Command,
    Context,
    File,
    Kind,
    Response,
    condition,
)
from bot.domain import search, tags
from bot.domain.card import Button
from bot.domain.desk import Role
from bot.domain.errors import BadInput
from bot.domain.search import Query
from bot.domain.ticket import Ticket
from bot.services import contact, history, inbox, tagging, transcript
from bot.services.contact import Profile
from bot.services.history import Said

# Fits in one message on every platform; Discord's have 2,000 characters.
_ROOM = 1_700
_PER_PAGE = 8
_EXCERPT, _REASON = 120, 80
# Discord: the id of a button has 100 characters, and ours also tell what it does.
_IN_BUTTON = 70
_TICKETS_SHOWN = 10
_ME = {"me", "mine"}


def _tag(context: Context) -> Response:
    number = resolve.ticket(context).number
    wanted = tags.parse(context.get("tags"))
    has = tagging.tag(context.tx, number, wanted, context.me, context.now)
    return Response(text=f"#{number} is tagged {tagging.said(has)}.")


def _untag(context: Context) -> Response:
    number = resolve.ticket(context).number
    wanted = tags.parse(context.get("tags"))
    left = tagging.untag(context.tx, number, wanted, context.me, context.now)
    now = f"It is tagged {tagging.said(left)}." if left else "It has no tags now."
    return Response(text=f"Took {tagging.said(wanted)} from #{number}. {now}")


def _history(context: Context) -> Response:
    ticket = resolve.ticket(context)
    said = history.told(context.tx, ticket.conversation_id)
    pages = history.pages([_line(one) for one in said], _ROOM)
    page = _page(context, default=len(pages))
    if page > len(pages):
        count = "one page" if len(pages) == 1 else f"{len(pages)} pages"
        raise BadInput(problem=f"The history of #{ticket.number} has {count}.")
    title = _title(context, ticket)
    if len(pages) > 1:
        title += f" · page {page} of {len(pages)}"
    around = {"Older": page - 1, "Newer": page + 1}
    buttons = tuple(
        Button(action="ticket:page", label=label, value=f"{ticket.number}|{at}")
        for label, at in around.items()
        if 1 <= at <= len(pages)
    )
    return Response(text="\n".join([title, "", *pages[page - 1]]), buttons=buttons)


def _line(said: Said) -> str:
    note = " 📝 (note)" if said.is_note else ""
    files = "".join(f" [{name}]" for name in said.files)
    state = f" ({said.state})" if said.state else ""
    before = "".join(f"\n    before: “{text}”" for text in said.before)
    return f"{said.at:%d %b %H:%M}  {said.speaker}{note}: {said.text}{files}{state}{before}"


def _transcript(context: Context) -> Response:
    ticket = resolve.ticket(context)
    with_notes = context.get("notes") != "without"
    text = transcript.markdown(context.tx, ticket, notes=with_notes)
    notes = "with internal notes: keep it in the team" if with_notes else "without internal notes"
    return Response(
        text=f"The transcript of #{ticket.number}, {notes}.",
        files=(File(name=transcript.file_name(ticket), data=text.encode()),),
    )


def _contact(context: Context) -> Response:
    ticket = resolve.ticket(context)
    conversation = context.tx.conversations.get(ticket.conversation_id)
    found = contact.profile(
        context.tx, conversation.contact, context.call.person, most=_TICKETS_SHOWN
    )
    return Response(text="\n".join(_profile(found, ticket)))


def _profile(found: Profile, ticket: Ticket) -> list[str]:
    lines = [
        f"**{found.name}** · {found.platform} · {found.contact}",
        f"First seen {found.first_seen:%d %b %Y}"
        + (f" · writes {found.language}" * bool(found.language)),
    ]
    if found.block:
        lines.append(f"Blocked since {found.block.at:%d %b %Y}: nothing they write is let in.")
    lines += ["", f"**Tickets ({found.total})**"]
    for one in found.tickets:
        this = " (this one)" if one.number == ticket.number else ""
        lines.append(f"#{one.number} · {one.words}{this} {one.link}".rstrip())
    if found.total > len(found.tickets):
        lines.append(
            f"and {found.total - len(found.tickets)} older ones: /ticket search finds them"
        )
    return lines


def _search(context: Context) -> Response:
    """One more than a page is asked for, to see whether there is a next page."""
    asked, query = _query(context)
    if query.is_empty:
        raise BadInput(problem="Look for what? Words, or conditions like status:open tag:vip.")
    page = _page(context, default=1)
    teams = inbox.teams_seen(context.tx, context.me)
    found = context.tx.search.tickets(
        query,
        me=context.me,
        teams=sorted(teams) if teams else None,
        limit=_PER_PAGE + 1,
        offset=(page - 1) * _PER_PAGE,
    )
    if not found:
        return Response(text=_nothing(asked, page))
    lines = [_found(context, one, query) for one in found[:_PER_PAGE]]
    return Response(
        text="\n".join([f"**Tickets for {asked}**" + f" · page {page}" * (page > 1), *lines]),
        buttons=_turn(asked, page, is_last=len(found) <= _PER_PAGE),
    )


def _nothing(asked: str, page: int) -> str:
    if page > 1:
        return f"There is no page {page} for {asked}."
    return f"No ticket has {asked}. Words are found from their beginning on: refu finds refunds."


def _turn(asked: str, page: int, *, is_last: bool) -> tuple[Button, ...]:
    if len(asked) > _IN_BUTTON:
        return ()
    around = {"Back": page - 1, "More": 0 if is_last else page + 1}
    return tuple(
        Button(action="ticket:found", label=label, value=f"{at}|{asked}")
        for label, at in around.items()
        if at
    )


def _query(context: Context) -> tuple[str, Query]:
    """What is looked for, as one could type it, and as a query with ids in place of names."""
    said, given = search.conditions(context.get("query"))
    given |= {name: context.get(name) for name in search.FILTERS if context.get(name)}
    asked = " ".join([said, *(f"{name}:{_quoted(one)}" for name, one in given.items())]).strip()
    if holder := given.get("holder"):
        is_me = holder.casefold() in _ME
        given["holder"] = context.me if is_me else resolve.attendant(context, holder)
    if given.get("team"):
        given["team"] = resolve.team(context, given["team"]).name
    return asked, search.query(said, given, context.now)


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value


def _found(context: Context, ticket: Ticket, query: Query) -> str:
    """A ticket that fits: who, how it stands, why, where the first word stands, the link."""
    tx = context.tx
    conversation = tx.conversations.get(ticket.conversation_id)
    reason = _short(ticket.reason, _REASON)
    facts = [f"#{ticket.number}", conversation.contact_name, ticket.status.value, ticket.team]
    facts += [f"{ticket.opened_at:%d %b %Y}", *tx.tags.of(ticket.number), reason]
    passage = tx.search.passage(ticket, query.words[0]) if query.words else ""
    words = f"\n    “{_around(passage, query.words[0])}”" if passage else ""
    thread = tx.threads.of_ticket(ticket.number)
    link = f" {thread.link}" if thread and thread.link else ""
    return f"{' · '.join(facts)}{link}{words}"


def _around(passage: str, word: str) -> str:
    """The words next to the first place where a word stands."""
    plain = " ".join(passage.split())
    at = max(search.fold(plain).find(word) - _EXCERPT // 3, 0)
    return ("…" if at else "") + _short(plain[at:], _EXCERPT)


def _short(text: str, limit: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= limit else f"{plain[: limit - 1].rstrip()}…"


def _title(context: Context, ticket: Ticket) -> str:
    conversation = context.tx.conversations.get(ticket.conversation_id)
    return f"#{ticket.number} · {conversation.contact_name} · {ticket.status}"


def _page(context: Context, *, default: int) -> int:
    typed = context.get("page")
    page = resolve.number(typed, "page") if typed else default
    if page < 1:
        raise BadInput(problem="The first page is 1.")
    return page


_TAGS = Argument(name="tags", kind=Kind.TAGS, help="words with commas between: billing, vip")
_PAGE = condition("page", "which page")


CASEWORK = (
    Command(
        name="ticket tag",
        help="Put tags on a ticket",
        role=Role.ATTENDANT,
        handler=_tag,
        arguments=(TICKET, _TAGS),
    ),
    Command(
        name="ticket untag",
        help="Take tags off a ticket",
        role=Role.ATTENDANT,
        handler=_untag,
        arguments=(TICKET, _TAGS),
    ),
    Command(
        name="ticket contact",
        help="Who the contact is, and their earlier tickets",
        role=Role.ATTENDANT,
        handler=_contact,
        arguments=(TICKET,),
    ),
    Command(
        name="ticket search",
        help="Find tickets by words, and by status:, team:, holder:, tag:, since:",
        role=Role.ATTENDANT,
        handler=_search,
        arguments=(
            condition("status", "open, in_progress, awaiting, closed"),
            condition("team", "whose tickets", kind=Kind.TEAM),
            condition("holder", "who has or had it; me", kind=Kind.ATTENDANT),
            condition("tag", "one of its tags", kind=Kind.TAGS),
            condition("since", "opened since: 7d, or 2026-01-31"),
            _PAGE,
            Argument(
                name="query",
                kind=Kind.TEXT,
                help="words in messages, notes, names, reasons, tags",
                required=False,
            ),
        ),
    ),
    Command(
        name="ticket history",
        help="Show everything that was said, notes and edits too",
        role=Role.ATTENDANT,
        handler=_history,
        arguments=(TICKET, _PAGE),
    ),
    Command(
        name="ticket transcript",
        help="Get the whole conversation as a Markdown file",
        role=Role.ATTENDANT,
        handler=_transcript,
        arguments=(
            TICKET,
            Argument(
                name="notes",
                kind=Kind.WORD,
                help="with or without internal notes",
                required=False,
                choices=("with", "without"),
            ),
        ),
    ),
)
