"""An event on its way to the gateways: what, for whom, and under which intent."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.emulators.discord.constants import Intent, Json


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A bot's session as an event sees it."""

    application_id: str
    user_id: str
    intents: int


@dataclass(frozen=True, kw_only=True)
class Event:
    """``payload`` is made for each viewer, because content is withheld from some; None is not sent.

    ``visible`` answers whether that user may learn of it at all. ``intent`` 0 needs none.
    """

    name: str
    payload: Callable[[Viewer], Json | None]
    visible: Callable[[str], bool]
    intent: int = 0
    guild_id: str | None = None
    application_id: str | None = None

    def reaches(self, viewer: Viewer) -> bool:
        if self.application_id not in {None, viewer.application_id}:
            return False
        if self.intent and not viewer.intents & self.intent:
            return False
        return self.visible(viewer.user_id)


def by_place(guild_id: str | None, guild: Intent, direct: Intent) -> int:
    """Discord: the same event has one intent for guilds and another for DMs."""
    return int(guild if guild_id else direct)
