"""Which modal stands for which command, and what a person has put into it; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from adapters.slack.mrkdwn import Names, from_rich_text
from bot.commands.actions import DEEDS
from bot.commands.registry import Form

Json = dict[str, Any]

_ACTIONS = {deed.command: name for name, deed in reversed(tuple(DEEDS.items()))}
_ACTIONS |= {"reply": "ticket:reply", "note": "ticket:note"}
_COMMAND = "command:"
VALUE = "value"
FILES = "files"


def callback(form: Form) -> tuple[str, str]:
    """The `callback_id` and `private_metadata` of a command's modal.

    A modal that a button also opens is named as the button, and carries its value.
    """
    action = _ACTIONS.get(form.command)
    if action:
        return action, form.values.get(DEEDS[action].argument, "").removeprefix("#")
    asked = {one.name for one in form.arguments}
    settled = {name: value for name, value in form.values.items() if name not in asked}
    return f"{_COMMAND}{form.command}", json.dumps(settled)


def command(view: Json) -> tuple[str, dict[str, str]]:
    """The inverse of `callback`."""
    name, kept = str(view["callback_id"]), str(view.get("private_metadata") or "")
    if name in DEEDS:
        return DEEDS[name].command, {DEEDS[name].argument: kept} if kept else {}
    return name.removeprefix(_COMMAND), dict(json.loads(kept or "{}"))


def given(view: Json, names: Names) -> dict[str, str]:
    """What was filled in, or emptied, by field; formatted text as Markdown."""
    states: Mapping[str, Json] = (view.get("state") or {}).get("values") or {}
    return {
        block: _value(state.get(VALUE) or {}, names)
        for block, state in states.items()
        if block != FILES
    }


def files(view: Json) -> list[Json]:
    states: Mapping[str, Json] = (view.get("state") or {}).get("values") or {}
    return list((states.get(FILES, {}).get(VALUE) or {}).get("files") or [])


def written(view: Json) -> list[Json]:
    """The rich text that was filled in, to look up whom it mentions."""
    states: Mapping[str, Json] = (view.get("state") or {}).get("values") or {}
    found = [(state.get(VALUE) or {}).get("rich_text_value") for state in states.values()]
    return [one for one in found if one]


def inputs(view: Json) -> list[str]:
    """The names of the fields a problem can be shown at."""
    blocks: list[Json] = view.get("blocks") or []
    return [str(one["block_id"]) for one in blocks if one.get("type") == "input"]


def _value(state: Json, names: Names) -> str:
    rich = state.get("rich_text_value")
    if rich:
        return from_rich_text(rich, names)
    option = state.get("selected_option") or {}
    user = state.get("selected_user")
    known = (
        state.get("value"),
        option.get("value"),
        state.get("selected_conversation"),
        f"<@{user}>" if user else None,
    )
    return str(next((one for one in known if one), ""))
