"""A ticket's figures, told from the event log."""

from __future__ import annotations

from datetime import datetime

from bot.domain.figures import Figures, figures
from bot.ports.store import Tx
from bot.services.calendar import compiled


def recount(tx: Tx, number: int, now: datetime) -> Figures | None:
    """What a ticket's events say about it as of `now`; None for one of before they told enough.

    The same figures stand on the ticket itself (`first_response`, `resolution_business`, …), which
    is the quicker way to them.
    """
    return figures(tx.events.of_ticket(number), compiled, now)
