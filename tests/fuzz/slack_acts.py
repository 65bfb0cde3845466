"""One good payload of everything that somebody can do in Slack, made from what Baton posts there.

Buttons stand on messages, in whispers, in modals and on the Home tab; forms are filled in as they
are shown; the commands and shortcuts are those of the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.slack import manifest
from adapters.slack.choices import Choices
from adapters.slack.views import modals
from bot.commands.registry import Form
from bot.domain.card import Button
from tests.fuzz import acts
from tests.fuzz.slack_events import FILE, MESSAGE, TS

Json = dict[str, Any]
ALICE = "U0ALICE"
# A test may put a real one in its place; nobody answers here.
RESPONSE_URL = "http://127.0.0.1:9/response"
_TYPED = {
    "text": "hello <@U0BOB|bob>",
    "name": "support",
    "attendant": "<@U0BOB|bob>",
    "person": "<@U0FRED|fred>",
    "team": "billing",
    "channel": "<#C0HELP|help>",
    "duration": "2h",
    "contact": "<@U0CAROL|carol>",
    "tags": "vip, refund",
}
_MANY = tuple((f"team-{number}", f"team-{number}") for number in range(modals.OPTIONS + 1))
# What stands in a form's editor; messages show every element that there is.
_TEXT = {"type": "rich_text_section", "elements": [{"type": "text", "text": "hello"}]}
_CHOICES = (
    Choices(teams=(("billing", "billing"),), people=(("slack:T0001/U0BOB", "Bob"),)),
    Choices(teams=_MANY),  # too many for Slack's select: it asks what to offer
)


def _who(user: str) -> Json:
    return {
        "user": {"id": user, "username": "somebody", "team_id": "T0001"},
        "team": {"id": "T0001", "domain": "acme"},
        "api_app_id": "A1",
        "token": "t",
        "trigger_id": "1.2.abc",
        "response_url": RESPONSE_URL,
    }


def _view(view: Json, values: Json) -> Json:
    return {"id": "V1", "hash": "1.a", "state": {"values": values}, "blocks": [], **view}


_MODAL = {"type": "modal", "callback_id": "outcome", "private_metadata": ""}


def _containers() -> dict[str, Json]:
    """Where a button can stand."""
    message = {"type": "message", "message_ts": TS, "channel_id": "C0TEAM", "thread_ts": TS}
    posted = {"channel": {"id": "C0TEAM"}, "message": {**MESSAGE, "channel": "C0TEAM"}}
    in_view = {"type": "view", "view_id": "V1"}
    return {
        "message": {"container": message, **posted},
        "whisper": {"container": {**message, "is_ephemeral": True}, "channel": {"id": "C0TEAM"}},
        "modal": {"container": in_view, "view": _view(_MODAL, {})},
        "home": {"container": in_view, "view": _view({"type": "home", "callback_id": ""}, {})},
    }


def _presses(user: str) -> Iterator[tuple[str, Json]]:
    for one in acts.buttons():
        for where, container in _containers().items():
            action = {**_button(one), "block_id": "b", "action_ts": TS}
            pressed = {**_who(user), "type": "block_actions", **container, "actions": [action]}
            yield f"{one.action} in a {where}", pressed


def _button(one: Button) -> Json:
    text = {"type": "plain_text", "text": one.label}
    return {"type": "button", "action_id": one.action, "value": one.value, "text": text}


def _submissions(user: str) -> Iterator[tuple[str, Json]]:
    """Baton asks Slack nowhere to tell of a form that is closed; one comes all the same."""
    for form in acts.forms():
        view = _filled(form)
        name = f"{view['callback_id']} of {form.command}"
        yield f"{name} sent", {**_who(user), "type": "view_submission", "view": view}
    yield "closed", {**_who(user), "type": "view_closed", "view": view, "is_cleared": False}


def _filled(form: Form) -> Json:
    view = modals.form(form, _CHOICES[0])
    inputs = [one for one in view["blocks"] if one["type"] == "input"]
    values = {one["block_id"]: {"value": _state(one["element"])} for one in inputs}
    return _view(view, values)


def _state(element: Json) -> Json:
    """What Slack says of an input."""
    kind = element["type"]
    known: dict[str, Json] = {
        "rich_text_input": {"rich_text_value": {"type": "rich_text", "elements": [_TEXT]}},
        "plain_text_input": {"value": "1"},
        "file_input": {"files": [FILE]},
        "users_select": {"selected_user": "U0BOB"},
        "conversations_select": {"selected_conversation": "C0HELP"},
    }
    groups = [group["options"] for group in element.get("option_groups", [])]
    options = [*element.get("options", []), *(one for group in groups for one in group)]
    return {"type": kind, **(known.get(kind) or {"selected_option": options[0]})}


def _typing(user: str) -> Iterator[tuple[str, Json]]:
    """Slack asks what to offer in a select with more options than it takes."""
    for form in acts.forms():
        view = modals.form(form, _CHOICES[1])
        for one in view["blocks"]:
            if one.get("element", {}).get("type") == "external_select":
                asked = {"action_id": "value", "block_id": one["block_id"], "value": "bil"}
                shown = {"view": _view(view, {}), "container": {"type": "view", "view_id": "V1"}}
                kind = {**_who(user), "type": "block_suggestion"}
                yield f"{one['block_id']} of {form.command} typed", {**kind, **shown, **asked}


def _shortcuts(user: str) -> Iterator[tuple[str, Json]]:
    for one in manifest.manifest()["features"]["shortcuts"]:
        message = {**MESSAGE, "thread_ts": "1699999999.000100", "files": [FILE]}
        used = {
            **_who(user),
            "type": "message_action" if one["type"] == "message" else "shortcut",
            "callback_id": one["callback_id"],
            "channel": {"id": "C0TEAM", "name": "support"},
            "message": message,
            "message_ts": TS,
        }
        yield f"shortcut {one['callback_id']}", used


def interactions(user: str = ALICE) -> dict[str, Json]:
    """All but commands, by name."""
    kinds = (_presses, _submissions, _typing, _shortcuts)
    return {name: payload for kind in kinds for name, payload in kind(user)}


def commands(user: str = ALICE) -> dict[str, Json]:
    """Every command, as the manifest has it, with everything that it takes."""
    known = {one["command"] for one in manifest.manifest()["features"]["slash_commands"]}
    typed = {f"/{command.name}": words for command, words in acts.lines(_TYPED)}
    typed |= {f"{root} help": "" for root in known}
    typed.pop("/help", None)  # Slack keeps it for itself
    return {line: _command(user, line, words) for line, words in sorted(typed.items())}


def _command(user: str, line: str, words: str) -> Json:
    root, _, rest = line.partition(" ")
    return {
        "command": root,
        "text": f"{rest} {words}".strip(),
        "user_id": user,
        "user_name": "somebody",
        "team_id": "T0001",
        "channel_id": "C0TEAM",
        "api_app_id": "A1",
        "trigger_id": "1.2.abc",
        "response_url": RESPONSE_URL,
        "token": "t",
    }
