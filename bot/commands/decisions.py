"""What somebody is asked before a command goes on: it waits under a token until they decide."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime

from bot.commands import REGISTRY, actions
from bot.commands.registry import Invocation, Response
from bot.domain.card import Button, Style
from bot.domain.errors import (
    BadInput,
    BatonError,
    HeldByOther,
    NumberUncertain,
    OpenTicketsOfBlocked,
    SnippetShown,
    StaleDesk,
    TargetUncertain,
    TicketClosed,
)
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment
from bot.ports.store import Tx

# What can be decided on when a use case asks back: label, and the answer to give it.
_QUESTIONS: Mapping[type[BatonError], tuple[tuple[str, str], ...]] = {
    HeldByOther: (("Take over and send", "take over"), ("Send once", "send once")),
    TicketClosed: (("Reopen and send", "reopen"),),
    TargetUncertain: (("Send", "send"), ("Change", "change")),
    NumberUncertain: (("It is the ticket", "number"), ("It belongs to the words", "words")),
    OpenTicketsOfBlocked: (("Block and close", "close"), ("Block, leave open", "leave")),
    SnippetShown: (("Send", "send"), ("Edit", "edit")),
    StaleDesk: (("Look again", "again"), ("Cancel", "cancel")),
}
_ASKS_BACK = {"reply", "ticket reply", "ticket snippet", "desk block"}
_DRAFT = "draft:"
_OVER = (
    "This was decided already, or it is older than a day and was let go. Do it once more if it is "
    "missing."
)
Execute = Callable[[Tx, Invocation, bool], Response]


def asks_back(call: Invocation, error: Exception) -> bool:
    """Whether an error of a command is a question rather than a refusal."""
    return call.command in _ASKS_BACK and bool(_questions(error))


def asking(error: Exception, token: str) -> Response:
    """Why it was not done, and what can be decided about it; the draft stays under its token."""
    buttons = tuple(_button(label, answer, token) for label, answer in _questions(error))
    return Response(text=str(error), ok=isinstance(error, SnippetShown), buttons=buttons)


def proposing(call: Invocation, response: Response, token: str) -> Response:
    """A change that is shown and not saved yet."""
    save = _button("Save", "save", token, "primary")
    edit = _button("Edit", "edit", token)
    cancel = _button("Cancel", "cancel", token)
    has_form = any(not one.subject for one in REGISTRY[call.command].arguments)
    return replace(response, buttons=(save, edit, cancel) if has_form else (save, cancel))


def turning(response: Response, token: str) -> Response:
    """A page of more; the values of the next one are kept under the token."""
    return replace(response, buttons=(*response.buttons, _button("Older", "older", token)))


def editing(token: str) -> Button:
    """Opens the form of what is kept under a token."""
    return _button("Edit and send", "edit", token)


def addressed(call: Invocation, error: Exception) -> Invocation:
    """Where the target was asked about, the draft goes to the one that was shown; a snippet becomes
    the reply that it was shown as.
    """
    if isinstance(error, SnippetShown):
        values = {"ticket": str(error.number), "text": str(error.facts["text"])}
        return replace(call, command="ticket reply", values=values)
    if not isinstance(error, TargetUncertain | NumberUncertain):
        return call
    return replace(call, values={**call.values, "ticket": str(error.number)})


def keep(tx: Tx, call: Invocation, now: datetime) -> str:
    token = secrets.token_urlsafe(12)
    tx.meta.put(_DRAFT + token, json.dumps({**asdict(call), "at": now.isoformat()}))
    return token


def kept(tx: Tx, person: Person, token: str) -> Invocation:
    """What waits there for this person. Raises `BadInput` when nothing does any more."""
    found = tx.meta.get(_DRAFT + token)
    draft = json.loads(found) if found else None
    if draft is None or draft["person"]["id"] != person.id:
        raise BadInput(problem=_OVER)
    return Invocation(
        person=person,
        place=Place(**draft["place"]),
        command=draft["command"],
        values=draft["values"],
        attachments=tuple(Attachment(**one) for one in draft["attachments"]),
        seen=draft.get("seen"),
    )


def carry_out(
    tx: Tx, person: Person, answer: str, token: str, execute: Execute
) -> tuple[Invocation, Response]:
    """Do what was kept, as decided, in one transaction: a refusal leaves the draft where it is."""
    call = kept(tx, person, token)
    tx.meta.put(_DRAFT + token, None)
    match answer:
        case "cancel":
            return call, Response(text="Nothing was changed.")
        case "save" | "older" | "words":
            pass
        case "number":
            number, _, words = call.values["text"].strip().partition(" ")
            call = replace(call, values={**call.values, "ticket": number, "text": words.strip()})
        case "edit" | "again":
            call = replace(call, seen=None, preview=True)
        case "change":
            others = {name: one for name, one in call.values.items() if name != "ticket"}
            call = replace(call, values=others)
        case _:
            call = replace(call, values={**call.values, "collision": answer})
    return call, execute(tx, call, answer in {"edit", "change"})


def _questions(error: Exception) -> tuple[tuple[str, str], ...]:
    return next((asked for kind, asked in _QUESTIONS.items() if isinstance(error, kind)), ())


def _button(label: str, answer: str, token: str, style: Style = "") -> Button:
    return Button(action=f"{actions.CHOICE}:{answer}", label=label, value=token, style=style)
