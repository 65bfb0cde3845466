"""Web and mail addresses in what a model wrote: an invented one leads people astray."""

from __future__ import annotations

import re

_HOST = r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"
_LINK = re.compile(
    rf"(?:https?:/{{0,3}}|\bwww\.)(?:[^\s/@]{{0,200}}@)?({_HOST}|[\d.]+|\[[0-9a-f:]+\])",
    re.IGNORECASE,
)
_MAIL = re.compile(rf"(?<![\w.+-])([\w.+-]{{1,64}}@{_HOST})")


def invented(text: str, known: str) -> str:
    """The first address that does not stand in what is known; empty when there is none.

    A link is known by its host: pages of a known site may be named.
    """
    hosts = {_host(one) for one in _LINK.findall(known)}
    for host in _LINK.findall(text):
        if _host(host) not in hosts:
            return str(host)
    familiar = {one.casefold() for one in mails(known)}
    return next((one for one in mails(text) if one.casefold() not in familiar), "")


def mails(text: str) -> tuple[str, ...]:
    """The mail addresses in a text."""
    return tuple(str(one) for one in _MAIL.findall(text))


def _host(written: str) -> str:
    return written.casefold().removeprefix("www.")
