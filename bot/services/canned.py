"""Canned answers filled in for a ticket. Nothing is sent from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain import snippets
from bot.domain.desk import Snippet
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import record


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The text for the contact; or, while something is `missing`, what to ask, by field."""

    text: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)


def fill(
    tx: Tx,
    ticket: Ticket,
    snippet: Snippet,
    attendant: str,
    given: Mapping[str, str],
    now: datetime,
) -> Filled:
    """`given` are the values that were asked; they win over what Baton knows."""
    facts = {**_facts(tx, ticket, attendant, now), **{k: v for k, v in given.items() if v.strip()}}
    if missing := snippets.missing(snippet, facts):
        return Filled(missing=missing)
    return Filled(text=snippets.filled(snippet, facts))


def _facts(tx: Tx, ticket: Ticket, attendant: str, now: datetime) -> dict[str, str]:
    """What each known placeholder stands for; empty where nothing is known."""
    summary = tx.summaries.latest(ticket.number)
    return {
        "contact": tx.conversations.get(ticket.conversation_id).contact_name,
        "attendant": record.name(tx, attendant),
        "team": ticket.team,
        "ticket": f"#{ticket.number}",
        "agent": tx.desk.get().agent.name,
        "topic": summary.topics[0].text if summary and summary.topics else "",
        "today": _day(now),
        "opened": _day(ticket.opened_at),
    }


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
