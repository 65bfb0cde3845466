"""Forgetting one contact for good: what it takes, and how far it has come."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ALIAS = "erased:"
ALIAS_NAME = "Erased contact"


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much there is of a contact. `copies` are Baton's own posts on the platforms."""

    conversations: int = 0
    tickets: int = 0
    messages: int = 0
    notes: int = 0
    files: int = 0
    copies: int = 0

    @property
    def is_nothing(self) -> bool:
        return self == Extent()

    def __str__(self) -> str:
        counted = [
            _counted(self.conversations, "conversation"),
            _counted(self.messages, "message"),
            _counted(self.notes, "note"),
            _counted(self.files, "file"),
            _counted(self.copies, "copy on the platforms", "copies on the platforms"),
        ]
        return ", ".join(one for one in counted if one) or "nothing that was said"


class Progress(StrEnum):
    """REMOVING: everything here is gone, the copies on the platforms are being taken away.

    CLEANING: the copies are gone as well, the database's own files are being cleaned of them.
    """

    REMOVING = "removing"
    CLEANING = "cleaning"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Remnant:
    """A copy that could not be removed: where it stands, and why it still does."""

    where: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """That a contact was erased, without saying who it was.

    `digest` recognises the contact when somebody asks again. `files` are the digests of files that
    are yet to be removed; `lanes` those in which copies are being removed. `scrubbed` tells whether
    the database's own files were cleaned since.
    """

    id: int = 0
    digest: str
    by: str
    at: datetime
    progress: Progress = Progress.REMOVING
    extent: Extent
    files: tuple[str, ...] = ()
    lanes: tuple[int, ...] = ()
    scrubbed: bool = False
    remnants: tuple[Remnant, ...] = ()
    finished_at: datetime | None = None

    @property
    def alias(self) -> str:
        """What stands in the place of the contact's id from now on."""
        return f"{ALIAS}{self.id}"


def digest_of(contact: str) -> str:
    return hashlib.sha256(f"erased\0{contact}".encode(errors="surrogatepass")).hexdigest()


def is_confirmed(typed: str, *names: str) -> bool:
    """Whether somebody typed one of the names the contact goes by, in any case."""
    plain = typed.strip().removeprefix("@").casefold()
    return bool(plain) and plain in {name.casefold() for name in names}


def _counted(number: int, one: str, several: str = "") -> str:
    if not number:
        return ""
    return f"1 {one}" if number == 1 else f"{number:,} {several or one + 's'}"
