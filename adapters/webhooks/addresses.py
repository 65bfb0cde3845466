"""Which addresses a webhook may reach: the open internet, and what the operator allows by name."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from bot.domain.errors import CannotRun

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# These carry an IPv4 address inside, which may be a private one.
_WRAPPING = tuple(
    ipaddress.IPv6Network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


# IANA: all of IPv6 that is anybody's; without it are old forms that carry an IPv4 address, too.
_UNICAST = ipaddress.IPv6Network("2000::/3")


class Forbidden(OSError):
    """The address is not one that a webhook may reach."""


def networks(listed: str) -> tuple[Network, ...]:
    """`127.0.0.0/8, 10.1.2.3` as networks. Raises `CannotRun` naming what is none."""
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in listed.split(",") if one.strip())
    except ValueError as error:
        raise CannotRun(
            problem=f"BATON_WEBHOOK_ALLOW: {error}. Write networks, like 127.0.0.0/8, 10.1.2.3."
        ) from error


def is_allowed(address: Address, allowed: Iterable[Network]) -> bool:
    """Whether the operator named its network."""
    plain = _unwrapped(address)
    return any(plain in network for network in allowed if network.version == plain.version)


def is_public(address: Address) -> bool:
    """Whether it is anybody's on the internet, and not this machine's or this network's own."""
    plain = _unwrapped(address)
    if isinstance(plain, ipaddress.IPv6Address):
        wraps = any(plain in network for network in _WRAPPING)
        return plain in _UNICAST and plain.is_global and not wraps
    return plain.is_global and not plain.is_multicast


def literal(host: str) -> Address | None:
    """The address that a host is written as, if it is one; aiohttp resolves no such host."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def check(address: Address, allowed: tuple[Network, ...]) -> None:
    """Raises `Forbidden`."""
    if not is_public(address) and not is_allowed(address, allowed):
        raise Forbidden(f"{address} is an address of a private network (see BATON_WEBHOOK_ALLOW)")


def _unwrapped(address: Address) -> Address:
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address
