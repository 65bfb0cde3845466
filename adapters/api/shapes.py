"""What calls send and get, beyond the views that the core has already."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.domain.desk import Priority
from bot.domain.message import LONGEST_TEXT
from bot.services.views import ConversationView, TicketView

# What PostgreSQL's INTEGER takes.
MOST = 2**31 - 1
Number = Annotated[int, Field(ge=1, le=MOST)]
# A name or an id: one line, and nothing that a database cannot take.
Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Reason = Annotated[str, StringConstraints(max_length=1000)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Escalate(_Strict):
    """Why people should go on. Without a team it goes to the channel's own."""

    reason: Reason = ""
    priority: Priority = Priority.NORMAL
    team: Line = ""


class OpenTicket(Escalate):
    """For a conversation by its number, or for the newest one of a contact."""

    conversation: Number | None = None
    contact: Line = ""


class AddNote(_Strict):
    """Context for the team, never for the contact."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]


class TicketPage(BaseModel):
    """`next` is the cursor of the next page; null on the last."""

    tickets: list[TicketView]
    next: str | None


class ConversationList(BaseModel):
    conversations: list[ConversationView]


class Health(BaseModel):
    ready: bool
    reasons: list[str]
