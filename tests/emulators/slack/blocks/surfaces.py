"""Whole messages, modals and Home tabs."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tests.emulators.slack.blocks.check import Check, kind_of
from tests.emulators.slack.blocks.layout import HOME, MESSAGE, MODAL, check_block
from tests.emulators.slack.errors import Json

# Slack: 50 blocks a message, 100 a modal or Home tab.
LIMITS = {MESSAGE: 50, MODAL: 100, HOME: 100}
MARKDOWN_LIMIT = 12_000
VIEW_OPTIONAL = ("callback_id", "private_metadata", "external_id")
MODAL_OPTIONAL = (*VIEW_OPTIONAL, "submit", "close", "clear_on_close", "notify_on_close")


def problems_in_message(blocks: Any) -> list[str]:
    check = Check()
    _check_blocks(check, blocks, "/blocks", surface=MESSAGE)
    return check.problems


def problems_in_view(view: Any) -> list[str]:
    """A modal or Home tab as given to views.open, push, update and publish."""
    check = Check()
    if not check.is_object(view, "/view"):
        return check.problems
    kind = kind_of(view)
    if kind not in {MODAL, HOME}:
        check.add("must be one of: modal, home", "/view/type")
        return check.problems
    if kind == MODAL:
        _check_modal(check, view)
    else:
        check.keys(view, "/view", required=("blocks",), optional=VIEW_OPTIONAL)
    check.string(view.get("callback_id"), "/view/callback_id", limit=255, minimum=0)
    check.string(view.get("external_id"), "/view/external_id", limit=255, minimum=0)
    check.string(view.get("private_metadata"), "/view/private_metadata", limit=3000, minimum=0)
    if view.get("blocks") is not None:
        _check_blocks(check, view["blocks"], "/view/blocks", surface=kind)
    return check.problems


def _check_modal(check: Check, view: Json) -> None:
    """Slack: title, submit and close have 24 characters; inputs need a submit."""
    required = ("title", "blocks")
    check.keys(view, "/view", required=required, optional=MODAL_OPTIONAL)
    for name in ("title", "submit", "close"):
        check.text(view.get(name), f"/view/{name}", limit=24)
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )
    if has_input and view.get("submit") is None:
        check.add("missing required field: submit (the view holds an input block)", "/view")


def _check_blocks(check: Check, blocks: Any, pointer: str, *, surface: str) -> None:
    listed = check.items(blocks, pointer, limit=LIMITS[surface], minimum=0)
    for number, block in enumerate(listed):
        check_block(check, block, f"{pointer}/{number}", surface=surface)
    known = [block for block in listed if isinstance(block, dict)]
    check.unique([b.get("block_id") for b in known], "block_id", pointer)
    focused = [one for one in elements_in(known) if one.get("focus_on_load")]
    if len(focused) > 1:
        check.add("only one element may have focus_on_load", pointer)
    texts = [b.get("text") for b in known if b.get("type") == "markdown"]
    if sum(len(text) for text in texts if isinstance(text, str)) > MARKDOWN_LIMIT:
        check.add(f"markdown must be less than {MARKDOWN_LIMIT + 1} characters", pointer)


def elements_in(blocks: list[Json]) -> list[Json]:
    """Every element that a person can touch."""
    found = [element for _, element in placed_elements(blocks)]
    return [one for one in found if isinstance(one, dict)]


def placed_elements(blocks: list[Json]) -> list[tuple[Json, Any]]:
    """Pairs of a block and an element in it."""
    pairs: list[tuple[Json, Any]] = []
    for block in blocks:
        if block.get("type") == "actions":
            elements = block.get("elements")
            pairs += [(block, one) for one in elements] if isinstance(elements, list) else []
        elif block.get("type") == "input" and block.get("element"):
            pairs.append((block, block["element"]))
        elif block.get("accessory"):
            pairs.append((block, block["accessory"]))
    return pairs


def with_ids(blocks: list[Json], new_id: Callable[[], str]) -> list[Json]:
    """Slack: a block_id or action_id that was left out is made up."""
    completed = deepcopy(blocks)
    for block in completed:
        block["block_id"] = block.get("block_id") or new_id()
    for element in elements_in(completed):
        if element.get("type") != "image":
            element["action_id"] = element.get("action_id") or new_id()
    return completed


def characters_in(value: Any) -> int:
    """How much text blocks hold, labels of buttons and options included."""
    if isinstance(value, dict):
        own = value.get("text")
        rest = sum(characters_in(part) for part in value.values())
        return rest + (len(own) if isinstance(own, str) else 0)
    return sum(characters_in(part) for part in value) if isinstance(value, list) else 0


def slack_files_in(value: Any) -> list[str]:
    """The ids of files that images refer to."""
    if isinstance(value, dict):
        own = [str(value["slack_file"].get("id", ""))] if _names_file(value) else []
        return own + [one for part in value.values() for one in slack_files_in(part)]
    if isinstance(value, list):
        return [one for part in value for one in slack_files_in(part)]
    return []


def _names_file(value: Json) -> bool:
    return isinstance(value.get("slack_file"), dict) and "id" in value["slack_file"]
