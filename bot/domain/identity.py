"""Who and where. Platform ids are opaque here; only their workspace is told apart.

A person is `slack:T0001/U0ALICE`, `discord:900/77` or `console:alice`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# A place whose channel begins so is somebody's direct messages: `@U0ALICE`.
DIRECTLY = "@"

# Longer names would push what is said about them out of sight.
LONGEST_NAME = 64
# Unicode calls these letters or marks, and none of them shows.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Persian, Hindi and many pictures need them, between two characters.
_JOINERS = frozenset("\u200c\u200d")
_MARKS = 4


def readable(name: str, otherwise: str) -> str:
    """A name that somebody chose, as one line in which everything shows: nothing that turns the
    direction of what follows, hides, or towers over other lines. `otherwise` where nothing is left.
    """
    if name.isascii() and name.isprintable():
        kept = name
    else:
        kept = "".join(_visible(unicodedata.normalize("NFC", name[: 16 * LONGEST_NAME])))
    kept = " ".join(kept.strip("".join(_JOINERS)).split())
    if len(kept) > LONGEST_NAME:
        kept = f"{kept[: LONGEST_NAME - 1].rstrip()}…"
    return kept or otherwise


def _visible(name: str) -> Iterator[str]:
    marks, before = 0, ""
    for char in name:
        kind = unicodedata.category(char)
        marks = marks + 1 if kind[0] == "M" else 0
        is_joiner = char in _JOINERS and before not in _JOINERS
        if kind[0] == "Z" or char.isspace():
            yield " "
        elif is_joiner or (kind[0] != "C" and char not in _BLANK and marks <= _MARKS):
            yield char
        before = char


def by_contact(name: str) -> str:
    """How a contact is called where others speak too: no name can pass for one of the team."""
    return f"{name} (contact)"


def workspace_of(person: str) -> str:
    """The workspace a qualified id belongs to: `slack:T0001/U0ALICE` → `slack:T0001`.

    A console id has no workspace part: `console:alice` → `console`. Group and role ids
    (`slack-group:T0001/S01`, `discord-role:900/55`) belong to the workspace of their platform.
    """
    platform, _, rest = person.partition(":")
    space, slash, _ = rest.partition("/")
    platform = platform.removesuffix("-group").removesuffix("-role")
    return f"{platform}:{space}" if slash else platform


def local_id(person: str) -> str:
    """The platform's own part of a qualified id: `slack:T0001/U0ALICE` → `U0ALICE`."""
    return person.rpartition("/")[2] if "/" in person else person.partition(":")[2]


def qualify(workspace: str, local: str) -> str:
    """The qualified id of a person in a workspace; the inverse of `local_id`."""
    return f"{workspace}/{local}" if ":" in workspace else f"{workspace}:{local}"


def platform_of(workspace: str) -> str:
    """`slack:T0001` → `slack`."""
    return workspace.partition(":")[0].removesuffix("-group").removesuffix("-role")


def is_group(one: str) -> bool:
    """Whether an id is a user group's or a role's."""
    kind = one.partition(":")[0]
    return kind != platform_of(kind)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody as their platform shows them.

    `groups` are the user groups and roles they are in, as qualified ids; a desk may name these
    wherever it may name people.
    """

    id: str
    name: str
    avatar: str = ""
    groups: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Everything the desk may know them by."""
        return (self.id, *self.groups)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something can be posted: a channel, or a thread in it."""

    workspace: str
    channel: str
    thread: str | None = None
