"""What a subject looks like at this moment: content is made when it is sent, never before.

So an edit before the sending replaces the words, and a card always shows the ticket as it is.
"""

from __future__ import annotations

from bot.domain.card import Button, Card, Content, Line, Post, Style, Transcript, Voice, card
from bot.domain.conversation import Conversation, Mode
from bot.domain.desk import Priority
from bot.domain.errors import NotFound
from bot.domain.identity import Person, platform_of
from bot.domain.message import Author, Delivery, Message, Part, parts
from bot.domain.states import Status
from bot.domain.thread import Event, Thread
from bot.domain.ticket import Ticket
from bot.domain.values import replace
from bot.ports.outbox import Lane, LaneKind
from bot.ports.store import Tx
from bot.services import people, rating
from bot.services.close import resolved_in
from bot.services.contact import earlier
from bot.services.history import called
from bot.services.inbox import who
from bot.services.notify import in_line, on_card
from bot.services.promises import promised
from bot.services.record import part_limits

_VOICES: dict[Author, Voice] = {
    Author.CONTACT: "contact",
    Author.PARTICIPANT: "participant",
    Author.AGENT: "agent",
    Author.ATTENDANT: "attendant",
    Author.BATON: "line",
}
_WITHHELD = {
    Author.AGENT: "withheld: the agent's answer came after the handover",
    Author.BATON: "withheld: it came too late, or the contact is blocked",
}
_PRACTICE = "Practice: nobody real is waiting, and no figure counts it."
_FOLLOWS = "Follows #{}."
_BUTTONS: dict[str, tuple[str, Style]] = {
    "ticket:close": ("Close", "danger"),
    "ticket:reopen": ("Reopen", "primary"),
}


def render(tx: Tx, lane: Lane, subject: str) -> Content | None:
    """The content of a subject in a lane; None when nothing (or nothing any more) is to stand."""
    kind, _, rest = subject.partition(":")
    match lane.kind:
        case LaneKind.CONTACT:
            return _message(tx, lane, tx.messages.get(_number(rest)), rest)
        case LaneKind.NOTICE:
            return _notice(tx, tx.events.get(int(rest)))
    return _for_team(tx, lane, kind, rest)


def looks(tx: Tx, lane: Lane, subject: str) -> tuple[Content, ...]:
    """What a message may have looked like when an earlier try posted it: with each text that it
    has had, and before anything became of it.
    """
    kind, _, rest = subject.partition(":")
    if kind != "message":
        return ()
    try:
        message = tx.messages.get(_number(rest))
    except NotFound:  # erased meanwhile
        return ()
    plain = replace(message, deleted_at=None, edited_at=None, slow=False)
    texts = dict.fromkeys([message.text, *(text for text, _ in tx.messages.revisions(message.id))])
    found = [_message(tx, lane, replace(plain, text=text), rest) for text in texts]
    return tuple(one for one in found if one is not None)


def _message(tx: Tx, lane: Lane, message: Message, rest: str) -> Post | None:
    index = int(rest.partition(":")[2])
    if lane.kind is LaneKind.CONTACT:
        return _to_contact(tx, lane, message, index)
    return _in_thread(tx, lane, tx.threads.get(lane.ref), message, index)


def _for_team(tx: Tx, lane: Lane, kind: str, rest: str) -> Content | None:
    thread = tx.threads.get(lane.ref)
    match kind:
        case "card":
            return _card(tx, thread)
        case "transcript":
            return _transcript(tx, thread)
        case "message":
            return _message(tx, lane, tx.messages.get(_number(rest)), rest)
        case "note":
            return _note(tx, int(rest))
        case _:
            return _event(tx.events.get(int(rest)))


def _number(rest: str) -> int:
    return int(rest.partition(":")[0])


def _part(tx: Tx, lane: Lane, message: Message, index: int) -> Part | None:
    pieces = parts(message.text, message.attachments, part_limits(tx, lane.workspace))
    return pieces[index] if index < len(pieces) else None


def _to_contact(tx: Tx, lane: Lane, message: Message, index: int) -> Post | None:
    part = _part(tx, lane, message, index)
    if part is None or message.deleted_at:
        return None
    offered, chosen = rating.buttons(tx, message)
    return Post(
        voice=_VOICES[message.author],
        speaker=_speaker(tx, message),
        text=part.text,
        attachments=part.attachments,
        aside=chosen or (message.intro if index == 0 else ""),
        buttons=offered,
        reply_to=_below(tx, lane, message),
    )


