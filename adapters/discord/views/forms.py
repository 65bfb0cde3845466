"""A command's form as a modal.

Discord: 5 parts, 45 characters in a title or label, 25 options, 4,000 characters in a text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import discord
from discord import ui

from adapters.discord.convert import clipped, text_of
from bot.commands import actions
from bot.commands.registry import Argument, Form, Kind

FILES = "files"
_FORM, _KEPT = "form", "kept"
_PARTS, _TITLE, _LABEL, _HELP, _OPTIONS, _TEXT = 5, 45, 45, 100, 25, 4_000
_CUSTOM_ID = 100


def modal(form: Form, choices: Mapping[str, Sequence[str]], token: str = "") -> ui.Modal:
    """`choices` are what may be chosen for an argument, by its name; `token` is where the values
    are kept that it does not ask for, if its id has no room for them.

    What finds no room, or would be cut short, stays as it is.
    """
    known = f"{_KEPT}:{token}" if token else custom_id(form)
    made = ui.Modal(title=clipped(form.title, _TITLE), custom_id=known)
    room = _PARTS - form.files
    fitting = [one for one in form.arguments if len(form.values.get(one.name, "")) <= _TEXT]
    for argument in sorted(fitting, key=lambda one: not one.required)[:room]:
        made.add_item(_field(form, argument, choices.get(argument.name, ())))
    if form.files:
        upload: ui.FileUpload[Any] = ui.FileUpload(
            custom_id=FILES, required=False, min_values=0, max_values=10
        )
        made.add_item(ui.Label(text="Files", component=upload))
    return made


def custom_id(form: Form) -> str:
    """What is settled stands in it, so that a form works over a restart: `ticket:reply:42`."""
    for action, deed in actions.DEEDS.items():
        if deed.command == form.command and deed.argument in form.values:
            return f"{action}:{form.values[deed.argument]}"
    return f"{_FORM}:{form.command}:{urlencode(unasked(form))}"


def unasked(form: Form) -> dict[str, str]:
    """The values that a form has and does not ask for."""
    asked = {one.name for one in form.arguments}
    return {name: value for name, value in form.values.items() if name not in asked}


def has_room(form: Form) -> bool:
    """Whether its id can hold what it does not ask for."""
    return len(custom_id(form)) <= _CUSTOM_ID


def token(custom_id: str) -> str:
    """Where the values of a form are kept; empty where they stand in its id."""
    kind, _, rest = custom_id.partition(":")
    return rest if kind == _KEPT else ""


def settled(custom_id: str) -> tuple[str, dict[str, str]]:
    """The inverse of `custom_id`: the command and the values. Raises `BadInput`."""
    kind, _, rest = custom_id.partition(":")
    if kind == _FORM:
        command, _, values = rest.partition(":")
        return command, dict(parse_qsl(values))
    action, _, value = custom_id.rpartition(":")
    deed = actions.deed(action)
    return deed.command, {deed.argument: value}


def _field(form: Form, argument: Argument, choices: Sequence[str]) -> ui.Label[Any]:
    value = form.values.get(argument.name, "")
    required = argument.required and not (argument.kind is Kind.TEXT and form.files)
    options = list(dict.fromkeys([str(one) for one in argument.choices] or choices))
    item: ui.Select[Any] | ui.TextInput[Any]
    if 0 < len(options) <= _OPTIONS:
        item = ui.Select(
            custom_id=argument.name,
            required=required,
            min_values=1 if required else 0,
            options=[_option(one, value) for one in options],
        )
    else:
        item = ui.TextInput(
            custom_id=argument.name,
            style=discord.TextStyle.paragraph
            if argument.long or argument.plain
            else discord.TextStyle.short,
            required=required,
            max_length=_TEXT,
            default=value[:_TEXT] or None,
        )
    name = argument.name.replace("_", " ").capitalize()
    help_text = argument.help[:1].upper() + argument.help[1:]
    return ui.Label(
        text=clipped(name, _LABEL), description=clipped(help_text, _HELP), component=item
    )


def _option(one: str, chosen: str) -> discord.SelectOption:
    return discord.SelectOption(label=clipped(one, 100), value=one[:100], default=one == chosen)


def fields(components: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What was filled in, by name; several choices with commas between."""
    found: dict[str, str] = {}
    for one in components:
        inner = one.get("component")
        found |= fields([inner] if inner else one.get("components", []))
        name = str(one.get("custom_id", ""))
        if name and name != FILES:
            found[name] = text_of(one.get("value")) or ",".join(one.get("values", []))
    return found
