"""A live message that shows the queue of a team, changed in place and never more often than needed.

Discord: about 5 changes of a message in 5 seconds; everything that happens within one look is one.
"""

from __future__ import annotations

import asyncio
import json
import logging

import discord

from adapters.discord.convert import clipped, plain
from adapters.discord.errors import translated
from adapters.discord.messages import Messages
from adapters.discord.views.body import CONTENT, Body
from bot.application import Baton
from bot.commands.registry import Response
from bot.domain.card import Button
from bot.domain.identity import Place
from bot.domain.queue import Sight
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.ports.outlet import Gone, OutletError
from bot.ports.store import Tx
from bot.services.inbox import who

log = logging.getLogger(__name__)
_BOARDS = "discord:boards"
_EVERY = 5.0
_CLAIMS, _LINES = 10, 40
_MARKS = {"urgent": "🔴", "high": "🔶", "normal": "▫️", "low": "▫️"}


class Board:
    def __init__(self, baton: Baton, messages: Messages) -> None:
        self._baton = baton
        self._messages = messages
        self._shown: dict[str, Body] = {}

    async def put_up(self, place: Place) -> Response:
        """Post a team's board in its channel; an older one is left to itself."""
        body = await self._baton.store.read(_board, place)
        if body is None:
            return Response(text="No team works in this channel.", ok=False)
        stamp = discord.utils.time_snowflake(discord.utils.utcnow())
        sent = await self._messages.send(int(place.channel), body, f"board{stamp}"[:25])
        await self._baton.store.transact(_keep, place, str(sent or ""))
        return Response(text="The board is up, and follows the queue.")

    async def run(self) -> None:
        """Until cancelled: bring every board up to date."""
        while True:
            await asyncio.sleep(_EVERY)
            await self.refresh()

    async def refresh(self) -> None:
        for channel, (workspace, message) in (await self._baton.store.read(_boards)).items():
            place = Place(workspace=workspace, channel=channel)
            body = await self._baton.store.read(_board, place)
            if body is None or self._shown.get(channel) == body:
                continue
            try:
                with translated():
                    await self._messages.edit(int(channel), int(message), body)
                self._shown[channel] = body
            except Gone:
                await self._baton.store.transact(_keep, place, "")
            except OutletError as error:
                log.warning("the board in %s cannot be changed: %s", channel, error)


def _board(tx: Tx, place: Place) -> Body | None:
    """The open tickets of the team that works there."""
    team = tx.desk.get().team_at(place.workspace, place.channel)
    if team is None:
        return None
    sight = Sight(person="", teams=(team.name,))
    count = sum(share.count for share in tx.queue.shares(sight))
    lines = [_line(tx, one) for one in tx.queue.first(sight, _LINES)]
    waiting = tx.queue.others(sight, Status.OPEN, _CLAIMS)
    return Body(
        content=clipped(
            f"**The queue of {plain(team.name)}**: {count} open\n" + "\n".join(lines),
            CONTENT,
        ),
        buttons=tuple(
            Button(action="ticket:claim", label=f"Claim #{one.number}", value=str(one.number))
            for one in waiting
        ),
    )


def _line(tx: Tx, ticket: Ticket) -> str:
    contact = plain(tx.conversations.get(ticket.conversation_id).contact_name)
    thread = tx.threads.of_ticket(ticket.number)
    where = f" [thread]({thread.link})" if thread and thread.link else ""
    since = discord.utils.format_dt(ticket.waiting_since, "R") if ticket.waiting_since else ""
    if ticket.due_at and ticket.due_clock:
        since = f"{ticket.due_clock} due {discord.utils.format_dt(ticket.due_at, 'R')}"
    facts = " · ".join(filter(None, (contact, ticket.status, plain(who(tx, ticket)), since)))
    return f"{_MARKS[ticket.priority]} **#{ticket.number}** {facts}{where}"


def _boards(tx: Tx) -> dict[str, tuple[str, str]]:
    """Workspace and message of each board, by channel."""
    return {
        channel: (workspace, message)
        for channel, (workspace, message) in json.loads(tx.meta.get(_BOARDS) or "{}").items()
    }


def _keep(tx: Tx, place: Place, message: str) -> None:
    boards: dict[str, tuple[str, str]] = _boards(tx)
    boards.pop(place.channel, None)
    if message:
        boards[place.channel] = (place.workspace, message)
    tx.meta.put(_BOARDS, json.dumps(boards))
