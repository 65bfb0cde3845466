"""What a slash command is: declared once, offered on every platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.card import Button
from bot.domain.desk import Role
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment
from bot.ports.agent import Case, ReaderPort, Turn
from bot.ports.store import Tx
from bot.services.inbox import Queue


class Kind(StrEnum):
    """What an argument stands for; a platform offers a fitting picker or completion."""

    TICKET = "ticket"
    CONVERSATION = "conversation"
    TEXT = "text"  # the rest of the line
    WORD = "word"
    ATTENDANT = "attendant"
    PERSON = "person"
    TEAM = "team"
    CHANNEL = "channel"
    DURATION = "duration"


@dataclass(frozen=True, kw_only=True)
class Argument:
    """`here`: it can be left out in a ticket's thread. `long`: wants a box of several lines."""

    name: str
    kind: Kind
    help: str
    required: bool = True
    here: bool = False
    long: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """Somebody uses a command: typed, by a button, or by a form."""

    person: Person
    place: Place
    command: str
    values: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    """A dialog that gathers what a command still needs; `values` fill it in beforehand."""

    command: str
    title: str
    arguments: tuple[Argument, ...]
    values: Mapping[str, str]
    files: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An errand: have the agent draft the reply to a ticket."""

    number: int
    case: Case


@dataclass(frozen=True, kw_only=True)
class Trial:
    """An errand: see what the agent would say."""

    turn: Turn


@dataclass(frozen=True, kw_only=True)
class Response:
    """What the person who used a command sees, and nobody else.

    `form` asks for more before anything is done; `queue` is shown in the platform's own way;
    `buttons` are pressed like those of a card. An `errand` is done by the agent before anybody sees
    this; no platform ever gets one. `draft` is a reply that the text proposes.
    """

    text: str = ""
    ok: bool = True
    buttons: tuple[Button, ...] = ()
    form: Form | None = None
    queue: Queue | None = None
    errand: Draft | Trial | None = None
    draft: str = ""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a handler has at hand."""

    tx: Tx
    call: Invocation
    values: Mapping[str, str]
    now: datetime
    reader: ReaderPort

    @property
    def me(self) -> str:
        return self.call.person.id

    def get(self, name: str) -> str:
        return self.values.get(name, "")


Handler = Callable[[Context], Response]


@dataclass(frozen=True, kw_only=True)
class Command:
    """`name` is its path of words: `ticket claim` is typed `/ticket claim`."""

    name: str
    help: str
    role: Role
    handler: Handler
    arguments: tuple[Argument, ...] = ()
    files: bool = False

    @property
    def usage(self) -> str:
        """`/ticket transfer [ticket] <target>`: square brackets mark what can be left out."""
        words = [
            f"<{one.name}>" if one.required and not one.here else f"[{one.name}]"
            for one in self.arguments
        ]
        return " ".join((f"/{self.name}", *words))
