"""Secrets are blanked wherever Baton logs: those it was given, and what looks like one."""

from __future__ import annotations

import re
from dataclasses import fields
from urllib.parse import unquote, urlsplit

from bot.settings import Settings

HIDDEN = "•••"
_NAMES = re.compile(r"token|secret|password|key")
_SHORTEST = 4  # less is no secret, and blanking it would make a log unreadable
_LOOKS_SECRET = re.compile(
    r"""
      \bx(?:ox[a-z]|app)-[\w-]{8,}                  # Slack's tokens
    | \bwhsec_[\w+/=-]{8,}                          # secrets of webhooks
    | \bsk-[\w-]{12,}                               # keys of model providers
    | (?<=Bearer[ ])[\w.~+/=-]{8,}
    | (?<=Bot[ ])[\w.-]{40,}                        # Discord's token in a header
    | (?<=://)[^\s/@:]*:[^\s/@]+(?=@)               # name and password in an address
    | (?<=/interactions/)\d+/[\w-]{20,}             # Discord: who has it may answer for the bot
    | (?<=/webhooks/)\d+/[\w-]{20,}
    | (?<=hooks\.slack\.com/)[\w/-]{8,}             # Slack: a response_url
    | (?<=[?&])(?:[\w-]*(?:token|secret|signature|password|key))=[^&\s"']+
    """,
    re.VERBOSE | re.IGNORECASE,
)

# What one of these looks like has one of those in it; most lines have none, and looking for them
# takes a tenth of the time.
_MARKS = (
    *("xox", "xapp-", "whsec_", "sk-", "bearer ", "bot ", "://", "/interactions/", "/webhooks/"),
    *("hooks.slack.com/", "token=", "secret=", "signature=", "password=", "key="),
)


class Secrets:
    """Everything in the settings that only this installation may know."""

    def __init__(self, settings: Settings) -> None:
        known = (one for one in given(settings) if len(one) >= _SHORTEST)
        self._known = sorted(known, key=len, reverse=True)

    def hidden(self, text: str) -> str:
        """The text without them."""
        for one in self._known:  # longest first
            text = text.replace(one, HIDDEN)
        lowered = text.lower()
        if any(mark in lowered for mark in _MARKS):
            return _LOOKS_SECRET.sub(HIDDEN, text)
        return text


def given(settings: Settings) -> tuple[str, ...]:
    """Tokens, keys, secrets and passwords, those within addresses too, as written and as meant."""
    values = [getattr(settings, one.name) for one in fields(settings)]
    named = [getattr(settings, one.name) for one in fields(settings) if _NAMES.search(one.name)]
    within = [_password(value) for value in values if isinstance(value, str) and "://" in value]
    found = [one for one in (*named, *within) if isinstance(one, str) and one]
    return tuple(dict.fromkeys((*found, *map(unquote, found))))


def _password(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""
