"""The message shortcut “Send to contact”: a note of a ticket's thread becomes a reply. Whoever uses
one that Baton does not have is told so.
"""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from adapters.slack import convert, forwarded
from adapters.slack.listeners.tools import Tools
from adapters.slack.views import answers, modals
from bot.commands.registry import Invocation, Response
from bot.domain.identity import Place
from bot.domain.thread import Thread
from bot.ports.store import Tx

Json = dict[str, Any]
SEND_TO_CONTACT = "send_to_contact"
_ELSEWHERE = "“Send to contact” works on messages in a ticket's thread."
_NOT_WRITTEN = "Only what a member of the team wrote can be sent to the contact."
_UNKNOWN = (
    "Baton does not have this shortcut. An admin can update the app with the manifest.yml of this "
    "version; `/ticket help` lists what there is."
)


def register(app: AsyncApp, tools: Tools) -> None:
    @app.message_shortcut(SEND_TO_CONTACT)
    async def send(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        tools.go_on(_send(tools, body, respond))

    @app.shortcut(re.compile(r".*"))
    async def unknown(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        tools.go_on(_unknown(tools, body, respond))


async def _send(tools: Tools, body: Json, respond: Any) -> None:
    message: Json = body["message"]
    channel = str(body["channel"]["id"])
    place = tools.place(channel, message.get("thread_ts"))
    response = await _response(tools, body, message, place)
    if not await tools.whisper.answer(place, str(body["user"]["id"]), response):
        await _respond(respond, response)  # where the app is no member


async def _unknown(tools: Tools, body: Json, respond: Any) -> None:
    """Slack: of a shortcut that is not on a message there is nowhere to answer but in a modal."""
    response = Response(text=_UNKNOWN, ok=False)
    if body.get("response_url"):
        await _respond(respond, response)
    else:
        await tools.dialogs.open(str(body["trigger_id"]), modals.outcome(response))


async def _respond(respond: Any, response: Response) -> None:
    shown = answers.render(response)
    await respond(response_type="ephemeral", text=shown.text, blocks=shown.blocks)


async def _response(tools: Tools, body: Json, message: Json, place: Place) -> Response:
    thread = await tools.baton.store.read(_thread, place)
    is_root = message.get("ts") == place.thread
    if thread is None or is_root:
        return Response(text=_ELSEWHERE, ok=False)
    if not convert.is_written(message):
        return Response(text=_NOT_WRITTEN, ok=False)
    text = forwarded.words(message, await tools.people.names(message))
    number, conversation = str(thread.ticket_number or ""), str(thread.conversation_id)
    return await tools.baton.run(
        Invocation(
            person=await tools.people.person(str(body["user"]["id"])),
            place=place,
            command="ticket reply" if number else "say",
            values={"ticket": number, "text": text}
            if number
            else {"conversation": conversation, "text": text},
            attachments=await tools.downloads.fetch(forwarded.files(message)),
        )
    )


def _thread(tx: Tx, place: Place) -> Thread | None:
    if not place.thread:
        return None
    found = tx.threads.at(place.workspace, place.channel, place.thread)
    return found if found and not found.cut_off else None
