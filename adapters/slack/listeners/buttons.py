"""Buttons: on cards and messages, in ephemeral answers, in the App Home."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from adapters.slack.listeners.commands import with_hints
from adapters.slack.listeners.tools import Tools
from adapters.slack.views import answers, modals
from bot.commands.actions import CHOICE, DEEDS
from bot.commands.registry import Response
from bot.domain.identity import Place

Json = dict[str, Any]
# What these did shows by itself: on the card, in the thread, in the Home tab.
_SHOWS_ITSELF = {
    "message:delete",
    "message:retry",
    "takeover:resume",
    "ticket:claim",
    "ticket:release",
    "ticket:reopen",
}


def register(app: AsyncApp, tools: Tools) -> None:
    @app.action(re.compile(r".+"))
    async def pressed(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        action: Json = body["actions"][0]
        if action.get("type") == "button" and action.get("action_id") and "value" in action:
            tools.go_on(_press(tools, body, action, respond))


async def _press(tools: Tools, body: Json, action: Json, respond: Any) -> None:
    person = await tools.people.person(str(body["user"]["id"]))
    name, value = str(action["action_id"]), str(action["value"] or "")
    place = _place(tools, body)
    work = tools.go_on(tools.baton.press(person, place, name, value))
    above = (body.get("view") or {}).get("type") == "modal"
    trigger = str(body.get("trigger_id") or "")
    if name in DEEDS and DEEDS[name].asks:
        await tools.dialogs.open_for(trigger, name, value, work, person.id, above=above)
        return
    response = await tools.hand_over(str(body["user"]["id"]), await work)
    response = await with_hints(tools, response)
    if response.form:
        view = await tools.dialogs.form(response.form, person.id)
        await tools.dialogs.open(trigger, view, above=above)
    elif response.text and not (response.ok and name in _SHOWS_ITSELF):
        await _show(tools, body, name, response, respond)


async def _show(tools: Tools, body: Json, name: str, response: Response, respond: Any) -> None:
    """Where it was pressed: in place of the question, below the message, or as a modal."""
    container = _container(body)
    if container.get("type") == "view":
        await _show_in_view(tools, body, response)
    elif container.get("is_ephemeral") and name.startswith(CHOICE):
        shown = answers.render(response)
        await respond(replace_original=True, text=shown.text, blocks=shown.blocks)
    elif len(response.text) > answers.LONGEST:
        user = str(body["user"]["id"])
        data = response.text.encode()
        await tools.direct.file(user, "answer.txt", data, "Here is what you asked for.")
    else:
        place = Place(
            workspace=tools.workspace.id,
            channel=str(container.get("channel_id")),
            thread=container.get("thread_ts"),
        )
        await tools.whisper.answer(place, str(body["user"]["id"]), response)


async def _show_in_view(tools: Tools, body: Json, response: Response) -> None:
    view: Json = body["view"]
    if view["type"] == "modal":
        await tools.dialogs.update(str(view["id"]), modals.outcome(response))
    else:
        await tools.dialogs.open(str(body["trigger_id"]), modals.outcome(response))


def _place(tools: Tools, body: Json) -> Place:
    """A button on a thread's root belongs to that thread."""
    container = _container(body)
    if container.get("type") == "view" or not container.get("channel_id"):
        return tools.place("")
    thread = container.get("thread_ts") or container.get("message_ts")
    return tools.place(str(container["channel_id"]), str(thread) if thread else None)


def _container(body: Json) -> Json:
    """Where a button stands; older payloads tell it by the channel and the message alone."""
    message, channel = body.get("message") or {}, body.get("channel") or {}
    told = {
        "channel_id": channel.get("id"),
        "message_ts": message.get("ts"),
        "thread_ts": message.get("thread_ts"),
        "type": "view" if body.get("view") else "message",
    }
    known = {name: value for name, value in told.items() if value}
    return {**known, **(body.get("container") or {})}
