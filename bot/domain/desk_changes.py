"""What one desk has that another has not, and how to take one change back without the later ones.

Everything here works on any values of the desk: dataclasses are compared field by field, lists of
named things (teams, rules) by their names, and all else as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.desk import Channel, Desk, Linked, Shift, Webhook
from bot.domain.errors import BatonError
from bot.domain.identity import qualify

Path = tuple[str, ...]
_ORDER = "order"


@dataclass(frozen=True, kw_only=True)
class Version:
    """The desk as somebody left it. `what` says what they did; both are empty where a version is
    only known as what stood before a change.
    """

    version: int
    desk: Desk
    at: datetime
    actor: str = ""
    what: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that differs; `before` or `after` is None where it is not there at all."""

    path: Path
    before: Any
    after: Any


class Overlap(BatonError):
    """{where} was changed again since then, so this cannot be taken back by itself."""


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[Difference]:
    """Everything that differs, in the order of the desk's fields."""
    if before == after:
        return
    old, new = _parts(before), _parts(after)
    if old is None or new is None or type(before) is not type(after):
        yield Difference(path=path, before=before, after=after)
        return
    for key in dict.fromkeys((*old, *new)):
        yield from differences(old.get(key), new.get(key), (*path, key))
    if isinstance(before, tuple) and _common(old, new) != _common(new, old):
        yield Difference(path=(*path, _ORDER), before=tuple(old), after=tuple(new))


def without(change: tuple[Any, Any], now: Any, path: Path = ()) -> Any:
    """What is there now, with a change (from, to) taken back.

    Raises `Overlap` where something newer touches the same thing.
    """
    before, after = change
    if before == after:
        return now
    if now == after:
        return before
    parts = [_parts(one) for one in (before, after, now)]
    if any(one is None for one in parts) or len({type(one) for one in (*change, now)}) > 1:
        raise Overlap(where=where(path), path=path)
    old, new, current = (one or {} for one in parts)
    merged = {
        key: without((old.get(key), new.get(key)), current.get(key), (*path, key))
        for key in dict.fromkeys((*old, *new, *current))
    }
    if is_dataclass(now):
        return replace(now, **merged)  # type: ignore[type-var]
    kept = {key: one for key, one in merged.items() if one is not None}
    if isinstance(now, Mapping):
        return kept
    order = _order(list(old), list(new), list(current), path)
    return tuple(kept[key] for key in order if key in kept)


def where(path: Path) -> str:
    """`team support, capacity` for the path of it."""
    if not path:
        return "the desk"
    first, *rest = path
    named = _SINGULAR.get(first)
    if not named or not rest or rest[0] == _ORDER:
        return ", ".join(word.replace("_", " ") for word in path)
    return ", ".join((f"{named} {rest[0]}", *(word.replace("_", " ") for word in rest[1:])))


_SINGULAR = {
    "teams": "team",
    "channels": "channel",
    "rules": "rule",
    "snippets": "snippet",
    "webhooks": "webhook",
    "people": "person",
}


def key_of(one: Any) -> str:
    """What a named thing of a list is known by."""
    if isinstance(one, Channel):
        return qualify(one.workspace, one.channel)
    if isinstance(one, Webhook):
        return one.label
    if isinstance(one, Linked):
        return one.ids[0]
    if isinstance(one, Shift):
        return ", ".join(one.members)
    return str(one.name)


def _parts(value: Any) -> dict[str, Any] | None:
    """The parts by which a value is compared; None for what is compared as a whole."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple) and all(is_dataclass(one) for one in value):
        keyed = {key_of(one): one for one in value}
        return keyed if len(keyed) == len(value) else None
    return None


def _common(these: Iterable[str], those: Iterable[str]) -> list[str]:
    known = set(those)
    return [one for one in these if one in known]


def _order(old: list[str], new: list[str], now: list[str], path: Path) -> list[str]:
    """Where each thing stands afterwards: as before the change, with what came since."""
    moved = _common(old, new) != _common(new, old)
    if moved and _common(now, new) != _common(new, now):
        raise Overlap(where=where((*path, _ORDER)), path=(*path, _ORDER))
    order, others = (list(old), now) if moved else (list(now), old)
    for at, one in enumerate(others):
        if one not in order:
            behind = [order.index(known) for known in others[:at] if known in order]
            order.insert(max(behind) + 1 if behind else 0, one)
    return order
