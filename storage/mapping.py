"""One mapper between a row and a frozen domain value, made from the value's type hints.

Columns and fields have the same names. Enums are stored as their value, spans of time as seconds,
nested values as JSON; in a union of dataclasses the JSON names the class under `type`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Generic, Literal, NamedTuple, TypeVar, Union, get_args, get_origin
from typing import get_type_hints as hints_of

from pydantic import TypeAdapter

from bot.domain.values import made

T = TypeVar("T")

# PostgreSQL refuses NUL in text, and neither database encodes half of a surrogate pair; both can
# arrive in a platform's JSON. They become the replacement character, so that no event is refused.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Codec(NamedTuple):
    """How a value other than None is stored and read; None where it needs no change."""

    dump: Callable[[Any], Any] | None
    load: Callable[[Any], Any] | None


def storable(text: str) -> str:
    """The text as both databases can keep it."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


class Nested(NamedTuple):
    """How a value inside a JSON column is stored and read."""

    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]


class Mapper(Generic[T]):
    """Between one dataclass and its rows; `names` are its columns, in the order `load` expects."""

    def __init__(self, kind: type[T]) -> None:
        hints = hints_of(kind)
        self._kind = kind
        self.names = tuple(hint for hint in _names(kind))
        codecs = {name: codec(hints[name]) for name in self.names}
        self._dumps = {name: one.dump for name, one in codecs.items() if one.dump}
        self._loads = {name: one.load for name, one in codecs.items() if one.load}

    def dump(self, value: T) -> dict[str, Any]:
        """The row of a value, by column."""
        return _converted(dict(vars(value)), self._dumps)

    def changes(self, before: T, after: T) -> dict[str, Any]:
        """The columns in which two values differ, as the row of `after` has them."""
        old, new = vars(before), vars(after)
        row = {
            name: item for name, item in new.items() if item is not old[name] and item != old[name]
        }
        return _converted(row, self._dumps)

    def read(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Columns as they will be read, before they have been: by name, those of `row`."""
        return _converted(dict(row), self._loads)

    def load(self, row: Iterable[Any]) -> T:
        """The value of a row that was selected in the order of `names`."""
        return made(self._kind, _converted(dict(zip(self.names, row, strict=True)), self._loads))


def _converted(row: dict[str, Any], how: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The row itself, with the columns changed that want it; nothing stays nothing."""
    for name in row.keys() & how.keys():
        if row[name] is not None:
            row[name] = how[name](row[name])
    return row


def codec(hint: Any) -> Codec:
    """How values of a type are stored in a column."""
    kinds = [one for one in _options(hint) if one is not NoneType]
    kind = kinds[0]
    if len(kinds) == 1 and get_origin(kind) is Literal:
        return Codec(None, None)
    if kinds == [dict[str, str]]:
        return Codec(_storable, None)
    plain = _plain(kind) if len(kinds) == 1 and isinstance(kind, type) else None
    return plain or Codec(*nested(hint))


def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)


def _plain(kind: type) -> Codec | None:
    """Of the types that a column can hold by itself."""
    if issubclass(kind, Enum):
        return Codec(attrgetter("_value_"), {one.value: one for one in kind}.__getitem__)
    if issubclass(kind, timedelta):
        return Codec(timedelta.total_seconds, lambda value: timedelta(seconds=value))
    if issubclass(kind, str):
        return Codec(storable, None)
    if issubclass(kind, datetime):
        return Codec(_in_utc, None)
    if issubclass(kind, bool | int | float):
        return Codec(None, None)
    return None


def _in_utc(time: datetime) -> datetime:
    """As it will be read."""
    return time if time.tzinfo is UTC or time.tzinfo is None else time.astimezone(UTC)


def nested(kind: Any) -> Nested:
    """As JSON; several dataclasses to choose from are told apart by a `type` in it."""
    kinds = _options(kind)
    if len(kinds) > 1 and all(is_dataclass(one) for one in kinds):
        return _tagged(kinds)
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def load(document: Any) -> Any:
        """What a newer program has added beside this one is nothing to stop at."""
        return adapter.validate_python(document, extra="ignore")

    return Nested(lambda value: _storable(adapter.dump_python(value, mode="json")), load)


def _tagged(kinds: Iterable[Any]) -> Nested:
    inner = {kind.__name__.lower(): nested(kind) for kind in kinds}

    def dump(value: object) -> dict[str, Any]:
        tag = type(value).__name__.lower()
        return {"type": tag, **inner[tag].dump(value)}

    def load(document: dict[str, Any]) -> object:
        rest = dict(document)
        return inner[rest.pop("type")].load(rest)

    return Nested(dump, load)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value