def _below(tx: Tx, lane: Lane, message: Message) -> str | None:
    """What words to the contact answer; as long as no thread is open, the first words there were.

    A platform with threads opens one below these.
    """
    conversation = tx.conversations.get(lane.ref)
    if conversation.direct or conversation.thread is not None:
        return _answered(tx, lane, message)
    said = tx.messages.of(conversation.id)
    return next((one.source_id for one in said if one.source_id), None)


def _answered(tx: Tx, lane: Lane, message: Message) -> str | None:
    """Where the message that this one replies to stands in the same lane."""
    if message.reply_to is None:
        return None
    copy = tx.outbox.copy(lane.id, f"message:{message.reply_to}:0")
    if copy and not copy.deleted:
        return copy.platform_id
    if lane.kind is not LaneKind.CONTACT:
        return None
    try:
        return tx.messages.get(message.reply_to).source_id
    except NotFound:  # it has outlived its time
        return None


def _speaker(tx: Tx, message: Message) -> Person | None:
    """Who the contact sees: the attendant, the team or nobody in particular, as the team has it."""
    if message.author is Author.BATON:
        return None
    shown = Person(id=message.author_id, name=message.author_name, avatar=message.author_avatar)
    if message.author is Author.AGENT:
        return shown
    desk = tx.desk.get()
    ticket = tx.tickets.get(message.ticket_number) if message.ticket_number else None
    own = desk.teams_of(*people.ids_of(tx, message.author_id))
    team = desk.team(ticket.team) if ticket else next(iter(own), None)
    match team.identity if team else "name":
        case "team":
            return Person(id="team", name=team.name if team else "")
        case "anonymous":
            return None
    return shown


def _in_thread(tx: Tx, lane: Lane, thread: Thread, message: Message, index: int) -> Post | None:
    part = _part(tx, lane, message, index)
    if part is None:
        return None
    is_first = index == 0
    return Post(
        voice=_VOICES[message.author],
        speaker=Person(
            id=message.author_id, name=message.author_name, avatar=message.author_avatar
        ),
        text=part.text,
        attachments=part.attachments,
        aside=_state(message) if is_first else "",
        buttons=_buttons(message, thread) if is_first and not thread.cut_off else (),
        reply_to=_answered(tx, lane, message) if is_first else None,
    )


def _state(message: Message) -> str:
    """What the team should know of a message beyond its words; usually nothing."""
    if message.deleted_at:
        by_contact = not message.speaks_to_contact
        return "deleted by the contact" if by_contact else "deleted; the contact no longer sees it"
    match message.delivery:
        case Delivery.WITHHELD:
            return _WITHHELD.get(message.author, "withheld")
        case Delivery.FAILED:
            return f"not delivered: {message.problem}"
        case Delivery.PENDING if message.slow:
            return "on its way…"
    if message.edited_at:
        return "edited after you replied" if message.edited_after_reply else "edited"
    return ""


def _buttons(message: Message, thread: Thread) -> tuple[Button, ...]:
    own = str(message.id)
    if message.deleted_at:
        return ()
    if message.author is Author.CONTACT and thread.ticket_number:
        return (Button(action="ticket:reply", label="Reply", value=str(thread.ticket_number)),)
    if message.delivery is Delivery.FAILED:
        return (Button(action="message:retry", label="Retry", value=own, style="primary"),)
    if message.author is Author.ATTENDANT and message.source_id is None:
        return (
            Button(action="message:edit", label="Edit", value=own),
            Button(action="message:delete", label="Delete", value=own, style="danger"),
        )
    return ()


def _note(tx: Tx, note_id: int) -> Post:
    note = tx.notes.get(note_id)
    speaker = tx.people.get(note.author_id)
    return Post(voice="note", speaker=speaker, text=note.text, attachments=note.attachments)


def _event(event: Event) -> Post | None:
    if not event.line:  # its words were erased
        return None
    button = event.data.get("button", "")
    label, style = _BUTTONS.get(button, ("", ""))
    shown = Button(action=button, label=label, value=str(event.ticket_number), style=style)
    return Post(
        voice="line",
        text=event.line,
        buttons=(shown,) if button else (),
        mentions=in_line(event),
    )


def _notice(tx: Tx, event: Event) -> Post | None:
    """About a ticket, for somebody outside of its thread; nothing once it is taken."""
    ticket = tx.tickets.get(event.ticket_number or 0)
    if ticket.status is not Status.OPEN:
        return None
    thread = tx.threads.of_ticket(ticket.number)
    contact = tx.conversations.get(ticket.conversation_id).contact_name
    words = f"#{ticket.number} · {contact} · {ticket.priority}: {event.data['words']}"
    claim = Button(action="ticket:claim", label="Claim", value=str(ticket.number), style="primary")
    is_asked = event.kind == "asked"
    return Post(
        voice="line",
        text="\n".join(one for one in (words, thread.link if thread else "") if one),
        buttons=(claim,) if is_asked else (),
        mentions=tuple(event.data["called"].split()) if is_asked else (),
    )


