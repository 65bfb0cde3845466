"""Slash commands: all of the registry's, answered to whoever typed them and to nobody else."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from adapters.slack.commands import line
from adapters.slack.listeners.tools import PATIENCE_S, Tools
from adapters.slack.owners import may_begin, welcome
from adapters.slack.views import answers
from bot.commands.registry import Response
from bot.domain.errors import BatonError

Json = dict[str, Any]


def register(app: AsyncApp, tools: Tools) -> None:
    @app.command(re.compile(r".+"))
    async def command(ack: Any, body: Json, respond: Any) -> None:
        work = tools.go_on(_run(tools, body))
        await asyncio.wait({work}, timeout=PATIENCE_S)
        if work.done():
            await ack(**_shown(await _fitting(tools, body, work.result())))
            return
        await ack()
        tools.go_on(_answer_later(tools, body, work, respond))


async def _run(tools: Tools, body: Json) -> Response:
    typed = line(str(body["command"]), str(body.get("text") or ""), tools.prefix)
    person = await tools.people.person(str(body["user_id"]))
    place = tools.place(str(body["channel_id"]))
    if typed.startswith("/desk") and await may_begin(tools.baton, tools.people, person):
        await welcome(tools.baton, person)
    try:
        call = await tools.commands.read(person, place, typed)
    except BatonError as error:
        return Response(text=str(error), ok=False)
    response = await tools.hand_over(str(body["user_id"]), await tools.baton.run(call))
    if response.form:
        view = await tools.dialogs.form(response.form, person.id)
        if await tools.dialogs.open(str(body["trigger_id"]), view) is None:
            return Response(text="Slack did not open the form. Try again.", ok=False)
        return Response()
    return await with_hints(tools, response)


async def with_hints(tools: Tools, response: Response) -> Response:
    """After the desk's channels changed: join them, and say what an admin should know."""
    if not response.moves_places:
        return response
    hints = await tools.places.join()
    await tools.baton.mended(tools.workspace.id)
    return replace(response, text="\n".join([response.text, *hints]))


async def _fitting(tools: Tools, body: Json, response: Response) -> Response:
    """Files, and what is too long for an ephemeral message, go by direct message."""
    user = str(body["user_id"])
    for one in response.files:
        tools.go_on(tools.direct.file(user, one.name, one.data, response.text))
    if response.files:
        return Response(text="You get it as a file by direct message.")
    if len(response.text) <= answers.LONGEST:
        return response
    name = f"{str(body['command']).strip('/')}.txt"
    data = response.text.encode()
    tools.go_on(tools.direct.file(user, name, data, "Here is what you asked for."))
    return Response(text="That is long: you get it as a file by direct message.")


async def _answer_later(
    tools: Tools, body: Json, work: asyncio.Task[Response], respond: Any
) -> None:
    shown = _shown(await _fitting(tools, body, await work))
    if shown:
        await respond(**shown)


def _shown(response: Response) -> Json:
    """Slack: an acknowledgement without a body shows nothing."""
    if not response.text and not response.queue:
        return {}
    shown = answers.render(response)
    return {"response_type": "ephemeral", "text": shown.text, "blocks": shown.blocks}
