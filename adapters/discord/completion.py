"""What may be meant while somebody types an option, and what a form offers to choose from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.discord.convert import clipped
from adapters.discord.places import ROLE
from bot.commands import REGISTRY, resolve
from bot.commands.registry import Argument, Form, Kind
from bot.domain.desk import DIRECT, Role
from bot.domain.errors import NotFound
from bot.domain.identity import Person
from bot.domain.queue import Label
from bot.ports.store import Tx
from bot.services import access, inbox

# Discord: 25 choices, each of 100 characters.
MOST, LENGTH = 25, 100
_HINTED = 10
_MENTIONED_ROLE = re.compile(r"<@&(\d+)>")
Choice = tuple[str, str]
_RUNNING = timedelta(days=1)


def choices(
    tx: Tx, person: Person, argument: Argument, typed: str, channels: Sequence[Choice]
) -> list[dict[str, Any]]:
    """Label and value of what fits. `channels` are those of the guild, by name and id.

    Whoever is not of the team is offered nothing: contacts and reasons are not theirs to see.
    """
    if tx.desk.get().role(*person.ids) is Role.OUTSIDER:
        return []
    offered = _OFFERS.get("target" if argument.name == "target" else argument.kind)
    if offered is None:
        return []
    if argument.kind is Kind.TAGS:
        return _tags(tx, typed)
    known = channels if argument.kind is Kind.CHANNEL else offered(tx, person)
    wanted = typed.strip().lstrip("#@").casefold()
    found = [one for one in known if wanted in one[0].casefold() or wanted == one[1].casefold()]
    return [
        {"name": clipped(name, LENGTH), "value": value[:LENGTH]} for name, value in found[:MOST]
    ]


def for_form(tx: Tx, form: Form, person: Person) -> Mapping[str, list[str]]:
    """The teams and the attendants for where a ticket can go."""
    wanted = {one.name for one in form.arguments}
    return {"target": [value for _, value in _targets(tx, person)]} if "target" in wanted else {}


def _tickets(tx: Tx, person: Person) -> list[Choice]:
    within_reach = inbox.within_reach(tx, person)
    return [(_ticket(one), str(one.number)) for one in tx.queue.labels(within_reach)]


def _ticket(one: Label) -> str:
    return f"#{one.number} · {one.contact} · {one.status} · {one.reason}"


def _conversations(tx: Tx, person: Person) -> list[Choice]:
    """Those that the agent has, newest first."""
    running = tx.conversations.with_agent(datetime.now(UTC) - _RUNNING, MOST)
    seen = [one for one in running if access.sees_conversation(tx, person, one)]
    return [(f"{one.id} · {one.contact_name}", str(one.id)) for one in seen]


def _teams(tx: Tx, _: Person) -> list[Choice]:
    return [(one.name, one.name) for one in tx.desk.get().teams]


def _attendants(tx: Tx, _: Person) -> list[Choice]:
    """By name, or by id where several have it: Discord wants every choice once."""
    people = [tx.people.get(one) for one in resolve.attendants(tx)]
    names = Counter(one.name for one in people)
    return [
        (f"@{one.name}", f"@{one.name}")
        if names[one.name] == 1
        else (f"@{one.name} ({one.id})", one.id)
        for one in people
    ]


def _tags(tx: Tx, typed: str) -> list[dict[str, Any]]:
    """Several tags stand in one option, so the last one is completed, and the others kept."""
    before, comma, last = typed.rpartition(",")
    kept = f"{before}{comma} " if comma else ""
    wanted = last.strip().lstrip("#").casefold()
    found = [f"{kept}{tag}" for tag in tx.tags.used(200) if wanted in tag and tag not in before]
    return [{"name": one, "value": one} for one in found[:MOST] if len(one) <= LENGTH]


def _snippets(tx: Tx, _: Person) -> list[Choice]:
    """Their texts are part of the label, so that they are found by their words too."""
    return [
        (f"{one.name} · {' '.join(one.text.split())}", one.name) for one in tx.desk.get().snippets
    ]


def _contacts(tx: Tx, person: Person) -> list[Choice]:
    """Who wrote lately."""
    recent = tx.conversations.recent(200)
    found = {
        one.contact: one.contact_name for one in recent if access.sees_conversation(tx, person, one)
    }
    return [(f"{name} ({contact})", contact) for contact, name in found.items()]


def _targets(tx: Tx, person: Person) -> list[Choice]:
    return [*_teams(tx, person), *_attendants(tx, person)]


def _people(tx: Tx, _: Person) -> list[Choice]:
    people = [tx.people.get(one) for one in resolve.attendants(tx)]
    return [(f"@{one.name} ({one.id})", one.id) for one in people]


_OFFERS: Mapping[str, Callable[[Tx, Person], list[Choice]]] = {
    Kind.TICKET: _tickets,
    Kind.CONVERSATION: _conversations,
    Kind.TEAM: _teams,
    Kind.ATTENDANT: _attendants,
    Kind.PERSON: _people,
    Kind.CONTACT: _contacts,
    Kind.SNIPPET: _snippets,
    Kind.TAGS: lambda *_: [],
    Kind.CHANNEL: lambda *_: [],
    "target": _targets,
}


def channels_of(guild: Any) -> list[Choice]:
    """The channels of a guild in which Baton can work."""
    if guild is None:
        return []
    usable = [*guild.text_channels, *guild.forums]
    return [(f"#{one.name}", str(one.id)) for one in usable] + [("direct messages", DIRECT)]


def named(command: str, values: Mapping[str, str], guild: Any) -> dict[str, str]:
    """Channels and roles that were typed instead of picked, by their ids; the core knows people.

    Raises `NotFound` for a channel that is not there.
    """
    channels = _channel_arguments(command)
    return {
        name: _channel(value, guild) if name in channels else _role(value, guild)
        for name, value in values.items()
    }


def roles(values: Mapping[str, str], guild: Any) -> list[Person]:
    """The roles among the values, with their names."""
    prefix = f"{ROLE}{guild.id}/" if guild is not None else ""
    named = [one for one in values.values() if prefix and one.startswith(prefix)]
    found = [(one, guild.get_role(int(one.removeprefix(prefix)))) for one in named]
    return [Person(id=one, name=role.name) for one, role in found if role is not None]


def linked(text: str, command: str, values: Mapping[str, str]) -> str:
    """An answer in which the channels that were named are links and not numbers."""
    for name in _channel_arguments(command):
        if (value := values.get(name, "")).isdecimal():
            text = re.sub(rf"(?<![\w#/]){value}(?!\w)", f"<#{value}>", text)
    return text


def _channel_arguments(command: str) -> set[str]:
    known = REGISTRY.get(command)
    return {one.name for one in known.arguments if one.kind is Kind.CHANNEL} if known else set()


def _channel(typed: str, guild: Any) -> str:
    wanted = typed.strip().removeprefix("<").removesuffix(">").removeprefix("#")
    if not wanted or wanted.isdecimal() or wanted == DIRECT:
        return wanted
    channels = channels_of(guild)
    for name, value in channels:
        if name.removeprefix("#").casefold() == wanted.casefold():
            return value
    hint = ", ".join(name for name, _ in channels[:_HINTED])
    raise NotFound(what="channel", name=typed, hint=f"There are: {hint}.")


def _role(typed: str, guild: Any) -> str:
    match = _MENTIONED_ROLE.fullmatch(typed.strip())
    return f"{ROLE}{guild.id}/{match[1]}" if match and guild is not None else typed