def _transcript(tx: Tx, thread: Thread) -> Transcript | None:
    """What was said before the thread was opened, and the notes where the ticket came from."""
    said = tx.messages.of(thread.conversation_id)
    messages = [one for one in said if one.id <= thread.history_to]
    notes = [one for one in tx.notes.of(thread.conversation_id) if one.at <= thread.opened_at]
    lines = [
        Line(
            speaker=called(one),
            text=_words(one),
            at=one.at,
            voice=_VOICES[one.author],
        )
        for one in messages
    ]
    lines += [
        Line(speaker=one.author_name, text=one.text, at=one.at, voice="note") for one in notes
    ]
    if not lines:
        return None
    return Transcript(
        title=f"The conversation so far ({len(lines)})",
        lines=tuple(sorted(lines, key=lambda line: line.at)),
    )


def _words(message: Message) -> str:
    files = " ".join(f"[{one.name}]" for one in message.attachments)
    withheld = "(withheld) " if message.delivery is Delivery.WITHHELD else ""
    return f"{withheld}{message.text} {files}".strip()


def _card(tx: Tx, thread: Thread) -> Card | None:
    conversation = tx.conversations.get(thread.conversation_id)
    if conversation.is_erased:
        return None
    if thread.ticket_number is None:
        return _takeover_card(tx, thread, conversation)
    ticket = tx.tickets.get(thread.ticket_number)
    shown = card(
        ticket,
        contact=_contact(conversation),
        origin=_origin(conversation),
        place=None if conversation.direct else conversation.place,
        who=who(tx, ticket),
        summary=tx.summaries.latest(ticket.number),
        promised=promised(tx, ticket),
        resolved=resolved_in(ticket),
        mentions=on_card(tx, thread),
        tags=tx.tags.of(ticket.number),
        earlier=earlier(tx, ticket),
        footer=_footer(ticket),
    )
    return _cut_off(tx, thread, shown) if thread.cut_off else shown


def _footer(ticket: Ticket) -> str:
    parts = (_PRACTICE if ticket.practice else "", _FOLLOWS.format(ticket.previous))
    return " ".join(parts if ticket.previous else parts[:1]).strip()


def _cut_off(tx: Tx, thread: Thread, shown: Card) -> Card:
    """A thread that the ticket has left says where it went; its buttons are gone."""
    current = tx.threads.of_ticket(thread.ticket_number) if thread.ticket_number else None
    where = f"{current.team} {current.link}".strip() if current else "another thread"
    return Card(
        **{
            name: getattr(shown, name)
            for name in ("number", "title", "status", "priority", "contact", "origin", "opened_at")
        },
        reason=shown.reason,
        who=f"Went on with {where}",
        footer="This thread is closed: what you write here reaches nobody.",
    )


def _takeover_card(tx: Tx, thread: Thread, conversation: Conversation) -> Card:
    speaks = conversation.mode is Mode.TAKEOVER
    holder = tx.people.get(conversation.takeover_by or "").name
    value = str(conversation.id)
    return Card(
        number=0,
        title=f"Takeover · {conversation.contact_name}",
        status=None,
        priority=Priority.NORMAL,
        contact=_contact(conversation),
        origin=_origin(conversation),
        place=None if conversation.direct else conversation.place,
        reason="An attendant speaks for a while, without a ticket.",
        who=f"{holder} speaks" if speaks else _after_takeover(conversation),
        opened_at=thread.opened_at,
        buttons=(
            Button(action="takeover:reply", label="Reply", value=value, style="primary"),
            Button(action="takeover:resume", label="Let the agent resume", value=value),
            Button(action="takeover:escalate", label="Escalate", value=value),
        )
        if speaks
        else (),
    )


def _after_takeover(conversation: Conversation) -> str:
    is_agent = conversation.mode is Mode.AGENT
    return "The agent answers again" if is_agent else "It went on as a ticket"


def _contact(conversation: Conversation) -> Person:
    return Person(
        id=conversation.contact, name=conversation.contact_name, avatar=conversation.contact_avatar
    )


def _origin(conversation: Conversation) -> str:
    """Where they write from, in words."""
    if conversation.is_practice:
        return "Practice, a played customer"
    platform = platform_of(conversation.workspace).capitalize()
    return f"{platform}, direct message" if conversation.direct else f"{platform}, channel"
