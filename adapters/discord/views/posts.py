"""Posts and transcripts: plain words for the contact, with a name and a picture for the team."""

from __future__ import annotations

import discord

from adapters.discord.convert import clipped, defused, plain, to_discord
from adapters.discord.views.body import AUTHOR, CONTENT, DESCRIPTION, FOOTER, Body, calls
from bot.domain.card import Post, Transcript, Voice
from bot.domain.message import Attachment, in_units

_COLOURS: dict[Voice, int] = {
    "contact": 0x5865F2,
    "participant": 0x7983F5,
    "agent": 0x99AAB5,
    "attendant": 0x57F287,
    "note": 0xFEE75C,
    "line": 0x99AAB5,
}
_TAGS: dict[Voice, str] = {
    "contact": " (contact)",
    "participant": " (also in the conversation)",
    "agent": " (agent)",
    "attendant": " → contact",
    "note": " · internal note",
}


def to_contact(post: Post) -> Body:
    """Baton's own message; who speaks is said in small print above the words."""
    text = to_discord(post.text)
    missing = _missing(tuple(one for one in post.attachments if not one.digest))
    content = "\n".join(part for part in (_small(post.aside), text, missing) if part)
    if len(content) > CONTENT:
        # Converted it may be longer than it was; as it was, it fits, and nobody is pinged by it.
        content = text if len(text) <= CONTENT else post.text
    return Body(content=content, buttons=post.buttons, attachments=_there(post.attachments))


def in_thread(post: Post, largest: int) -> Body:
    """For the team: whose words these are, with what can be done about them.

    A file that Discord would not take is named instead, so that the words arrive.
    """
    fits = tuple(one for one in _there(post.attachments) if one.size <= largest)
    missing = _missing(tuple(one for one in post.attachments if one not in fits))
    if post.voice == "line":
        # What asks for something is read at full size, the rest is small print.
        asks = post.buttons or post.mentions
        said = to_discord(post.text) if asks else _small(post.text)
        words = "\n".join(part for part in (said, missing, _small(post.aside)) if part)
        called = calls(post.mentions)
        content = "\n".join(part for part in (called, clipped(words, CONTENT - 200)) if part)
        return Body(content=content, buttons=post.buttons, attachments=fits, mentions=post.mentions)
    text = "\n".join(part for part in (to_discord(post.text), missing) if part)
    embed = discord.Embed(
        description=clipped(text, DESCRIPTION) or None, colour=_COLOURS[post.voice]
    )
    if post.speaker:
        # What says whose words they are stands behind the name, however long that is.
        tag = _TAGS.get(post.voice, "")
        name = clipped(defused(post.speaker.name), AUTHOR - len(tag))
        embed.set_author(name=f"{name}{tag}", icon_url=_picture(post.speaker.avatar))
    if post.aside:
        embed.set_footer(text=clipped(defused(post.aside), FOOTER))
    return Body(
        content=calls(post.mentions),
        embed=embed,
        buttons=post.buttons,
        attachments=fits,
        mentions=post.mentions,
    )


def transcript(told: Transcript) -> Body:
    """The last lines; where not all of them fit, the whole as a file below."""
    lines = [
        f"`{line.at:%d %b %H:%M}` **{plain(line.speaker)}**"
        f"{' · note' if line.voice == 'note' else ''}: {to_discord(line.text)}"
        for line in told.lines
    ]
    shown = _last(lines, DESCRIPTION)
    whole = "\n".join(f"{line.at:%d %b %H:%M} {line.speaker}: {line.text}" for line in told.lines)
    embed = discord.Embed(
        title=clipped(plain(told.title), AUTHOR), description=shown, colour=_COLOURS["line"]
    )
    complete = len(shown) == len("\n".join(lines))
    return Body(embed=embed, document=None if complete else ("transcript.txt", whole.encode()))


def _last(lines: list[str], room: int) -> str:
    """As many of the last lines as fit."""
    kept: list[str] = []
    for line in reversed(lines):
        if sum(len(one) + 1 for one in kept) + len(line) > room:
            break
        kept.insert(0, line)
    return "\n".join(kept) or clipped(lines[-1] if lines else "", room)


def _small(text: str) -> str:
    """Discord: a line behind `-#` is small print."""
    return "\n".join(f"-# {line}" for line in defused(text).splitlines() if line.strip())


def _there(attachments: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    return tuple(one for one in attachments if one.digest)


def _missing(attachments: tuple[Attachment, ...]) -> str:
    return _small(
        "\n".join(
            f"📎 {one.name} ({in_units(one.size)}): {one.problem or 'too large for Discord'}"
            for one in attachments
        )
    )


def _picture(url: str) -> str | None:
    return url if url.startswith(("http://", "https://")) else None
