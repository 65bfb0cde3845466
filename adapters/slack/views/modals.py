"""A command's form as a modal. Slack: inputs need a submit, titles have 24 characters."""

from __future__ import annotations

from typing import Any

from adapters.slack import rich_text as rich
from adapters.slack.choices import Choices, Option
from adapters.slack.forms import FILES, VALUE, callback
from adapters.slack.views import answers, blocks
from bot.commands.registry import Argument, Form, Kind, Response
from bot.domain.message import MOST_FILES

Json = dict[str, Any]

# Slack: 100 options in a select or a group of it, 75 characters each, the value 150.
OPTIONS = 100
_OPTION, _OPTION_VALUE, _HINT, _TYPED = 75, 150, 2_000, 3_000
_FROM_SLACK = {Kind.CHANNEL: "conversations_select", Kind.PERSON: "users_select"}


def form(asked: Form, choices: Choices) -> Json:
    """The modal that gathers what a command still needs."""
    name, kept = callback(asked)
    fields = [
        _field(one, asked, choices) if _fits(one, asked) else _too_long(one)
        for one in asked.arguments
    ]
    return {
        **_frame(asked.title, name, kept),
        "submit": blocks.plain(asked.verb, blocks.TITLE),
        "close": blocks.plain("Cancel", blocks.TITLE),
        "blocks": [*fields, *([_files()] if asked.files else [])],
    }


def _fits(argument: Argument, asked: Form) -> bool:
    """Formatted text has no bound that a message could reach."""
    formatted = argument.long and not argument.plain
    return formatted or len(asked.values.get(argument.name, "")) <= _TYPED


def _too_long(argument: Argument) -> Json:
    """It would be cut short, so it stays as it is."""
    name = argument.name.replace("_", " ").capitalize()
    return blocks.section(f"{name} is too long for a form. /desk export gives it as a file.")


def placeholder(name: str, kept: str) -> Json:
    """Slack: a trigger lives three seconds, so a modal opens before it is known what it asks."""
    return {**_frame("Baton", name, kept), "blocks": [blocks.section("One moment…")]}


def sending(name: str, kept: str) -> Json:
    """While files are taken over from Slack."""
    return {**_frame("Baton", name, kept), "blocks": [blocks.section("Taking over the files…")]}


def outcome(response: Response) -> Json:
    """What came of it, for where no channel can show it."""
    return {
        **_frame("Baton" if response.ok else "Not yet", "outcome", ""),
        "close": blocks.plain("Close", blocks.TITLE),
        "blocks": answers.body(response)[: blocks.VIEW_BLOCKS],
    }


def options(found: Choices) -> list[Json]:
    """Groups of a select for somebody or some team."""
    groups = {"Teams": found.teams, "People": found.people}
    return [
        {"label": blocks.plain(label, blocks.LABEL), "options": _options(known)}
        for label, known in groups.items()
        if known
    ]


def _frame(title: str, name: str, kept: str) -> Json:
    return {
        "type": "modal",
        "title": blocks.plain(blocks.one_line(title, blocks.TITLE), blocks.TITLE),
        "callback_id": name,
        "private_metadata": kept,
    }


def _field(argument: Argument, asked: Form, choices: Choices) -> Json:
    has_files = asked.files and argument.kind is Kind.TEXT
    ticket_is_asked = argument.kind is Kind.TICKET
    needed = (argument.required and not has_files) or ticket_is_asked
    return {
        "type": "input",
        "block_id": argument.name,
        "label": blocks.plain(argument.name.replace("_", " ").capitalize(), _HINT),
        "hint": blocks.plain(argument.help, _HINT),
        "optional": not needed,
        "element": _element(argument, asked.values.get(argument.name, ""), choices),
    }


def _element(argument: Argument, value: str, choices: Choices) -> Json:
    if options := _listed(argument, choices):
        return _select(options, value)
    if argument.name == "target" or argument.kind is Kind.ATTENDANT:
        return _target(choices)
    if argument.kind in _FROM_SLACK:
        return _from_slack(argument.kind, value)
    if argument.long and not argument.plain:
        return _editor(value)
    given = {"initial_value": value} if value else {}
    return {"type": "plain_text_input", "action_id": VALUE, "multiline": argument.plain, **given}


def _listed(argument: Argument, choices: Choices) -> tuple[Option, ...]:
    if argument.choices:
        return tuple((one, one) for one in argument.choices)
    known = {Kind.TICKET: choices.tickets, Kind.TEAM: choices.teams}
    return known.get(argument.kind, ())


def _editor(value: str) -> Json:
    """Bold, lists, quotes, code and links, as in any message."""
    before = rich.rich_text(value)
    return {
        "type": "rich_text_input",
        "action_id": VALUE,
        "focus_on_load": True,
        **({"initial_value": before} if before else {}),
    }


def _target(choices: Choices) -> Json:
    """Slack: a static select is searched by typing; beyond its limit the app is asked."""
    if max(len(choices.teams), len(choices.people)) > OPTIONS:
        return {"type": "external_select", "action_id": VALUE, "min_query_length": 0}
    groups = options(choices)
    if not groups:
        return {"type": "plain_text_input", "action_id": VALUE}
    return {"type": "static_select", "action_id": VALUE, "option_groups": groups}


def _from_slack(kind: Kind, value: str) -> Json:
    element: Json = {"type": _FROM_SLACK[kind], "action_id": VALUE}
    if kind is Kind.CHANNEL:
        element["filter"] = {"include": ["public", "private"], "exclude_bot_users": True}
        if value:
            element["initial_conversation"] = value
    return element


def _files() -> Json:
    return {
        "type": "input",
        "block_id": FILES,
        "label": blocks.plain("Files"),
        "optional": True,
        "element": {"type": "file_input", "action_id": VALUE, "max_files": MOST_FILES},
    }


def _select(known: tuple[Option, ...], value: str) -> Json:
    made = _options(known)
    chosen = next((one for one in made if one["value"] == value), None)
    first = {"initial_option": chosen} if chosen else {}
    return {"type": "static_select", "action_id": VALUE, "options": made, **first}


def _options(known: tuple[Option, ...]) -> list[Json]:
    return [
        {
            "text": blocks.plain(blocks.one_line(label, _OPTION), _OPTION),
            "value": value[:_OPTION_VALUE],
        }
        for value, label in known[:OPTIONS]
    ]
