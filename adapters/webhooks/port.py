"""The way out to webhooks, ready before anything of it is loaded."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from adapters.webhooks.addresses import Network
from bot.ports.webhook import Notice

if TYPE_CHECKING:
    from adapters.webhooks.sender import WebhookSender


class Webhooks:
    """The `WebhookPort`: a `WebhookSender`, loaded for the first notice, as most desks tell nobody.

    `allowed` are private networks that may be reached, without HTTPS too.
    """

    def __init__(self, allowed: tuple[Network, ...] = ()) -> None:
        self._allowed = allowed
        self._sender: WebhookSender | None = None

    async def tell(self, notice: Notice) -> None:
        if self._sender is None:
            # aiohttp takes a fifth of a second, in which messages go on.
            await asyncio.to_thread(import_module, "adapters.webhooks.sender")
        await self._opened().tell(notice)

    async def close(self) -> None:
        if self._sender is not None:
            await self._sender.close()

    def _opened(self) -> WebhookSender:
        from adapters.webhooks.sender import WebhookSender  # noqa: PLC0415 - see `tell`

        if self._sender is None:
            self._sender = WebhookSender(self._allowed)
        return self._sender
