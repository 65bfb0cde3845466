"""Submitted modals. Slack: closed, corrected or replaced by what the submission is answered."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from adapters.slack import forms
from adapters.slack.listeners.commands import with_hints
from adapters.slack.listeners.tools import PATIENCE_S, Tools
from adapters.slack.views import modals
from bot.commands.actions import DEEDS
from bot.commands.registry import Form, Invocation, Response
from bot.domain.errors import EmptyMessage
from bot.domain.identity import Person, Place
from bot.ports.store import Tx

Json = dict[str, Any]


def register(app: AsyncApp, tools: Tools) -> None:
    @app.view(re.compile(r".*"))
    async def submitted(ack: Any, body: Json) -> None:
        view: Json = body["view"]
        person = await tools.people.person(str(body["user"]["id"]))
        work = tools.go_on(_run(tools, view, person))
        await asyncio.wait({work}, timeout=PATIENCE_S)
        if work.done():
            await ack(**await _answer(tools, view, person, work.result()))
            return
        kept = str(view.get("private_metadata") or "")
        waiting = modals.sending(str(view["callback_id"]), kept)
        await ack(response_action="update", view=waiting)
        tools.go_on(_fill(tools, view, person, work))

    @app.view_closed(re.compile(r".*"))
    async def closed(ack: Any) -> None:
        """Nothing was begun that would have to be given up."""
        await ack()


async def _run(tools: Tools, view: Json, person: Person) -> Response:
    command, values = forms.command(view)
    said = {"blocks": forms.written(view)}
    filled = await tools.commands.resolved(
        command, forms.given(view, await tools.people.names(said))
    )
    attachments = await tools.downloads.fetch(forms.files(view))
    response = await tools.baton.run(
        Invocation(
            person=person,
            place=tools.place(""),
            command=command,
            values={**values, **filled},
            attachments=attachments,
            preview=True,
        )
    )
    response = await tools.hand_over(person.id.rpartition("/")[2], response)
    return await with_hints(tools, response)


async def _answer(tools: Tools, view: Json, person: Person, response: Response) -> Json:
    """What Slack is to do with the modal. Slack: a problem is shown at an input, if it has one."""
    if response.form and _asks_the_same(response.form, view):
        response = Response(text=_what_is_missing(response.form), ok=False)
    if response.form or response.queue:
        return {
            "response_action": "update",
            "view": await tools.dialogs.shown(response, person.id),
        }
    if response.buttons:
        if await _asked_in_thread(tools, view, person, response):
            return {"response_action": "clear"}
        return {"response_action": "update", "view": modals.outcome(response)}
    if not response.ok and (known := forms.inputs(view)):
        field = "text" if "text" in known else known[0]
        return {"response_action": "errors", "errors": {field: response.text[:2_000]}}
    if response.ok and str(view["callback_id"]) in DEEDS:
        return {"response_action": "clear"}
    return {"response_action": "update", "view": modals.outcome(response)}


async def _fill(tools: Tools, view: Json, person: Person, work: asyncio.Task[Response]) -> None:
    """Slack cannot close a modal later, so it says what came of it."""
    response = await work
    await tools.dialogs.update(str(view["id"]), await tools.dialogs.shown(response, person.id))


async def _asked_in_thread(tools: Tools, view: Json, person: Person, response: Response) -> bool:
    """Somebody else holds the ticket: ask where its thread is."""
    command, values = forms.command(view)
    number = values.get("ticket", "")
    if not command.startswith(("ticket", "reply")) or not number.isdecimal():
        return False
    place = await tools.baton.store.read(_thread, int(number))
    if place is None or place.workspace != tools.workspace.id:
        return False
    return await tools.whisper.answer(place, person.id.rpartition("/")[2], response)


def _thread(tx: Tx, number: int) -> Place | None:
    thread = tx.threads.of_ticket(number)
    return thread.place if thread and thread.anchor else None


def _what_is_missing(form: Form) -> str:
    """Slack does not send a form whose required inputs are empty, but words or files are either."""
    return str(EmptyMessage()) if form.files else "Something is missing."


def _asks_the_same(form: Form, view: Json) -> bool:
    """A form that asks for more than the modal did is the next step, not a mistake."""
    asked = {one.name for one in form.arguments}
    return form.command == forms.command(view)[0] and asked <= set(forms.inputs(view))
