"""Web and mail addresses in what a model wrote: an invented one leads people astray."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HOST = r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"
# With a scheme, as the target of a link, or with a path: a bare name may be a brand or a file.
_LINK = re.compile(
    rf"(?:[a-z][a-z0-9+.-]{{1,20}}:/{{1,3}}|https?:|\bwww\.)(?:[^\s/@]{{0,200}}@)?"
    rf"({_HOST}|[\d.]+|\[[0-9a-f:]+\])"
    rf"|\]\(\s{{0,9}}/{{0,2}}({_HOST})"
    rf"|(?<![\w./@-])({_HOST})(?=/[\w~%-])",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"(?<![\w.@+-]){_HOST}")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")  # browsers take them for dots
_MAIL = re.compile(rf"(?<![\w.+-])([\w.+-]{{1,64}}@{_HOST})")


def invented(text: str, known: str) -> str:
    """The first address that does not stand in what is known; empty when there is none.

    A link is known by its host: pages of a known site may be named.
    """
    hosts = {_host(one) for one in (*_hosts(known), *_NAMED.findall(known))}
    for host in _hosts(text.translate(_DOTS)):
        if _host(host) not in hosts:
            return host
    familiar = {one.casefold() for one in mails(known)}
    return next((one for one in mails(text) if one.casefold() not in familiar), "")


def mails(text: str) -> tuple[str, ...]:
    """The mail addresses in a text."""
    return tuple(str(one) for one in _MAIL.findall(text))


def _hosts(text: str) -> Iterator[str]:
    return (next(one for one in found if one) for found in _LINK.findall(text))


def _host(written: str) -> str:
    return written.casefold().removeprefix("www.")
