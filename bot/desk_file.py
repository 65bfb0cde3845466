"""The desk as a file (TOML): errors an admin can act on, and written so that it reads back."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import TypeAdapter, ValidationError
from tomlkit.items import AoT, Table

from bot import extras
from bot.domain import desk as model
from bot.domain import duration
from bot.domain.desk import Desk
from bot.domain.desk_check import problems
from bot.domain.errors import BadDesk

# The file says `[[team]]` where the desk has `teams`.
_PLURALS = {
    "team": "teams",
    "channel": "channels",
    "rule": "rules",
    "snippet": "snippets",
    "webhook": "webhooks",
    "person": "people",
}
SINGULARS = {plural: singular for singular, plural in _PLURALS.items()}
_KINDS: dict[str, type] = {
    "teams": model.Team,
    "inactivity": model.Inactivity,
    "sla": model.Targets,
    "hours": model.Hours,
    "shift": model.Shift,
    "channels": model.Channel,
    "rules": model.Rule,
    "when": model.When,
    "agent": model.Agent,
    "budget": model.Budget,
    "snippets": model.Snippet,
    "retention": model.Retention,
    "webhooks": model.Webhook,
    "people": model.Linked,
    "admin": model.Admin,
}
_DURATIONS = {
    kind: {field.name for field in fields(kind) if "timedelta" in str(field.type)}
    for kind in (Desk, *_KINDS.values())
}
_SAID = {
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "float_parsing": "should be a number",
    "int_from_float": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "string_type": "should be text in quotes",
}


def read(path: Path) -> Desk:
    """The desk in a file. Raises `BadDesk` naming the file and everything that is wrong in it."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadDesk(problem=f"{path}: there is no such file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadDesk(problem=f"{path} cannot be read: {error}.") from error
    except BadDesk as error:
        raise BadDesk(problem=f"{path}: {error}") from error


def digest(path: Path) -> str:
    """By which a file that was applied already is known again."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def parse(text: str) -> Desk:
    """The desk that a text describes. Raises `BadDesk` with everything that is wrong in it."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadDesk(problem=f"this is no TOML: {error}.") from error
    if not raw:
        raise BadDesk(problem="there is nothing in it, and a desk without a team cannot work.")
    return _desk(raw)


def _desk(raw: Mapping[str, Any]) -> Desk:
    document = {_PLURALS.get(key, key): value for key, value in raw.items()}
    wrong: list[str] = []
    spanned = _spans(document, (), document, wrong)
    try:
        desk = _desk_type().validate_python(spanned)
    except ValidationError as error:
        wrong += [_explain(one, document) for one in error.errors()]
        raise BadDesk(problem="; ".join(wrong) + ".") from error
    if desk.agent.redact and (problem := extras.missing("redaction")):
        wrong.append(f"agent: redact cannot be kept, {problem.rstrip('.')}")
    if wrong := [*wrong, *problems(desk)]:
        raise BadDesk(problem="; ".join(wrong) + ".")
    return desk


@cache
def _desk_type() -> TypeAdapter[Desk]:
    """Built for the first file that is read: most starts read none."""
    return TypeAdapter(Desk)


def _spans(value: Any, at: tuple[Any, ...], document: Mapping[str, Any], wrong: list[str]) -> Any:
    """The document with its durations as timedeltas; what is none is left out and told of."""
    match value:
        case list():
            return [_spans(one, (*at, n), document, wrong) for n, one in enumerate(value)]
        case dict():
            found = {}
            for key, one in value.items():
                if key not in _DURATIONS[_kind(at)]:
                    found[key] = _spans(one, (*at, key), document, wrong)
                    continue
                try:
                    found[key] = duration.parse(str(one))
                except ValueError as error:
                    wrong.append(f"{_where(at, document)}{key}: {error}")
            return found
    return value


