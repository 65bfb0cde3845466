"""The routes: each converts, calls a service, and shows what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query

from adapters.api.problems import Problem
from adapters.api.shapes import (
    MOST,
    AddNote,
    ConversationList,
    Escalate,
    Health,
    Key,
    Line,
    Number,
    OpenTicket,
    TicketPage,
)
from bot.application import Baton
from bot.domain.states import Status
from bot.services import outside
from bot.services.outside import Asked, Wanted
from bot.services.views import NoteView, TicketStory, TicketView

TicketNumber = Annotated[int, Path(ge=1, le=MOST, description="The ticket's number.")]
Repeatable = Annotated[
    Key | None,
    Header(alias="Idempotency-Key", description="Makes it safe to repeat: it happens once."),
]
_CREATED = 201


def router(baton: Baton, unready: Callable[[], Awaitable[list[str]]]) -> APIRouter:
    """Version 1."""
    routes = APIRouter()
    _health(routes, unready)
    _tickets(routes, baton)
    _conversations(routes, baton)
    return routes


def _health(routes: APIRouter, unready: Callable[[], Awaitable[list[str]]]) -> None:
    @routes.get("/health", summary="Whether Baton can do its job")
    async def health() -> Health:
        reasons = await unready()
        return Health(ready=not reasons, reasons=reasons)


def _tickets(routes: APIRouter, baton: Baton) -> None:
    store, clock = baton.store, baton.clock

    @routes.get("/tickets", summary="Tickets, the newest first")
    async def tickets(
        status: Annotated[list[Status] | None, Query(description="Only of these.")] = None,
        team: Line = "",
        contact: Annotated[Line, Query(description="A contact's id.")] = "",
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        cursor: Annotated[
            str, Query(pattern=r"^(\d{1,9})?$", description="`next` of before.")
        ] = "",
    ) -> TicketPage:
        wanted = Wanted(
            statuses=tuple(status or ()),
            team=team,
            contact=contact,
            below=int(cursor) if cursor else None,
            limit=limit,
        )
        found, below = await store.read(outside.tickets, wanted)
        return TicketPage(tickets=list(found), next=str(below) if below else None)

    @routes.post("/tickets", status_code=_CREATED, summary="Open a ticket")
    async def open_ticket(body: OpenTicket, key: Repeatable = None) -> TicketView:
        if (body.conversation is None) == (not body.contact):
            raise Problem(422, "Name a conversation or a contact, one of the two.")
        asked = _asked(body, body.conversation, body.contact)
        return await store.transact(outside.open_ticket, asked, clock.now(), key=key or "")

    @routes.get("/tickets/{number}", summary="One ticket, with all that was said")
    async def ticket(number: TicketNumber) -> TicketStory:
        return await store.read(outside.ticket, number)

    @routes.post("/tickets/{number}/notes", status_code=_CREATED, summary="Add a note")
    async def add_note(number: TicketNumber, body: AddNote, key: Repeatable = None) -> NoteView:
        return await store.transact(outside.add_note, number, body.text, clock.now(), key=key or "")


def _conversations(routes: APIRouter, baton: Baton) -> None:
    store, clock = baton.store, baton.clock

    @routes.get("/conversations", summary="A contact's conversations, the newest first")
    async def conversations(
        contact: Annotated[Line, Query(min_length=1, description="Their id.")],
    ) -> ConversationList:
        found = await store.read(outside.conversations, contact)
        return ConversationList(conversations=list(found))

    @routes.post(
        "/conversations/{number}/escalate",
        status_code=_CREATED,
        summary="Hand a conversation over to people",
    )
    async def escalate(
        number: Annotated[Number, Path(description="The conversation's number.")],
        body: Escalate,
        key: Repeatable = None,
    ) -> TicketView:
        asked = _asked(body, number, "")
        return await store.transact(outside.open_ticket, asked, clock.now(), key=key or "")


def _asked(body: Escalate, conversation: int | None, contact: str) -> Asked:
    return Asked(
        conversation=conversation,
        contact=contact,
        reason=body.reason,
        priority=body.priority,
        team=body.team,
    )
