"""A typed command line: which command it names, and what it says for each argument.

Arguments come in their order, or by name (`team=billing`, `priority:high`); a value with spaces
stands in quotes, and `team=` with nothing after it empties. The last text argument takes the rest
of the line as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from bot.commands.registry import Argument, Command, Kind
from bot.domain.errors import BadInput, NotFound

_TOKEN = re.compile(r'\s*(?:(?P<name>[a-z_]+)[=:])?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))')
_TICKET = re.compile(r"#?\d{1,9}")
_EMPTIED = re.compile(r"\s*(?P<name>[a-z_]+)=(?=\s|$)")
_HELP = "help"
_MOST_MEANT = 3
_WITH_USAGE = 6  # of more commands than these only the names are told
# These take the rest of the line when they come last.
_REST = {Kind.TEXT, Kind.NAME, Kind.TAGS, Kind.SNIPPET}


def find(registry: Iterable[Command], line: str) -> tuple[Command, str]:
    """The command a line names (the longest name that fits), and the rest of the line.

    `/ticket help`, and `/ticket` alone, ask for help about the commands that begin like it. Raises
    `NotFound` with what may have been meant, and `BadInput` for a line that names nothing.
    """
    words = line.strip().removeprefix("/").split()
    if not words:
        raise BadInput(problem="Type a command after the /. /help lists them all.")
    by_name = {command.name: command for command in registry}
    for length in (3, 2, 1):
        name = " ".join(words[:length]).lower()
        if len(words) >= length and name in by_name:
            return by_name[name], _rest(line, length)
    about = words[:-1] if words[1:] and words[-1].lower() == _HELP else words
    begun = " ".join(about).lower()
    if _HELP in by_name and (about != words or any(one.startswith(f"{begun} ") for one in by_name)):
        return by_name[_HELP], begun
    raise NotFound(what="command", name=f"/{' '.join(words[:2])}", hint=_hint(by_name, words))


def parse(command: Command, rest: str, *, in_thread: bool = False) -> dict[str, str]:
    """The values a line gives. Raises `BadInput` naming what does not fit, with the usage.

    In a ticket's thread a number that begins the text belongs to the text (`/reply 2 weeks at
    most`): there another ticket is named by `#2` or `ticket=2`.
    """
    values: dict[str, str] = {}
    placed = [one for one in command.arguments if not one.named]
    open_arguments = list(placed)
    while rest.strip():
        emptied = _EMPTIED.match(rest)
        if emptied and (argument := _named(command, values, emptied["name"])):
            values[argument.name] = ""
            open_arguments = [one for one in open_arguments if one.name not in values]
            rest = rest[emptied.end() :]
            continue
        match = _TOKEN.match(rest)
        named = _named(command, values, match["name"] if match else None)
        if not named and not open_arguments:
            break
        argument = named or _skip(open_arguments, rest, in_thread=in_thread)
        if argument.kind in _REST and not named and argument is placed[-1]:
            values[argument.name] = rest.strip()
            return values
        if match is None:
            break
        token = match["quoted"] if match["quoted"] is not None else match["plain"]
        prefix = f"{match['name']}{match[0].lstrip()[len(match['name'])]}" if match["name"] else ""
        values[argument.name] = token if named else prefix + token
        open_arguments = [one for one in open_arguments if one.name not in values]
        rest = rest[match.end() :]
    if rest.strip():
        raise BadInput(problem=f"{rest.strip()!r} is too much. Usage: {command.usage}")
    return values


def check(command: Command, values: Mapping[str, str]) -> tuple[Argument, ...]:
    """The arguments that are still missing. Raises `BadInput` for a value that cannot be."""
    for argument in command.arguments:
        value = values.get(argument.name, "")
        if value and argument.choices and value not in argument.choices:
            known = ", ".join(argument.choices)
            raise BadInput(problem=f"{argument.name} is one of: {known}; not {value!r}.")
    return tuple(
        one
        for one in command.arguments
        if one.required and not one.here and not values.get(one.name, "").strip()
    )


def complete(registry: Iterable[Command], line: str) -> list[str]:
    """Command lines that the beginning of a line may become."""
    typed = line.strip().removeprefix("/").lower()
    return [command.usage for command in registry if command.name.startswith(typed) or not typed]


def _named(command: Command, values: Mapping[str, str], name: str | None) -> Argument | None:
    return next((one for one in command.arguments if one.name == name and name not in values), None)


def _skip(arguments: list[Argument], rest: str, *, in_thread: bool) -> Argument:
    """The next argument in order; a ticket that can be left out is, unless a number is there."""
    first = arguments[0]
    optional_ticket = first.kind is Kind.TICKET and first.here and len(arguments) > 1
    says_text = in_thread and arguments[-1].kind is Kind.TEXT
    number = rest.split(maxsplit=1)[0]
    if optional_ticket and (not _TICKET.fullmatch(number) or (says_text and number[0] != "#")):
        return arguments.pop(1)
    return first


def _rest(line: str, words: int) -> str:
    return re.sub(rf"^\s*/?(?:\S+\s*){{{words}}}", "", line, count=1)


def _hint(by_name: Mapping[str, Command], words: list[str]) -> str:
    """The commands that begin like it, or the one that is nearest to it."""
    begun = [" ".join(words[:length]).lower() for length in (2, 1)]
    for typed in begun:
        group = [command for name, command in by_name.items() if name.startswith(f"{typed} ")]
        if group:
            return f"Possible: {_listed(group)}."
        if near := difflib.get_close_matches(typed, by_name, n=1, cutoff=0.8):
            return f"Did you mean {by_name[near[0]].usage}?"
    if ending := [one for name, one in by_name.items() if name.endswith(f" {begun[1]}")]:
        return f"Did you mean {' or '.join(one.usage for one in ending[:_MOST_MEANT])}?"
    for typed in begun:
        if near := difflib.get_close_matches(typed, by_name, n=1, cutoff=0.6):
            return f"Did you mean {by_name[near[0]].usage}?"
    return "/help lists them all."


def _listed(group: list[Command]) -> str:
    """Of many only the names."""
    few = len(group) <= _WITH_USAGE
    return ", ".join(one.usage if few else f"/{one.name}" for one in group)
