"""Commands about the queue and about conversations without a ticket."""

from __future__ import annotations

from datetime import datetime

from bot.commands import resolve
from bot.commands.registry import Argument, Command, Context, Kind, Response
from bot.domain import duration, tags
from bot.domain.conversation import TAKEOVER_SPANS
from bot.domain.desk import Role
from bot.domain.errors import BadInput
from bot.services import deliveries, escalate, inbox, reply, takeover

_CONVERSATION = Argument(
    name="conversation", kind=Kind.CONVERSATION, help="its number in the queue", here=True
)
_SHORT = 80
_SPANS = tuple(duration.write(span) for span in TAKEOVER_SPANS)


def _queue(context: Context) -> Response:
    tag = tags.normalized(context.get("tag"))
    found = inbox.queue(context.tx, context.me, context.now, tag=tag)
    if tag and found.is_empty:
        return Response(text=f"No open ticket is tagged {tag}.")
    return Response(text=in_words(found, context.now), queue=found)


def in_words(queue: inbox.Queue, now: datetime) -> str:
    """The queue as plain text, for where nothing better can be shown."""
    sections = {
        "mine": ("Mine", queue.mine),
        "unclaimed": ("Unclaimed", queue.unclaimed),
        "in_progress": ("In progress", queue.in_progress),
        "awaiting": ("Awaiting the contact", queue.awaiting),
    }
    lines = []
    for section, (title, entries) in sections.items():
        if entries:
            total = queue.total(section)
            lines += [f"**{title} ({total})**"]
            lines += [
                f"#{one.number} · {one.contact} · {one.priority} · {one.who} · {one.reason}"
                + (f" · {', '.join(one.tags)}" if one.tags else "")
                + _due(one, now)
                for one in entries
            ]
            if total > len(entries):
                lines.append(f"and {total - len(entries)} more: /ticket search finds them")
    if queue.with_agent:
        lines += ["**With the agent**"]
        lines += [
            f"{one.conversation_id} · {one.contact} · {one.who} · {_short(one.last_words)}"
            for one in queue.with_agent
        ]
    return "\n".join(lines) or "Nothing waits. The queue is empty."


def _short(words: str) -> str:
    """The beginning of some words, in one line."""
    line = " ".join(words.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1].rstrip()}…"


def _due(entry: inbox.Entry, now: datetime) -> str:
    if entry.due_at is None:
        return ""
    span = duration.roughly(entry.due_at - now)
    late = entry.due_at < now
    return f" · {entry.due} {span} late" if late else f" · {entry.due} due in {span}"


def _escalate(context: Context) -> Response:
    ticket = escalate.by_person(
        context.tx,
        resolve.conversation_id(context),
        context.me,
        context.get("reason"),
        context.now,
    )
    return Response(text=f"Ticket #{ticket.number} is open with {ticket.team}.")


def _takeover(context: Context) -> Response:
    span = duration.parse(context.get("for") or _SPANS[0])
    if span not in TAKEOVER_SPANS:
        raise BadInput(problem=f"A takeover lasts {', '.join(_SPANS)}.")
    takeover.take_over(context.tx, resolve.conversation_id(context), context.me, span, context.now)
    return Response(text=f"You speak for {duration.roughly(span)}; /resume ends it sooner.")


def _resume(context: Context) -> Response:
    takeover.resume(context.tx, resolve.conversation_id(context), context.me, context.now)
    return Response(text="The agent answers again.")


def _say(context: Context) -> Response:
    sent = reply.speak(
        context.tx,
        resolve.conversation_id(context),
        context.me,
        context.get("text"),
        context.now,
        context.call.attachments,
    )
    return Response(text="Sent.", trace=f"message:{sent.id}")


def _deliveries(context: Context) -> Response:
    found = deliveries.trouble(context.tx)
    if not found:
        return Response(text="Everything was delivered.")
    lines = [f"- {one.title}: {one.problem}" for one in found]
    if any(one.message_id for one in found):
        lines.append("`/deliveries retry` and a message's number sends it again.")
    return Response(text="\n".join(lines))


def _retry(context: Context) -> Response:
    message_id = resolve.message_id(context)
    deliveries.retry(context.tx, message_id, context.me, context.now)
    return Response(text="It is being sent again.")


def _said(context: Context) -> dict[str, str]:
    message_id = resolve.message_id(context)
    return {"text": context.tx.messages.get(message_id).text}


def _edit(context: Context) -> Response:
    message_id = resolve.message_id(context)
    reply.edit(context.tx, message_id, context.me, context.get("text"), context.now)
    return Response(text="Changed, also where the contact sees it.")


def _delete(context: Context) -> Response:
    message_id = resolve.message_id(context)
    reply.delete(context.tx, message_id, context.me, context.now)
    return Response(text="Deleted, also where the contact sees it.")


_MESSAGE = Argument(name="message", kind=Kind.WORD, help="the number of the message", subject=True)
_TEXT = Argument(name="text", kind=Kind.TEXT, help="what to say", long=True)

CONVERSATIONS = (
    Command(
        name="queue",
        help="What waits: mine, unclaimed, awaiting, with the agent",
        role=Role.ATTENDANT,
        handler=_queue,
        arguments=(
            Argument(name="tag", kind=Kind.TAGS, help="only tickets with this tag", required=False),
        ),
    ),
    Command(
        name="escalate",
        help="Hand a conversation from the agent to the team",
        role=Role.ATTENDANT,
        handler=_escalate,
        arguments=(
            _CONVERSATION,
            Argument(name="reason", kind=Kind.TEXT, help="why", required=False),
        ),
    ),
    Command(
        name="takeover",
        help="Speak for a while in place of the agent, without a ticket",
        role=Role.ATTENDANT,
        handler=_takeover,
        arguments=(
            _CONVERSATION,
            Argument(
                name="for",
                kind=Kind.DURATION,
                help="for how long",
                required=False,
                choices=_SPANS,
            ),
        ),
    ),
    Command(
        name="resume",
        help="End a takeover: the agent answers again",
        role=Role.ATTENDANT,
        handler=_resume,
        arguments=(_CONVERSATION,),
    ),
    Command(
        name="say",
        help="Speak in a conversation you have taken over",
        role=Role.ATTENDANT,
        handler=_say,
        arguments=(_CONVERSATION, _TEXT),
        files=True,
    ),
    Command(
        name="deliveries",
        help="What could not be delivered",
        role=Role.SUPERVISOR,
        handler=_deliveries,
    ),
    Command(
        name="deliveries retry",
        help="Send a failed message again",
        role=Role.ATTENDANT,
        handler=_retry,
        arguments=(_MESSAGE,),
    ),
    Command(
        name="message edit",
        help="Change a reply, also where the contact sees it",
        role=Role.ATTENDANT,
        handler=_edit,
        fill=_said,
        arguments=(_MESSAGE, _TEXT),
    ),
    Command(
        name="message delete",
        help="Take a reply back, also where the contact sees it",
        role=Role.ATTENDANT,
        handler=_delete,
        arguments=(_MESSAGE,),
    ),
)
