"""Overwrites and forum tags read from a body."""

from tests.emulators.discord.constants import Json
from tests.emulators.discord.model import Overwrite, Tag
from tests.emulators.discord.state import World


def read(items: list[Json] | None) -> dict[str, Overwrite]:
    return {
        str(item["id"]): Overwrite(
            id=str(item["id"]),
            type=int(item.get("type") or 0),
            allow=int(item.get("allow") or 0),
            deny=int(item.get("deny") or 0),
        )
        for item in items or []
    }


def read_tags(world: World, items: list[Json] | None) -> list[Tag]:
    return [
        Tag(
            id=str(item.get("id") or world.ids.next()),
            name=item["name"],
            moderated=bool(item.get("moderated")),
            emoji_name=item.get("emoji_name"),
        )
        for item in items or []
    ]
