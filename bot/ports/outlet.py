"""A platform, as the core sees it: somewhere to post, edit, delete, and look a post up.

Both sides of a handover go out through this one port: the contact's place and the team's threads
differ in what is posted, not in how.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.card import Content
from bot.domain.identity import Place
from bot.domain.message import Limits


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try at a post. `key` (20 characters) is the same for every try of the same effect.

    `save` stores progress durably before a step that must not be done twice; a thread that was
    opened for a contact is its `thread`, and they may write there before this is done. `looks` is
    what an earlier try may have left standing, where that has changed since.
    """

    key: str
    number: int
    first_at: datetime
    progress: Mapping[str, str]
    save: Callable[[Mapping[str, str]], Awaitable[None]]
    looks: tuple[Content, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Where a post stands. A platform that opens a thread for it names the thread here."""

    place: Place
    platform_id: str


class Outlet(Protocol):
    """Raises only the errors below; whatever the vendor raises is translated by the adapter.

    A platform for which `settle` is None recognises a repeated `key` itself, so an uncertain post
    is simply repeated. Else the post is looked for (`find`) once `settle` has passed since the
    attempt, and repeated only when it is not there.
    """

    limits: Limits
    settle: timedelta | None

    async def post(self, place: Place, content: Content, attempt: Attempt) -> Sent: ...

    async def edit(self, sent: Sent, content: Content) -> None:
        """Make a post say this instead."""

    async def delete(self, sent: Sent) -> None:
        """Take a post away; one that is gone already is no error."""

    async def find(self, place: Place, content: Content | None, attempt: Attempt) -> Sent | None:
        """The post an uncertain attempt left behind, if it did; no content: to be taken away."""

    async def link(self, sent: Sent) -> str:
        """A link by which a member can jump to a post; empty where the platform has none."""


class OutletError(Exception):
    """A call to a platform did not succeed; the text says why, in words for an admin."""


class Unclear(OutletError):
    """The call may have happened: it timed out, or the line broke after it was written."""


class Busy(OutletError):
    """Not now: a rate limit, or a passing fault before anything happened.

    `wait` is how long the platform asks for, if it does.
    """

    def __init__(self, reason: str, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Unreachable(OutletError):
    """The destination does not work: revoked token, archived channel, removed bot, no permission.

    Nothing is wrong with the message; it waits until the destination works again.
    """


class Refused(OutletError):
    """The platform will never take this message as it is: too large, not acceptable."""


class Gone(OutletError):
    """The post to edit, or the thread to post into, is no longer there."""
