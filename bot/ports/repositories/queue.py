"""The open tickets, as somebody sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.domain.queue import Label, Share, Sight
from bot.domain.states import Status
from bot.domain.ticket import Ticket


class QueueRepository(Protocol):
    """Everything is in the order in which it is due (what is not due last), then by number."""

    def first(self, sight: Sight, limit: int) -> list[Ticket]:
        """The first of them all."""

    def own(self, sight: Sight, limit: int) -> list[Ticket]:
        """Those that the person holds or is assigned."""

    def others(self, sight: Sight, status: Status, limit: int) -> list[Ticket]:
        """Those in a status that are not the person's."""

    def shares(self, sight: Sight) -> list[Share]:
        """How many there are of which kind."""

    def labels(self, sight: Sight) -> list[Label]:
        """All of them, the person's own first."""

    def standing(self, workspace: str, channel: str) -> Mapping[str, Status]:
        """The status of each ticket whose contact writes in a thread of a channel, by thread."""
