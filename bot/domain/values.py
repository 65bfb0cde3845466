"""Frozen values, changed by copying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")


def made(kind: type[T], facts: dict[str, Any]) -> T:
    """A value of a dataclass from all its facts, by name; it keeps the dict.

    The constructor of a frozen one would set each field for itself, which takes ten times as long.
    """
    value = object.__new__(kind)
    object.__setattr__(value, "__dict__", facts)
    return value


if TYPE_CHECKING:
    from dataclasses import replace as replace  # noqa: PLC0414 - checked as what it stands for
else:

    def replace(value: T, /, **changes: Any) -> T:
        """`dataclasses.replace`, for values that do nothing when they are made, as all of Baton's:
        a relayed message makes some thirty copies.
        """
        facts = value.__dict__ | changes
        if len(facts) > len(value.__dict__):
            strange = facts.keys() - value.__dict__.keys()
            raise TypeError(f"{type(value).__name__} has no {', '.join(sorted(strange))}")
        return made(type(value), facts)
