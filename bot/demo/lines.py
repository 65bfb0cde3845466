"""A post or a card in a few lines of Markdown."""

from __future__ import annotations

from bot.domain.card import Card, Post


def line(content: Post | Card) -> str:
    if isinstance(content, Card):
        return card_line(content)
    who = f"**{content.speaker.name}**: " if content.speaker and content.speaker.name else ""
    label = "(internal note) " if content.voice == "note" else ""
    files = "".join(f" `{file.name}`" for file in content.attachments)
    buttons = " ".join(
        f"`[{button.label}]`" for button in content.buttons if content.voice == "line"
    )
    aside = f" *{content.aside}*" if content.aside else ""
    return f"{label}{who}{content.text}{files}{aside} {buttons}".strip()


def card_line(card: Card) -> str:
    lines = [
        f"**{card.title}** · {card.status} · {card.priority} · {card.who}",
        f"Why: {card.reason}",
        f"About: {'; '.join(card.topics)}" if card.topics else "",
        f"The agent last: {card.last_action}" if card.last_action else "",
        " ".join(f"`[{button.label}]`" for button in card.buttons) or card.footer,
    ]
    return "  \n".join(line for line in lines if line)
