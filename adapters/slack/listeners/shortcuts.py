"""The message shortcut “Send to contact”: a note of a ticket's thread becomes a reply."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from adapters.slack import convert, forwarded
from adapters.slack.listeners.tools import Tools
from bot.commands.registry import Invocation, Response
from bot.domain.identity import Place
from bot.domain.thread import Thread
from bot.ports.store import Tx

Json = dict[str, Any]
SEND_TO_CONTACT = "send_to_contact"
_ELSEWHERE = "“Send to contact” works on messages in a ticket's thread."
_NOT_WRITTEN = "Only what a member of the team wrote can be sent to the contact."


def register(app: AsyncApp, tools: Tools) -> None:
    @app.shortcut(SEND_TO_CONTACT)
    async def send(ack: Any, body: Json) -> None:
        await ack()
        tools.go_on(_send(tools, body))


async def _send(tools: Tools, body: Json) -> None:
    message: Json = body["message"]
    channel = str(body["channel"]["id"])
    place = tools.place(channel, message.get("thread_ts"))
    response = await _response(tools, body, message, place)
    await tools.whisper.answer(place, str(body["user"]["id"]), response)


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
