"""Layout blocks. Slack: reference/block-kit/blocks."""

from collections.abc import Callable
from typing import Any

from tests.emulators.slack.blocks.check import Check, kind_of
from tests.emulators.slack.blocks.elements import (
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    check_element,
    check_image_source,
)
from tests.emulators.slack.errors import Json

MESSAGE = "message"
MODAL = "modal"
HOME = "home"

# Slack: a button's file input works in modals only; markdown and table in messages only.
ONLY_IN = {"markdown": {MESSAGE}, "table": {MESSAGE}, "file_input": {MODAL}}
RICH_PARTS = {
    "rich_text_section": ("elements",),
    "rich_text_quote": ("elements",),
    "rich_text_preformatted": ("elements",),
    "rich_text_list": ("elements", "style"),
}
RICH_LEAVES = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "emoji": "name",
    "broadcast": "range",
    "date": "timestamp",
    "color": "value",
    "team": "team_id",
}


def check_section(check: Check, block: Json, pointer: str) -> None:
    """Slack: text of 3,000 characters or up to 10 fields of 2,000."""
    optional = ("text", "fields", "accessory", "block_id", "expand")
    check.keys(block, pointer, required=(), optional=optional)
    if block.get("text") is None and block.get("fields") is None:
        check.add("missing required field: text or fields", pointer)
    check.text(block.get("text"), f"{pointer}/text", limit=3000, mrkdwn=True)
    if "fields" in block:
        for number, one in enumerate(check.items(block["fields"], f"{pointer}/fields", limit=10)):
            check.text(one, f"{pointer}/fields/{number}", limit=2000, mrkdwn=True)
    if "accessory" in block:
        check_element(check, block["accessory"], f"{pointer}/accessory", allowed=IN_SECTION)


def check_header(check: Check, block: Json, pointer: str) -> None:
    """Slack: plain text of 150 characters."""
    check.keys(block, pointer, required=("text",), optional=("block_id",))
    check.text(block.get("text"), f"{pointer}/text", limit=150)


def check_divider(check: Check, block: Json, pointer: str) -> None:
    check.keys(block, pointer, required=(), optional=("block_id",))


def check_actions(check: Check, block: Json, pointer: str) -> None:
    """Slack: up to 25 elements; an action_id occurs once in its block."""
    check.keys(block, pointer, required=("elements",), optional=("block_id",))
    place = f"{pointer}/elements"
    elements = check.items(block.get("elements"), place, limit=25)
    for number, element in enumerate(elements):
        check_element(check, element, f"{place}/{number}", allowed=IN_ACTIONS)
    ids = [one.get("action_id") for one in elements if isinstance(one, dict)]
    check.unique(ids, "action_id", place)


def check_context(check: Check, block: Json, pointer: str) -> None:
    """Slack: up to 10 texts and images."""
    check.keys(block, pointer, required=("elements",), optional=("block_id",))
    place = f"{pointer}/elements"
    for number, element in enumerate(check.items(block.get("elements"), place, limit=10)):
        if isinstance(element, dict) and element.get("type") == "image":
            check_element(check, element, f"{place}/{number}", allowed={"image"})
        else:
            check.text(element, f"{place}/{number}", limit=3000, mrkdwn=True)


def check_image(check: Check, block: Json, pointer: str) -> None:
    optional = ("image_url", "slack_file", "title", "block_id")
    check.keys(block, pointer, required=("alt_text",), optional=optional)
    check.text(block.get("title"), f"{pointer}/title", limit=2000)
    check_image_source(check, block, pointer)


def check_input(check: Check, block: Json, pointer: str) -> None:
    """Slack: label and hint of 2,000 characters in plain text."""
    optional = ("block_id", "dispatch_action", "hint", "optional")
    check.keys(block, pointer, required=("label", "element"), optional=optional)
    check.text(block.get("label"), f"{pointer}/label", limit=2000)
    check.text(block.get("hint"), f"{pointer}/hint", limit=2000)
    if block.get("element") is not None:
        check_element(check, block["element"], f"{pointer}/element", allowed=IN_INPUT)


def check_markdown(check: Check, block: Json, pointer: str) -> None:
    """Slack: markdown blocks hold 12,000 characters together."""
    check.keys(block, pointer, required=("text",), optional=("block_id",))
    check.string(block.get("text"), f"{pointer}/text", limit=12000)


def check_rich_text(check: Check, block: Json, pointer: str) -> None:
    check.keys(block, pointer, required=("elements",), optional=("block_id",))
    place = f"{pointer}/elements"
    for number, part in enumerate(check.items(block.get("elements"), place, limit=1000)):
        _check_rich_part(check, part, f"{place}/{number}")


def _check_rich_part(check: Check, part: Any, pointer: str) -> None:
    if not check.is_object(part, pointer):
        return
    kind = kind_of(part)
    if kind not in RICH_PARTS:
        check.add(f"unsupported type: {kind}", f"{pointer}/type")
        return
    optional = ("border", "indent", "offset", "language")
    check.keys(part, pointer, required=RICH_PARTS[kind], optional=optional)
    elements = check.items(part.get("elements"), f"{pointer}/elements", limit=5000, minimum=0)
    for number, one in enumerate(elements):
        place = f"{pointer}/elements/{number}"
        if kind == "rich_text_list":
            _check_rich_part(check, one, place)
        else:
            _check_rich_leaf(check, one, place)


def _check_rich_leaf(check: Check, leaf: Any, pointer: str) -> None:
    if not check.is_object(leaf, pointer):
        return
    kind = kind_of(leaf)
    needed = RICH_LEAVES.get(kind)
    if needed is None:
        check.add(f"unsupported type: {kind}", f"{pointer}/type")
    elif leaf.get(needed) is None:
        check.add(f"missing required field: {needed}", pointer)
    elif kind == "text":
        check.string(leaf["text"], f"{pointer}/text", limit=40000)


def check_table(check: Check, block: Json, pointer: str) -> None:
    """Slack: 100 rows of 20 cells."""
    check.keys(block, pointer, required=("rows",), optional=("block_id", "column_settings"))
    for number, row in enumerate(check.items(block.get("rows"), f"{pointer}/rows", limit=100)):
        check.items(row, f"{pointer}/rows/{number}", limit=20)


LAYOUT: dict[str, Callable[[Check, Json, str], None]] = {
    "section": check_section,
    "header": check_header,
    "divider": check_divider,
    "actions": check_actions,
    "context": check_context,
    "image": check_image,
    "input": check_input,
    "markdown": check_markdown,
    "rich_text": check_rich_text,
    "table": check_table,
}


def check_block(check: Check, block: Any, pointer: str, *, surface: str) -> None:
    if not check.is_object(block, pointer):
        return
    kind = kind_of(block)
    inner = kind_of(block.get("element")) if kind == "input" else ""
    if kind not in LAYOUT or surface not in ONLY_IN.get(kind, {surface}):
        check.add(f"unsupported type: {kind}", f"{pointer}/type")
    elif surface not in ONLY_IN.get(inner, {surface}):
        check.add(f"unsupported type: {inner}", f"{pointer}/element/type")
    else:
        check.string(block.get("block_id"), f"{pointer}/block_id", limit=255)
        LAYOUT[kind](check, block, pointer)
