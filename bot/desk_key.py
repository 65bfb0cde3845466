"""One key of the desk by its path, as `retention.media` or `team.support.sla.high.resolution`.

The paths are those of the desk file, with the name of a team (a rule, a channel) after its kind.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from bot import desk_file
from bot.domain import duration
from bot.domain.desk import Desk
from bot.domain.desk_changes import key_of
from bot.domain.errors import BadDesk

_NOTHING = {"", "off", "none"}
_FLAGS = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


class Text:
    """The desk as text, for the core."""

    def parse(self, text: str) -> Desk:
        return desk_file.parse(text)

    def write(self, desk: Desk, names: Mapping[str, str]) -> str:
        return desk_file.write(desk, lambda person: names.get(person, ""))

    def changed(self, desk: Desk, key: str, value: str) -> Desk:
        """An empty value, or `off`, puts a key back to what it is when it is not set."""
        steps = tuple(key.strip().split("."))
        changed: Desk = _put(desk, Desk, steps, _Typed(key.strip(), value.strip()), MISSING)
        return changed


class _Typed(NamedTuple):
    key: str
    value: str

    def refused(self, problem: str) -> BadDesk:
        return BadDesk(problem=f"{self.key}: {problem}")


def _put(now: Any, hint: Any, steps: tuple[str, ...], typed: _Typed, default: Any) -> Any:
    """A value of a type with what was typed at the end of the steps."""
    if not steps:
        return _leaf(hint, typed, default)
    step, rest = steps[0], steps[1:]
    if _lists(hint):
        return _in_list(now, get_args(hint)[0], step, rest, typed)
    if get_origin(hint) is Mapping:
        of, value = get_args(hint)
        return _in_table(now, (of, value), (step, *rest), typed)
    kind: Any = next((one for one in _options(hint) if is_dataclass(one)), None)
    if kind is None:
        raise typed.refused(f"nothing can stand behind the dot before {step}.")
    whole = kind() if now is None else now
    field = _field(kind, step, typed)
    before = getattr(whole, field.name)
    inner = get_type_hints(kind)[field.name]
    return replace(whole, **{field.name: _put(before, inner, rest, typed, _default(field))})


def _in_list(now: Any, kind: Any, step: str, rest: tuple[str, ...], typed: _Typed) -> Any:
    known = [key_of(one) for one in now]
    if step not in known:
        raise typed.refused(_unknown(step, known))
    return tuple(
        _put(one, kind, rest, typed, MISSING) if key_of(one) == step else one for one in now
    )


def _in_table(now: Any, kinds: tuple[Any, Any], steps: tuple[str, ...], typed: _Typed) -> Any:
    """A table by priority, or by words of the admin's own; an emptied entry goes."""
    (kind, hint), step = kinds, steps[0]
    if issubclass(kind, Enum) and step not in list(kind):
        raise typed.refused(_unknown(step, [str(one) for one in kind]))
    value = _put(now.get(step), hint, steps[1:], typed, None)
    others = {key: one for key, one in now.items() if key != step}
    return others if value is None else {**others, kind(step): value}


def _field(kind: Any, step: str, typed: _Typed) -> Field[Any]:
    named = {one.name: one for one in fields(kind)}
    if kind is Desk:
        named = {desk_file.SINGULARS.get(name, name): one for name, one in named.items()}
    if step not in named:
        raise typed.refused(_unknown(step, list(named)))
    return named[step]


def _leaf(hint: Any, typed: _Typed, default: Any) -> Any:
    options = _options(hint)
    value = typed.value
    if any(is_dataclass(one) for one in options) or _lists(hint) or get_origin(hint) is Mapping:
        raise typed.refused("it has keys of its own; name one of them after a dot.")
    if bool in options:
        if value.casefold() not in _FLAGS:
            raise typed.refused(f"it is on or off, not {value!r}.")
        return _FLAGS[value.casefold()]
    if value.casefold() in _NOTHING:
        if default is MISSING:
            raise typed.refused("it cannot be empty.")
        return default
    try:
        if timedelta in options:
            return duration.parse(value)
        several = tuple(one.strip() for one in value.split(",") if one.strip())
        read = several if get_origin(hint) is tuple else value
        return TypeAdapter(hint).validate_python(read)
    except ValidationError as error:
        raise typed.refused(f"{desk_file.said(error.errors()[0])}, not {value!r}.") from error
    except ValueError as error:
        raise typed.refused(f"{error}.") from error


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def _lists(hint: Any) -> bool:
    """Whether it is a list of things with keys of their own."""
    return get_origin(hint) is tuple and is_dataclass(get_args(hint)[0])


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)


def _unknown(step: str, known: list[str]) -> str:
    near = difflib.get_close_matches(step, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known) or 'none'}."
    return f'there is no "{step}"; {hint}'
