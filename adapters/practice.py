"""Where a played customer is spoken to: nowhere. What is said to them stands in Baton alone."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.card import Content
from bot.domain.identity import Place
from bot.domain.message import Limits
from bot.ports.outlet import Attempt, Sent


class PracticeOutlet:
    """Takes everything and sends nothing: no real contact can be reached through it."""

    limits = Limits()
    settle: timedelta | None = None

    async def post(self, place: Place, content: Content, attempt: Attempt) -> Sent:
        """The same key is the same post."""
        del content
        return Sent(place=place, platform_id=attempt.key)

    async def edit(self, sent: Sent, content: Content) -> None:
        """There is nothing to change."""

    async def delete(self, sent: Sent) -> None:
        """There is nothing to take away."""

    async def find(self, place: Place, content: Content | None, attempt: Attempt) -> Sent | None:
        """Nothing to look for: a post can be repeated."""
        del place, content, attempt
        return None

    async def link(self, sent: Sent) -> str:
        del sent
        return ""
