"""Telling another program what happened: which events there are, and what a webhook may be."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bot.domain.desk import Webhook

# The events a webhook can ask for, by the kind of the log's event that is behind each.
KINDS: Mapping[str, str] = {
    "escalated": "ticket.opened",
    "claimed": "ticket.claimed",
    "replied": "ticket.replied",
    "transferred": "ticket.transferred",
    "closed": "ticket.closed",
    "reopened": "ticket.reopened",
    "sla_breached": "ticket.sla_breached",
}
EVENTS = tuple(KINDS.values())
TESTED = "webhook_tested"
PING = "ping"
PREFIX = "whsec_"
SEALED = "sealed:"
# Standard Webhooks: between 24 and 64 bytes.
_SHORTEST, _LONGEST = 24, 64
_LONGEST_URL = 2_000


def wants(webhook: Webhook, event: str) -> bool:
    """Whether it is told of an event; without a list it is told of all."""
    return event in (webhook.events or EVENTS)


def key(secret: str) -> bytes:
    """The bytes that sign, from `whsec_` and Base64. Raises `ValueError` for anything else."""
    try:
        found = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not secret.startswith(PREFIX) or not _SHORTEST <= len(found) <= _LONGEST:
        raise ValueError("a secret is whsec_ and Base64 of 24 to 64 bytes")
    return found


def problems(webhook: Webhook) -> Iterator[str]:
    """What is wrong with one, in words for an admin."""
    if any(char.isspace() for char in webhook.name):
        yield "a webhook's name is one word without spaces"
    yield from _address(webhook.url)
    for event in webhook.events:
        if event not in EVENTS:
            yield f'there is no event "{event}"; there are {", ".join(EVENTS)}'
    if webhook.secret and not webhook.secret.startswith(SEALED):
        try:
            key(webhook.secret)
        except ValueError as error:
            yield str(error)


def _address(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or len(url) > _LONGEST_URL or not url.isprintable() or " " in url:
        yield "url is no address; write it as https://crm.example/baton"
    elif parts.username or parts.password:
        yield "url must not hold a password; the signature tells who calls"
    elif parts.scheme != "https" and not (parts.scheme == "http" and _is_near(host)):
        yield "url must begin with https://"


def _is_near(host: str) -> bool:
    """This machine, or an address of a private network, given as such."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
