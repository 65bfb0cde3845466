"""A host is resolved for each connection and connected to at just the address that was checked, so
that a name cannot point elsewhere a moment later.
"""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from adapters.webhooks.addresses import Network, check


class GuardedResolver(AbstractResolver):
    """Raises `Forbidden` when any of a host's addresses is not to be reached."""

    def __init__(self, allowed: tuple[Network, ...], inner: AbstractResolver | None = None) -> None:
        self._allowed = allowed
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for one in found:
            check(ipaddress.ip_address(one["host"].partition("%")[0]), self._allowed)
        return found

    async def close(self) -> None:
        await self._inner.close()
