"""Words that may leave Baton: text that calls nobody."""

from __future__ import annotations

import re

# `<@U1>`, `<@&7>`, `<#C1>`, `<!channel>`, `<!subteam^S1|team>` and `@everyone`, `@here`, `@channel`
# call people on Slack and Discord wherever they stand in a message.
_CODED = re.compile(r"<[@#!][^<>\s]{0,80}>")
_CALL = re.compile(r"@(?=(?:everyone|here|channel)\b)", re.IGNORECASE)


def harmless(text: str) -> str:
    """The text without anything that a platform would turn into a mention."""
    return _CALL.sub("", _CODED.sub("", text))
