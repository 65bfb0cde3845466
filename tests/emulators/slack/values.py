"""What a person enters into an element, as Slack puts it into the state of a view."""

import base64
from typing import Any

from tests.emulators.slack import text as texts
from tests.emulators.slack.blocks.elements import options_of
from tests.emulators.slack.blocks.surfaces import placed_elements
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import ControlError, Json
from tests.emulators.slack.messages import finish_file
from tests.emulators.slack.model import App, File
from tests.emulators.slack.render import file_json
from tests.emulators.slack.view_store import VALUE_KEYS

PEOPLE = {"users_select", "multi_users_select"}
PLACES = {"conversations_select", "multi_conversations_select"}
PLACES |= {"channels_select", "multi_channels_select"}


def entered(
    core: Core, app: App, user: str, element: Json, value: Any, suggested: list[Json]
) -> Json:
    """The state of an element after a person chose or typed `value`."""
    kind = element["type"]
    if kind == "overflow":
        return {"type": kind, "selected_option": _option(element, value, suggested)}
    if kind not in VALUE_KEYS:
        raise ControlError("not_an_input", type=kind)
    key = VALUE_KEYS[kind][0]
    many = key.endswith("s")
    parts = value if many and isinstance(value, list) else [value]
    if value is None or value == []:
        return {"type": kind, key: [] if many else None}
    made = [_one(core, app, user, element, part, suggested) for part in parts]
    _check_count(element, made)
    return {"type": kind, key: made if many else made[0]}


def _check_count(element: Json, made: list[Any]) -> None:
    limit = element.get("max_files", 10) if element["type"] == "file_input" else None
    limit = limit or element.get("max_selected_items")
    if limit is not None and len(made) > limit:
        raise ControlError("too_many_values", limit=limit)


def _one(core: Core, app: App, user: str, element: Json, value: Any, suggested: list[Json]) -> Any:
    kind = element["type"]
    if kind == "rich_text_input":
        return value if isinstance(value, dict) else _rich(core, str(value))
    if kind == "file_input":
        return _file(core, app, user, element, value)
    if kind in PEOPLE:
        return core.world.user(str(value)).id
    if kind in PLACES:
        return core.world.channel(str(value)).id
    if VALUE_KEYS[kind][0].startswith("selected_option"):
        return _option(element, value, suggested)
    return _typed(element, value)


def _typed(element: Json, value: Any) -> Any:
    if element["type"] == "datetimepicker":
        return int(value)
    _check_length(element, str(value))
    return str(value)


def _rich(core: Core, typed: str) -> Json:
    block = texts.rich_text(texts.stored(typed, link_urls=False), core.ids.new("", 5))
    del block["block_id"]
    return block


def _check_length(element: Json, value: str) -> None:
    """Slack: the modal refuses a text that is too long or too short before it is sent."""
    longest, shortest = element.get("max_length", 3000), element.get("min_length", 0)
    if not shortest <= len(value) <= longest:
        raise ControlError("invalid_length", min=shortest, max=longest)
    if element["type"] == "number_input" and not value.lstrip("-").replace(".", "", 1).isdigit():
        raise ControlError("not_a_number")


def _option(element: Json, value: Any, suggested: list[Json]) -> Json:
    """Only an option that is really offered can be chosen."""
    for option in [*options_of(element), *suggested]:
        if option.get("value") == value or option.get("text", {}).get("text") == value:
            return option
    raise ControlError("no_such_option", value=value)


def _file(core: Core, app: App, user: str, element: Json, value: Json) -> Json:
    allowed = element.get("filetypes")
    suffix = str(value["name"]).rpartition(".")[2].lower()
    if allowed and suffix not in allowed:
        raise ControlError("filetype_not_allowed", filetypes=allowed)
    file = new_file(core, user, value)
    file.given_to.append(app.id)
    return file_json(file)


def new_file(core: Core, user: str, value: Json) -> File:
    """A file that a person uploaded: `name` and base64 `content`, maybe a `mimetype`."""
    content = base64.b64decode(value["content"])
    file = File(
        id=core.ids.new("F"),
        team_id=core.world.user(user).team_id,
        name=value["name"],
        title=value.get("title") or value["name"],
        user=user,
        created=int(core.clock.now()),
        length=len(content),
        content=content,
        uploaded=True,
        completed=True,
        base=core.base,
    )
    finish_file(file)
    file.mimetype = value.get("mimetype") or file.mimetype
    core.world.files[file.id] = file
    return file


def place_of(blocks: list[Json], name: str, inner: str | None = None) -> tuple[Json, Json]:
    """The block and element that `name` means: a block_id, or an action_id if unique."""
    pairs = placed_elements(blocks)
    found = [
        (block, element)
        for block, element in pairs
        if block["block_id"] == name and inner in {None, element.get("action_id")}
    ]
    found = found or [pair for pair in pairs if pair[1].get("action_id") == name]
    if len(found) != 1:
        known = [f"{block['block_id']}.{element.get('action_id')}" for block, element in pairs]
        raise ControlError("no_such_element", name=name, known=known)
    return found[0]