def _explain(error: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """One of pydantic's errors for somebody who wrote the file."""
    location = tuple(error["loc"])
    where = _where(location[:-1], document)
    key = SINGULARS.get(str(location[-1]), str(location[-1]))
    match error["type"]:
        case "extra_forbidden" | "unexpected_keyword_argument":
            return f'{where}there is no key "{key}"{_nearest(key, location[:-1])}'
        case "missing" | "missing_keyword_only_argument":
            return f'{where}"{key}" is missing'
    return f"{where}{key}: {said(error)}, not {error['input']!r}"


def said(error: Mapping[str, Any]) -> str:
    """What should stand there: pydantic's words, but for those that speak to programmers."""
    return _SAID.get(error["type"]) or str(error["msg"]).removeprefix("Input ")


def _where(location: tuple[Any, ...], document: Mapping[str, Any]) -> str:
    """`team "support", inactivity: ` for ("teams", 0, "inactivity")."""
    words: list[str] = []
    value: Any = document
    for step in location:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
        if isinstance(step, int):
            name = value.get("name") if isinstance(value, dict) else None
            words[-1:] = [f'{words[-1]} "{name}"' if name else f"{words[-1]} number {step + 1}"]
        else:
            words.append(SINGULARS.get(step, step))
    return ", ".join(words) + ": " if words else ""


def _kind(location: tuple[Any, ...]) -> type:
    """What stands at a place in the document."""
    named = [step for step in location if step in _KINDS]
    return _KINDS[named[-1]] if named else Desk


def _nearest(key: str, location: tuple[Any, ...]) -> str:
    """The key that was probably meant, among those that are valid there."""
    kind = _kind(location)
    known = [SINGULARS.get(field.name, field.name) for field in fields(kind)]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else f"; valid are {', '.join(known)}"


def write(desk: Desk, name_of: Callable[[str], str] = lambda _: "") -> str:
    """The desk as a file that reads back as the same desk; names of people stand as comments."""
    document = tomlkit.document()
    for field in fields(Desk):
        value = getattr(desk, field.name)
        if value == _default(field):
            continue
        key = SINGULARS.get(field.name, field.name)
        if isinstance(value, tuple):
            document.append(key, _tables(value, name_of))
        elif is_dataclass(value):
            document.append(key, _table(value, name_of))
        else:
            document.append(key, tomlkit.item(value))
    return tomlkit.dumps(document)


def _table(value: Any, name_of: Callable[[str], str]) -> Table:
    """A dataclass as a table, without what stands at its default."""
    table = tomlkit.table()
    nested: list[tuple[str, Any]] = []
    for field in fields(value):
        one = getattr(value, field.name)
        if one == _default(field):
            continue
        if is_dataclass(one) or isinstance(one, Mapping) or _is_tables(one):
            nested.append((field.name, one))
        elif one is not None:
            table.append(field.name, _item(one, name_of))
    for name, one in nested:
        table.append(name, _nested(one, name_of))
    return table


def _is_tables(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and is_dataclass(value[0])


def _tables(values: Iterable[Any], name_of: Callable[[str], str]) -> AoT:
    tables = tomlkit.aot()
    for one in values:
        tables.append(_table(one, name_of))
    return tables


def _nested(value: Any, name_of: Callable[[str], str]) -> Table | AoT:
    if isinstance(value, tuple):
        return _tables(value, name_of)
    if not isinstance(value, Mapping):
        return _table(value, name_of)
    table = tomlkit.table(is_super_table=all(is_dataclass(one) for one in value.values()))
    for key, one in value.items():
        shown = _table(one, name_of) if is_dataclass(one) else _item(one, name_of)
        table.append(str(_plain(key)), shown)
    return table


def _item(value: Any, name_of: Callable[[str], str]) -> Any:
    if not isinstance(value, tuple):
        return tomlkit.item(_plain(value))
    array = tomlkit.array()
    names = [_comment(name_of(one)) if isinstance(one, str) else "" for one in value]
    for one, name in zip(value, names, strict=True):
        array.add_line(_plain(one), comment=name or None) if any(names) else array.append(
            _plain(one)
        )
    if any(names):
        array.add_line(indent="")
    return array


def _comment(name: str) -> str:
    """TOML: a comment is one line, without control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return duration.write(value)
    return value.value if isinstance(value, Enum) else value


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING
