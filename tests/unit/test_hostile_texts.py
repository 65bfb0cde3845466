"""Texts made to be read for ever are read at all: a test that hangs is one that fails."""

from __future__ import annotations

import pytest

from adapters.agents.reader import Reader
from adapters.console.views import markdown
from adapters.discord import convert
from adapters.slack import mrkdwn, rich_text
from bot.commands import REGISTRY, parsing
from bot.domain.message import LONGEST_TEXT
from bot.secrecy import Secrets
from bot.settings import Settings

_NAMES = convert.Names(me=1)
_READ = {
    "to Discord": convert.to_discord,
    "from Discord": lambda text: convert.from_discord(text, _NAMES),
    "a name on Discord": convert.plain,
    "to Slack": lambda text: rich_text.rich_text(text[:3_000]),  # Slack takes no longer parts
    "from Slack": lambda text: mrkdwn.from_text(text, mrkdwn.Names()),
    "log": Secrets(Settings()).hidden,
    "command": lambda text: parsing.find(REGISTRY.values(), f"/reply 1 {text}"),
}
_PIECES = (
    "a", "<", "`", "``a`a`", "|", "| ", "|a|\n", "@", "*", "_a", "[", "![", "![a](", "http://",
    "\n", " ", "- [ ] ", "1.2.3.4 ", "0", "a@", "a.b@c.", "(555) ", "<@1", "> ", "#### a #", "'",
    "x-", "xoxb-", "://a:", "?token", "a. ", "-", " \t", "+ ", "<t:1:", "</a:", "~~", "**a", "\\",
)  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("way", _READ)
def test_no_text_takes_for_ever_to_read(way: str) -> None:
    for piece in _PIECES:
        _READ[way](_long(piece))


@pytest.mark.timeout(60)
def test_no_text_takes_for_ever_to_understand_or_to_show() -> None:
    """These take a while for each word, so they are given a few that would be the worst."""
    for piece in ("x-", "a. ", "0"):
        Reader().read(_long(piece))
    for piece in ("``a`a`", "<", "\n"):
        markdown.render(_long(piece))


def _long(piece: str) -> str:
    return (piece * LONGEST_TEXT)[: LONGEST_TEXT - 1] + "x"
