"""Files that somebody wants to be seen where they are: posted at once, outside of all lanes.

It is asked for by a person who sees whether it has worked, so it is neither queued nor repeated.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.domain.card import Post
from bot.domain.identity import Place, platform_of
from bot.ports.media import MediaPort
from bot.ports.outlet import Attempt, Outlet, Unreachable


class Sharing:
    """Posts by the platforms' outlets. Implements `bot.commands.registry.Share`."""

    def __init__(self, outlets: Mapping[str, Outlet], media: MediaPort) -> None:
        self._outlets = outlets
        self._media = media

    async def __call__(
        self, place: Place, text: str, files: Sequence[tuple[str, str, bytes]]
    ) -> None:
        """Post words with files (name, type, bytes). Raises `OutletError`."""
        platform = platform_of(place.workspace)
        outlet = self._outlets.get(platform)
        if outlet is None:
            raise Unreachable(f"{platform.capitalize()} is not connected.")
        kept = [await self._media.keep(name, data, kind) for name, kind, data in files]
        attempt = Attempt(
            key=secrets.token_hex(10),
            number=1,
            first_at=datetime.now(UTC),
            progress={},
            save=_forget,
        )
        try:
            await outlet.post(
                place, Post(voice="line", text=text, attachments=tuple(kept)), attempt
            )
        finally:
            if platform != "console":  # which shows them from here
                for one in kept:
                    await self._media.remove(one.digest or "")


async def _forget(_: Mapping[str, str]) -> None:
    """Nothing goes on later."""
