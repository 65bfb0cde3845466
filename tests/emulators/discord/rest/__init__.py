"""The REST API by family; ``ROUTES`` is all of it, more specific paths first."""

from tests.emulators.discord.pipeline import Route
from tests.emulators.discord.rest import (
    applications,
    channels,
    guilds,
    interactions,
    messages,
    reactions,
    threads,
    users,
    webhooks,
)

ROUTES: list[Route] = [
    *users.ROUTES,
    *applications.ROUTES,
    *guilds.ROUTES,
    *channels.ROUTES,
    *messages.ROUTES,
    *reactions.ROUTES,
    *threads.ROUTES,
    *interactions.ROUTES,
    *webhooks.ROUTES,
]
