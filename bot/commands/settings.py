"""Settings of the desk as arguments of commands: what is typed becomes a value, and back.

An argument that was not given leaves its setting as it is; one that was emptied, or is `off`, puts
it back to what it is when nobody has set it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, TypeVar

from bot.commands import resolve
from bot.commands.registry import Argument, Context, Kind
from bot.domain import duration
from bot.domain.errors import BadInput

T = TypeVar("T")
_NOTHING = {"", '""', "off", "none"}
_YES = {"on", "true", "yes"}
_MONEY = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,9})?")
FLAGS = ("on", "off")


@dataclass(frozen=True, kw_only=True)
class Codec:
    """`read` raises `ValueError` or a `BatonError` in words for an admin."""

    read: Callable[[Context, str], Any]
    show: Callable[[Context, Any], str]
    kind: Kind = Kind.WORD


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`name` is the argument's, and the field's of the value that is changed."""

    name: str
    help: str
    codec: Codec
    choices: tuple[str, ...] = ()
    long: bool = False
    placed: bool = False

    @property
    def argument(self) -> Argument:
        return Argument(
            name=self.name,
            kind=self.codec.kind,
            help=self.help,
            required=False,
            long=self.long,
            plain=self.long,
            named=not self.placed,
            choices=self.choices,
        )


def arguments(settings: Iterable[Setting]) -> tuple[Argument, ...]:
    """Those that are given by their place come last, as a text does."""
    return tuple(one.argument for one in settings)


def changed(context: Context, part: T, settings: Iterable[Setting]) -> T:
    """A part of the desk with what was given. Raises `BadInput` naming the setting."""
    found = {
        one.name: read(context, part, one, context.get(one.name))
        for one in settings
        if one.name in context.values
    }
    return replace(part, **found)  # type: ignore[type-var]


def read(context: Context, part: Any, setting: Setting, typed: str) -> Any:
    """The value that was typed for a setting."""
    if typed.strip().casefold() in _NOTHING:
        return _default(part, setting)
    try:
        return setting.codec.read(context, typed.strip())
    except ValueError as error:
        raise BadInput(problem=f"{setting.name}: {error}.") from error


def filled(context: Context, part: Any, settings: Iterable[Setting]) -> dict[str, str]:
    """What stands there now, as one would type it."""
    return {one.name: one.codec.show(context, getattr(part, one.name)) for one in settings}


def _default(part: Any, setting: Setting) -> Any:
    field = next(one for one in fields(part) if one.name == setting.name)
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    raise BadInput(problem=f"{setting.name} cannot be empty.")


def _number(_: Context, typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and 0 < int(typed[:10]) < 10**9):
        raise ValueError(f"{typed!r} is no number from 1 on; write it as 8")
    return int(typed)


def _amount(_: Context, typed: str) -> float:
    """In whatever currency; a comma serves as well as a point."""
    if not _MONEY.fullmatch(typed) or not float(typed.replace(",", ".")):
        raise ValueError(f"{typed!r} is no amount above 0; write it as 2.50")
    return float(typed.replace(",", "."))


def _people(context: Context, typed: str) -> tuple[str, ...]:
    return tuple(resolve.person(context, one) for one in typed.split(",") if one.strip())


def _mentioned(context: Context, people: tuple[str, ...]) -> str:
    return ", ".join(resolve.mention(context, one) for one in people)


def _words(typed: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in typed.split(",") if one.strip())


def _several(_: Context, typed: str) -> tuple[str, ...]:
    return _words(typed)


def _codes(_: Context, typed: str) -> tuple[str, ...]:
    codes = tuple(one.casefold() for one in _words(typed))
    if wrong := [one for one in codes if len(one) != 2 or not one.isalpha()]:  # noqa: PLR2004
        raise ValueError(f"{wrong[0]!r} is no language code; write en,pt")
    return codes


def _channels(_: Context, typed: str) -> tuple[str, ...]:
    return tuple(resolve.channel(one) for one in _words(typed))


def _flag(_: Context, typed: str) -> bool:
    return typed.casefold() in _YES


TEXT = Codec(read=lambda _, typed: typed, show=lambda _, value: str(value), kind=Kind.TEXT)
WORD = Codec(read=lambda _, typed: typed, show=lambda _, value: str(value))
NUMBER = Codec(read=_number, show=lambda _, value: "" if value is None else str(value))
AMOUNT = Codec(read=_amount, show=lambda _, value: "" if value is None else f"{value:.15g}")
SPAN = Codec(
    read=lambda _, typed: duration.parse(typed),
    show=lambda _, value: "" if value is None else duration.write(value),
    kind=Kind.DURATION,
)
SEVERAL = Codec(read=_several, show=lambda _, value: ", ".join(value))
CODES = Codec(read=_codes, show=lambda _, value: ",".join(value))
PEOPLE = Codec(read=_people, show=_mentioned)
CHANNEL = Codec(
    read=lambda _, typed: resolve.channel(typed), show=lambda _, value: value, kind=Kind.CHANNEL
)
CHANNELS = Codec(read=_channels, show=lambda _, value: ", ".join(value))
TEAM = Codec(
    read=lambda context, typed: resolve.team(context, typed).name,
    show=lambda _, value: value,
    kind=Kind.TEAM,
)
ATTENDANT = Codec(
    read=resolve.attendant,
    show=lambda context, value: resolve.mention(context, value) if value else "",
    kind=Kind.ATTENDANT,
)
FLAG = Codec(read=_flag, show=lambda _, value: "on" if value else "off")
