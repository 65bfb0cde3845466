"""Overwrites and forum tags read from a body."""

from tests.emulators.discord.constants import Json
from tests.emulators.discord.errors import invalid
from tests.emulators.discord.model import Overwrite, Tag
from tests.emulators.discord.state import World

MAX_TAGS, MAX_TAG_NAME = 20, 20


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
    """Discord: 20 tags a forum, names of 1 to 20 characters."""
    items = items or []
    if len(items) > MAX_TAGS:
        raise invalid("available_tags", "BASE_TYPE_MAX_LENGTH", "Must be 20 or fewer in length.")
    if any(not 1 <= len(item["name"]) <= MAX_TAG_NAME for item in items):
        path = "available_tags.0.name"
        raise invalid(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 20 in length.")
    return [
        Tag(
            id=str(item.get("id") or world.ids.next()),
            name=item["name"],
            moderated=bool(item.get("moderated")),
            emoji_name=item.get("emoji_name"),
        )
        for item in items or []
    ]
