"""What a change of the desk says to people: one line for each thing that differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

from bot.commands.registry import Context
from bot.domain import duration, week
from bot.domain.desk import DIRECT, Channel, Hours, Rule, Team
from bot.domain.desk_changes import Difference, Path, where
from bot.domain.hours import WEEKDAYS
from bot.domain.identity import local_id, qualify, workspace_of

_FLAGS = ("asks_for_human", "agent_decides", "agent_failed")
_PEOPLE = {"members", "supervisors", "notify", "attendant"}
_SECRET = "secret"  # noqa: S105 - what is never shown
_UNSAID = {"name", _SECRET}
_LONGEST = 300
_CONSOLE = "console"
_NAMED = re.compile(r"<#(\w+)>")
Show = Callable[[str], str]


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
    places = ", ".join(_of_rule(context, channel) for channel in one.channels)
    only = f", only in {places}" if places else ""
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


def somewhere(context: Context, workspace: str, one: str) -> str:
    """A channel that may be of another workspace than the one where it is asked about."""
    shown = channel(context, workspace, one)
    return shown if workspace == context.call.place.workspace else f"{shown} ({workspace})"


def plain(words: str) -> str:
    """With the ids of channels in place of their names, to be read on any platform."""
    return _NAMED.sub(r"\1", words)


def _of_rule(context: Context, one: str) -> str:
    """A rule names a channel with its workspace or without; here is meant before elsewhere."""
    here = context.call.place.workspace
    known = sorted(context.tx.desk.get().channels, key=lambda channel: channel.workspace != here)
    for each in known:
        if one in {each.channel, qualify(each.workspace, each.channel)} and one != DIRECT:
            return somewhere(context, each.workspace, each.channel)
    return channel(context, "", one)


def _place(context: Context, path: Path) -> str:
    """Where something stands on the desk, as the beginning of a line."""
    if path[:1] == ("channels",) and len(path) > 1:
        shown = somewhere(context, workspace_of(path[1]), local_id(path[1]))
        words = shown if local_id(path[1]) == DIRECT else f"channel {shown}"
        words = ", ".join((words, *(one.replace("_", " ") for one in path[2:])))
    else:
        words = where(path)
    return words[:1].upper() + words[1:]


def _line(context: Context, one: Difference) -> str:
    if one.path[-1] == "order":
        return f"• The {one.path[0]} in this order: {_in_order(context, one)}"
    place = _place(context, one.path)
    if one.before is None and is_dataclass(one.after):
        return f"• New: {_thing(context, place, one.after)}"
    if one.after is None and is_dataclass(one.before):
        return f"• Gone: {_thing(context, place, one.before)}"
    if one.path[-1] == _SECRET:
        return f"• {place}: a new one"
    show = _words_of(context, one.path)
    if isinstance(one.before, tuple) and isinstance(one.after, tuple):
        return f"• {place}: {_list_change(one, show)}"
    return f"• {place}: {_value(one.before, show)} → {_value(one.after, show)}"


def _in_order(context: Context, one: Difference) -> str:
    if one.path[0] != "channels":
        return ", ".join(one.after)
    return ", ".join(somewhere(context, workspace_of(key), local_id(key)) for key in one.after)


def _words_of(context: Context, path: Path) -> Show:
    """How the words of a setting are shown: people and channels by their names."""
    match path:
        case (*_, setting) if setting in _PEOPLE:
            return lambda one: _person(context, one) if one else _text(one)
        case ("rules", *_, "channels"):
            return lambda one: _of_rule(context, one)
        case ("teams", name, "channel") if team := context.tx.desk.get().team(name):
            return lambda one: somewhere(context, team.workspace, one)
    return _text


def _list_change(one: Difference, show: Show) -> str:
    new = [value for value in one.after if value not in one.before]
    old = [value for value in one.before if value not in one.after]
    plus = [f"+ {_value(value, show)}" for value in new]
    minus = [f"- {_value(value, show)}" for value in old]
    changed = ", ".join((*plus, *minus))
    return changed or f"in this order: {_value(one.after, show)}"


def _thing(context: Context, place: str, thing: Any) -> str:
    match thing:
        case Rule():
            return f"rule {rule(context, thing)}"
        case Team():
            people = ", ".join(name(context, person) for person in thing.people) or "nobody yet"
            works = somewhere(context, thing.workspace, thing.channel)
            return f"team {thing.name} in {works}, with {people}"
        case Channel():
            agent = "the agent answers" if thing.agent else "no agent"
            return f"{place}: {agent}, team {thing.team or 'the first'}"
        case Hours():
            return f"{place}: {hours(thing)}"
    known = [
        f"{field.name.replace('_', ' ')} {_value(value)}"
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


def _text(text: str) -> str:
    if len(text) > _LONGEST:
        return f"“{text[:_LONGEST]}…”"
    return f"“{text}”" if set(text) & {" ", "\n"} else text or "nothing"


def _value(value: Any, show: Show = _text) -> str:
    match value:
        case str():
            return show(value)
        case tuple() if value:
            return ", ".join(_value(one, show) for one in value)
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
