"""What a change of the desk says to people: one line for each thing that differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

from bot.commands.registry import Context
from bot.domain import duration, week
from bot.domain.desk import DIRECT, Channel, Hours, Rule, Team
from bot.domain.desk_changes import Difference, where
from bot.domain.hours import WEEKDAYS
from bot.domain.identity import local_id

_FLAGS = ("asks_for_human", "agent_decides", "agent_failed")
_PEOPLE = {"members", "supervisors", "notify", "attendant"}
_SECRET = "secret"  # noqa: S105 - what is never shown
_UNSAID = {"name", _SECRET}
_LONGEST = 300
_CONSOLE = "console"


def changes(context: Context, found: Iterable[Difference]) -> str:
    """Everything that differs, a line each."""
    return "\n".join(_line(context, one) for one in found) or "Nothing differs."


def rule(context: Context, one: Rule) -> str:
    """A rule in one line: what it waits for, and where it leads."""
    when = one.when
    waits = [f"“{keyword}”" for keyword in when.keyword]
    waits += [f"pattern {when.regex}"] if when.regex else []
    waits += [f"{when.sentiment} sentiment"] if when.sentiment else []
    waits += [f"{when.attempts} attempts"] if when.attempts else []
    waits += [flag.replace("_", " ") for flag in _FLAGS if getattr(when, flag)]
    goes = one.team or (one.attendant and name(context, one.attendant)) or "the channel's team"
    hours = "" if one.hours == "any" else f", when {one.hours}"
    only = f", only in {', '.join(one.channels)}" if one.channels else ""
    return f"**{one.name}**: {' or '.join(waits)} → {goes}, {one.priority}{hours}{only}"


def name(context: Context, person: str) -> str:
    return context.tx.people.get(person).name


def channel(context: Context, workspace: str, one: str) -> str:
    """A channel as whoever asks knows it. Slack and Discord put its name in place of `<#id>`."""
    if one == DIRECT:
        return "direct messages"
    if workspace == _CONSOLE:
        return f"#{one}"
    return f"<#{one}>" if workspace == context.call.place.workspace else one


def _line(context: Context, one: Difference) -> str:
    place = where(one.path).capitalize()
    if one.path[-1] == "order":
        return f"• The {one.path[0]} in this order: {', '.join(one.after)}"
    if one.before is None and is_dataclass(one.after):
        return f"• New: {_thing(context, place, one.after)}"
    if one.after is None and is_dataclass(one.before):
        return f"• Gone: {_thing(context, place, one.before)}"
    if one.path[-1] == _SECRET:
        return f"• {place}: a new one"
    people = one.path[-1] in _PEOPLE
    if isinstance(one.before, tuple) and isinstance(one.after, tuple):
        return f"• {place}: {_list_change(context, one, people=people)}"
    before, after = (_value(context, value, people=people) for value in (one.before, one.after))
    return f"• {place}: {before} → {after}"


def _list_change(context: Context, one: Difference, *, people: bool) -> str:
    new = [value for value in one.after if value not in one.before]
    old = [value for value in one.before if value not in one.after]
    plus = [f"+ {_value(context, value, people=people)}" for value in new]
    minus = [f"- {_value(context, value, people=people)}" for value in old]
    changed = ", ".join((*plus, *minus))
    return changed or f"in this order: {_value(context, one.after, people=people)}"


def _thing(context: Context, place: str, thing: Any) -> str:
    match thing:
        case Rule():
            return f"rule {rule(context, thing)}"
        case Team():
            people = ", ".join(name(context, person) for person in thing.people) or "nobody yet"
            return f"team {thing.name} in {thing.workspace} {thing.channel}, with {people}"
        case Channel():
            agent = "the agent answers" if thing.agent else "no agent"
            return f"{place}: {agent}, team {thing.team or 'the first'}"
        case Hours():
            return f"{place}: {hours(thing)}"
    known = [
        f"{field.name.replace('_', ' ')} {_value(context, value)}"
        for field in fields(thing)
        if field.name not in {"name", _SECRET}
        and (value := getattr(thing, field.name)) not in (None, "", ())
    ]
    return f"{place}: {', '.join(known)}"


def hours(one: Hours) -> str:
    """A team's hours in one line."""
    shifts = week.write({day: getattr(one, day) for day in WEEKDAYS}) or "never"
    holidays = f", holidays of {one.holidays}" if one.holidays else ""
    return f"{shifts} ({one.timezone}{holidays})"


def _value(context: Context, value: Any, *, people: bool = False) -> str:
    match value:
        case str():
            return _person(context, value) if people and value else _text(value)
        case tuple() if value:
            return ", ".join(_value(context, one, people=people) for one in value)
        case bool():
            return "on" if value else "off"
        case timedelta():
            return duration.write(value)
        case Hours():
            return hours(value)
    return str(value) if value else "nothing"


def _person(context: Context, person: str) -> str:
    shown = name(context, person)
    return shown if shown == local_id(person) else f"{shown} ({person})"


def _text(text: str) -> str:
    if len(text) > _LONGEST:
        return f"“{text[:_LONGEST]}…”"
    return f"“{text}”" if set(text) & {" ", "\n"} else text or "nothing"
