"""Words that may leave Baton: text that calls nobody."""

from __future__ import annotations

import re
from collections.abc import Callable

# `<@U1>`, `<@&7>`, `<#C1>`, `<!channel>`, `<!subteam^S1|team>` and `@everyone`, `@here`, `@channel`
# call people on Slack and Discord wherever they stand in a message.
_CODED = re.compile(r"<[@#!][^<>\s]{0,80}>")
_CALL = re.compile(r"(?<!@)@+(?=(?:everyone|here|channel)\b)", re.IGNORECASE)
# Whoever puts a call into a call needs two or three looks; more than this is a weapon.
_LOOKS = 5


def harmless(text: str) -> str:
    """The text without anything that a platform would turn into a mention."""
    return steady(lambda one: _CALL.sub("", _CODED.sub("", one)), text, _blunt)


def steady(change: Callable[[str], str], text: str, otherwise: Callable[[str], str]) -> str:
    """Change a text until that changes nothing more: taking out a piece may join its neighbours.

    `otherwise` makes what is returned of a text that takes too long.
    """
    for _ in range(_LOOKS):
        changed = change(text)
        if changed == text:
            return text
        text = changed
    return otherwise(text)


def writable(text: str) -> str:
    """The text as it can be written down: no NUL, no half of a character."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _blunt(text: str) -> str:
    return text.replace("<", "").replace("@", "")
