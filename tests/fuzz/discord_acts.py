"""What somebody can do on Discord, made from what Baton registers and posts there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.discord import commands, panel
from adapters.discord.views import forms
from bot.commands import REGISTRY
from bot.commands.registry import Argument, Form, Kind
from tests.emulators.discord.constants import InteractionType
from tests.fuzz import acts
from tests.fuzz.discord_events import FILE, MESSAGE
from tests.integration.discord.world import CHANNELS, PEOPLE

Json = dict[str, Any]
Act = tuple[InteractionType, Json]
_SUBCOMMANDS, _ATTACHMENT, _BUTTON, _SELECT, _UPLOAD, _LABEL = {1, 2}, 11, 2, 3, 19, 18
_CONTACT = f"discord:900/{PEOPLE['carol']}"
_TYPED: dict[str, str] = {
    Kind.TEXT: "hello <@78> @everyone",
    Kind.NAME: "support",
    Kind.ATTENDANT: "@Bob",
    Kind.PERSON: f"discord:900/{PEOPLE['bob']}",
    Kind.TEAM: "billing",
    Kind.CHANNEL: CHANNELS["quiet"],
    Kind.DURATION: "2h",
    Kind.CONTACT: _CONTACT,
    Kind.TAGS: "vip, refund",
}
_FILES = {"resolved": {"attachments": {FILE["id"]: FILE}}}


def all_of_them() -> dict[str, Act]:
    """By name."""
    kinds = (_commands, _completions, _presses, _choices, _submissions)
    return {name: act for kind in kinds for name, act in kind()}


def shown(act: Act) -> list[Json]:
    """What stands on the message: discord.py looks there for what was pressed."""
    if act[0] is not InteractionType.COMPONENT:
        return []
    known = {"type": act[1]["component_type"], "custom_id": act[1]["custom_id"], "id": 2}
    options = [{"label": one, "value": one} for one in act[1].get("values", [])]
    more = {"options": options} if options else {"style": 2, "label": "x"}
    return [{"type": 1, "id": 1, "components": [{**known, **more}]}]


def _leaves(
    options: list[Json], words: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], list[Json]]]:
    """The commands at the ends of the tree, with their options."""
    below = [one for one in options if one["type"] in _SUBCOMMANDS]
    for one in below:
        yield from _leaves(one["options"], (*words, one["name"]))
    if not below:
        yield words, options


def _registered() -> Iterator[tuple[tuple[str, ...], list[Json]]]:
    for root in commands.payload(REGISTRY):
        if root["type"] == 1:
            yield from _leaves(root.get("options", []), (root["name"],))


def _used(words: tuple[str, ...], options: list[Json], focused: str = "") -> Json:
    """Discord nests what was typed as the command is nested."""
    given = [_given(words, one, focused) for one in options]
    for depth, word in reversed(list(enumerate(words[1:], start=1))):
        kind = 1 if depth == len(words) - 1 else 2
        given = [{"name": word, "type": kind, "options": given}]
    return {"id": "9", "name": words[0], "type": 1, "options": given, **_FILES}


def _given(words: tuple[str, ...], option: Json, focused: str) -> Json:
    command = REGISTRY.get(commands.name_of(" ".join(words)))
    known = {one.name: one for one in (command.arguments if command else ())}
    value = FILE["id"] if option["type"] == _ATTACHMENT else _value(known[option["name"]])
    mark = {"focused": True} if option["name"] == focused else {}
    return {"name": option["name"], "type": option["type"], "value": value, **mark}


def _value(argument: Argument) -> str:
    return argument.choices[0] if argument.choices else _TYPED.get(argument.kind, "1")


def _commands() -> Iterator[tuple[str, Act]]:
    for words, options in _registered():
        yield f"/{' '.join(words)}", (InteractionType.COMMAND, _used(words, options))
    menu = {
        "id": "9",
        "name": commands.SEND_TO_CONTACT,
        "type": 3,
        "target_id": MESSAGE["id"],
        "resolved": {"messages": {MESSAGE["id"]: MESSAGE}},
    }
    yield "menu", (InteractionType.COMMAND, menu)


def _completions() -> Iterator[tuple[str, Act]]:
    for words, options in _registered():
        for one in options:
            if one.get("autocomplete"):
                typed = _used(words, options, focused=one["name"])
                yield f"/{' '.join(words)} {one['name']}", (InteractionType.AUTOCOMPLETE, typed)


def _presses() -> Iterator[tuple[str, Act]]:
    ids = [f"{one.action}:{one.value}" for one in acts.buttons(_CONTACT)]
    ids += [f"{action}:{CHANNELS['help']}" for action in (panel.OPEN, panel.MORE)]
    for one in (*ids, "another:bot's"):
        pressed = {"component_type": _BUTTON, "custom_id": one, "id": 1}
        yield f"press {one}", (InteractionType.COMPONENT, pressed)


def _choices() -> Iterator[tuple[str, Act]]:
    """Baton posts no select; one comes all the same."""
    chosen = {"component_type": _SELECT, "custom_id": "another:select", "values": ["1"]}
    yield "select", (InteractionType.COMPONENT, chosen)


def _submissions() -> Iterator[tuple[str, Act]]:
    for form in acts.forms():
        yield f"form {form.command}", _submitted(form, forms.custom_id(form))
    kept = Form(command="reply", title="x", arguments=(), values={})
    yield "form that is kept", _submitted(kept, "kept:a-token")
    for action in (panel.OPEN, panel.MORE):
        asked = Form(command=action, title="x", arguments=(_WORDS,), values={}, files=True)
        yield f"form {action}", _submitted(asked, f"{action}:{CHANNELS['help']}")


_WORDS = Argument(name="text", kind=Kind.TEXT, help="x", long=True)


def _submitted(form: Form, custom_id: str) -> Act:
    shown = forms.modal(form, {"target": ["support", "billing"]}).to_components()
    filled = [_filled(one["component"]) for one in shown if one["type"] == _LABEL]
    data = {"custom_id": custom_id[:100], "components": filled, **_FILES}
    return InteractionType.MODAL, data


def _filled(component: Json) -> Json:
    kind = component["type"]
    said: Json = {"value": "hello"}
    if kind == _SELECT:
        said = {"values": [component["options"][0]["value"]]}
    elif kind == _UPLOAD:
        said = {"values": [FILE["id"]]}
    known = {"type": kind, "id": 2, "custom_id": component["custom_id"], **said}
    return {"type": _LABEL, "id": 1, "component": known}
