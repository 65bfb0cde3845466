"""Keep a page up to date for as long as somebody has it open."""

from __future__ import annotations

from nicegui import ui

from adapters.console.context import Site
from adapters.console.live import Refresh

_TICK_S = 20.0


async def follow(site: Site, topics: frozenset[str], refresh: Refresh) -> None:
    """Show it now, after every commit that concerns it, and as time passes (“waiting 3 min”)."""
    client = ui.context.client
    with_client = _in(refresh)
    follower = site.live.follow(topics | {"clock", "desk"}, with_client)
    client.on_delete(lambda: site.live.leave(follower))
    ui.timer(_TICK_S, follower.wake)
    await refresh()


def _in(refresh: Refresh) -> Refresh:
    client = ui.context.client
    content = client.content

    async def run() -> None:
        if not client.is_deleted:
            with content:
                await refresh()

    return run
