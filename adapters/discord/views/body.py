"""One message as it is to stand, before it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.commands import actions
from bot.domain.card import Button
from bot.domain.message import Attachment

# Discord: 2,000 characters a message, 4,096 in an embed's description, 4,000 in Components V2.
CONTENT, DESCRIPTION, LAYOUT = 2_000, 4_096, 4_000
# Discord: 256 characters in an embed's author, 2,048 in its footer, 80 on a button, 5 in a row.
AUTHOR, FOOTER, LABEL, ROW = 256, 2_048, 80, 5

_STYLES = {
    "": discord.ButtonStyle.secondary,
    "primary": discord.ButtonStyle.primary,
    "danger": discord.ButtonStyle.danger,
}
_PLATFORM = "discord"
# More would leave a card no room for its facts; roles are for more people.
_MOST_CALLED = 20


@dataclass(frozen=True, kw_only=True)
class Body:
    """`layout` is Components V2 and stands alone, as Discord allows neither text nor embed beside.

    `document` is a file made here, by name; `mentions` are qualified ids.
    """

    content: str = ""
    embed: discord.Embed | None = None
    layout: ui.LayoutView | None = None
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    document: tuple[str, bytes] | None = None
    mentions: tuple[str, ...] = ()

    @property
    def view(self) -> ui.LayoutView | ui.View | None:
        if self.layout is not None:
            return self.layout
        if not self.buttons:
            return None
        view = ui.View(timeout=None)
        for number, one in enumerate(self.buttons[: ROW * 5]):
            item: ui.Button[Any] = button(one)
            item.row = number // ROW
            view.add_item(item)
        return view


_KINDS = "|".join(
    sorted({name.partition(":")[0] for name in actions.DEEDS} | {actions.CHOICE, "rating", "help"})
)
_PRESSED = rf"(?P<action>(?:{_KINDS}):[^:]+):(?P<value>(?s:.*))"


def is_ours(custom_id: str) -> bool:
    """Whether a button's id is one that `Press` understands."""
    return re.fullmatch(_PRESSED, custom_id) is not None


class Press(ui.DynamicItem[ui.Button[Any]], template=_PRESSED):
    """A button whose whole state is in its `custom_id`, so it works whatever was restarted."""

    def __init__(self, item: ui.Button[Any], action: str, value: str) -> None:
        super().__init__(item)
        self.action, self.value = action, value

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Press:
        del interaction
        if not isinstance(item, ui.Button):
            raise TypeError(item)
        return cls(item, match["action"], match["value"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.client.pressed(interaction, self.action, self.value)


def button(one: Button) -> ui.Button[Any]:
    return ui.Button(
        label=one.label[:LABEL],
        style=_STYLES[one.style],
        custom_id=f"{one.action}:{one.value}"[:100],
    )


class Pings(discord.AllowedMentions):
    """Nobody is pinged but these people and roles, by id."""

    def __init__(self, people: list[int], roles: list[int]) -> None:
        super().__init__(
            everyone=False,
            users=[discord.Object(one) for one in people],
            roles=[discord.Object(one) for one in roles],
            replied_user=False,
        )
        self.people_ids, self.role_ids = people, roles

    def to_dict(self) -> Any:
        """Discord: ids are strings; discord.py writes numbers here."""
        return {
            "parse": [],
            "users": [str(one) for one in self.people_ids],
            "roles": [str(one) for one in self.role_ids],
            "replied_user": False,
        }

    def __str__(self) -> str:
        roles = [f"<@&{one}>" for one in self.role_ids]
        return " ".join((*roles, *(f"<@{one}>" for one in self.people_ids)))


def allowed(mentions: Iterable[str]) -> Pings:
    """Those of the people and roles that are Discord's, by their qualified ids."""
    people, roles = [], []
    for one in list(mentions)[:_MOST_CALLED]:
        platform, _, rest = one.partition(":")
        local = rest.rpartition("/")[2]
        if platform == f"{_PLATFORM}-role" and local.isdigit():
            roles.append(int(local))
        elif platform == _PLATFORM and local.isdigit():
            people.append(int(local))
    return Pings(people, roles)


def calls(mentions: Iterable[str]) -> str:
    """The mentions in Discord's writing."""
    return str(allowed(mentions))
