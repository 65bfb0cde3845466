"""What a slash command is: declared once, offered on every platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.card import Button
from bot.domain.desk import Desk, Role
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment
from bot.ports.agent import Case, Meter, ReaderPort, Turn
from bot.ports.charts import ChartPort
from bot.ports.desk_text import DeskText
from bot.ports.media import MediaPort
from bot.ports.store import Tx
from bot.services.inbox import Queue
from bot.services.replay import Past


class Kind(StrEnum):
    """What an argument stands for; a platform offers a fitting picker or completion."""

    TICKET = "ticket"
    CONVERSATION = "conversation"
    TEXT = "text"  # the rest of the line
    NAME = "name"  # the rest of the line, which names a team or somebody
    WORD = "word"
    ATTENDANT = "attendant"
    PERSON = "person"
    TEAM = "team"
    CHANNEL = "channel"
    DURATION = "duration"
    CONTACT = "contact"
    TAGS = "tags"
    SNIPPET = "snippet"


@dataclass(frozen=True, kw_only=True)
class Argument:
    """`here`: it can be left out in a ticket's thread. `long`: wants a box of several lines, and
    `plain` keeps what is written there as it is. `named`: only by its name (`team=billing`), not by
    its place in the line. `subject`: what the command is about; once given, no form asks for it.
    `typed`: only for a command line, no form has it.
    """

    name: str
    kind: Kind
    help: str
    required: bool = True
    here: bool = False
    long: bool = False
    plain: bool = False
    named: bool = False
    subject: bool = False
    typed: bool = False
    choices: tuple[str, ...] = ()


def condition(name: str, text: str, *choices: str, kind: Kind = Kind.WORD) -> Argument:
    """What can be left out, and is only ever given by its name: `team=billing`."""
    return Argument(
        name=name, kind=kind, help=text, required=False, named=True, choices=tuple(choices)
    )


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """Somebody uses a command: typed, by a button, or by a form.

    A value that is there but empty was emptied on purpose. `preview` asks to see a change of the
    desk before it is saved, as forms do; `seen` is the version of the desk that a preview compared
    with, once somebody has decided on it. `typed`: it is one line, of which a number may have been
    meant otherwise. `key` names what the platform has sent, which is carried out once, whichever
    processes it came to.
    """

    person: Person
    place: Place
    command: str
    values: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    preview: bool = False
    seen: int | None = None
    typed: bool = False
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A dialog that gathers what a command still needs; `values` fill it in beforehand."""

    command: str
    title: str
    arguments: tuple[Argument, ...]
    values: Mapping[str, str]
    files: bool = False

    @property
    def verb(self) -> str:
        """What its button says. A change of the desk is shown before it is saved."""
        if self.command in {"reply", "ticket reply", "say"}:
            return "Send"
        is_shown_first = self.command.startswith(("desk ", "routing "))
        return "Next" if is_shown_first else self.title.partition(" ")[0]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An errand: have the agent draft the reply to a ticket."""

    number: int
    case: Case


@dataclass(frozen=True, kw_only=True)
class Trial:
    """An errand: see what the agent would say. What that costs is added to `meter`."""

    turn: Turn
    meter: Meter = field(default_factory=Meter, compare=False)


@dataclass(frozen=True, kw_only=True)
class File:
    """Something for the person who used a command to keep."""

    name: str
    data: bytes


# Past conversations from another place's export, for a desk. Raises `BadInput`.
Unpack = Callable[[bytes, Desk], tuple[Past, ...]]


class Share(Protocol):
    """Shows words and files (name, type, bytes) to everybody in a place. Raises `OutletError`."""

    async def __call__(
        self, place: Place, text: str, files: Sequence[tuple[str, str, bytes]]
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What an errand has at hand."""

    media: MediaPort
    reader: ReaderPort
    desk_text: DeskText
    unpack: Unpack | None = None
    charts: ChartPort | None = None
    share: Share | None = None


class Errand(Protocol):
    """Work for after the transaction, since it takes a while or is not the core's to do."""

    async def run(self, shell: Shell) -> Response: ...


@dataclass(frozen=True, kw_only=True)
class Response:
    """What the person who used a command sees, and nobody else.

    `form` asks for more before anything is done; `queue` is shown in the platform's own way;
    `buttons` are pressed like those of a card. An `errand` is done before anybody sees this; no
    platform ever gets one. `draft` is a reply that the text proposes. `proposes` is the version of
    the desk that a change, shown and not saved, was compared with: it is asked about.
    `moves_places`: the desk's channels changed, so a platform should look at them. `files` come in
    the way that the platform has for it. `next_page` are the values by which the command goes on.
    `trace` names what the log follows from here on: `message:12`; `first_response` is how long the
    ticket had waited for it. `repeated`: it was carried out before, and whoever did that answers.
    """

    text: str = ""
    ok: bool = True
    buttons: tuple[Button, ...] = ()
    form: Form | None = None
    queue: Queue | None = None
    errand: Draft | Trial | Errand | None = None
    draft: str = ""
    proposes: int | None = None
    moves_places: bool = False
    files: tuple[File, ...] = ()
    next_page: Mapping[str, str] = field(default_factory=dict)
    trace: str = ""
    first_response: timedelta | None = None
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a handler has at hand. `files` are the bytes of the files that came along."""

    tx: Tx
    call: Invocation
    values: Mapping[str, str]
    now: datetime
    reader: ReaderPort
    desk_text: DeskText
    files: tuple[bytes, ...] = ()

    @property
    def me(self) -> str:
        """The attendant who uses the command, by the one id that the desk knows them by."""
        return self.tx.desk.get().attendant(self.call.person.id)

    def get(self, name: str) -> str:
        return self.values.get(name, "")


Handler = Callable[[Context], Response]
Fill = Callable[[Context], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Command:
    """`name` is its path of words: `ticket claim` is typed `/ticket claim`.

    `fill` says what stands in its form beforehand. One that `edits` opens its form where nothing
    but its subject is given. Of one that `opens` files, the handler is given the bytes.
    """

    name: str
    help: str
    role: Role
    handler: Handler
    arguments: tuple[Argument, ...] = ()
    files: bool = False
    fill: Fill | None = None
    edits: bool = False
    opens: bool = False

    @property
    def usage(self) -> str:
        """`/ticket transfer [ticket] <target>`: square brackets mark what can be left out."""
        words = [_usage(one) for one in sorted(self.arguments, key=lambda one: one.named)]
        return " ".join((f"/{self.name}", *words))


def _usage(argument: Argument) -> str:
    if argument.required and not argument.here:
        return f"<{argument.name}>"
    return f"[{argument.name}=…]" if argument.named else f"[{argument.name}]"


TICKET = Argument(name="ticket", kind=Kind.TICKET, help="its number, 42 or #42", here=True)
