"""When a contact has been silent for too long, and what follows.

Counted from the moment the last reply was delivered, in business time; and not from before somebody
held the ticket, as nobody would have seen what came back. A warning that arrived late
still leaves the contact the whole span between warning and closing. What would be due at the very
end of a shift is due at the next opening: nobody is written to at night. A team without hours works
around the clock, and so does this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.desk import Inactivity
from bot.domain.hours import BusinessHours, later, next_opening
from bot.domain.states import Status
from bot.domain.ticket import Ticket


class Step(StrEnum):
    WARN = "warn"
    CLOSE = "close"


@dataclass(frozen=True, kw_only=True)
class Due:
    step: Step
    at: datetime


def next_step(ticket: Ticket, policy: Inactivity, hours: BusinessHours | None) -> Due | None:
    """What the policy does next and when; None while nothing may happen.

    Nothing happens unless the contact is awaited, the last reply has reached them, and a warning
    that was sent has reached them too; nor while nobody holds the ticket.
    """
    if ticket.status is not Status.AWAITING or ticket.holder is None:
        return None
    if ticket.reply_delivered_at is None:
        return None
    since = max(ticket.reply_delivered_at, ticket.held_since or ticket.reply_delivered_at)
    if policy.warn_after is not None and ticket.warning_id is None:
        warn_at = later(hours, since, policy.warn_after)
        return Due(step=Step.WARN, at=next_opening(hours, warn_at))
    if policy.close_after is None or (ticket.warning_id is not None and ticket.warned_at is None):
        return None
    at = later(hours, since, policy.close_after)
    if ticket.warned_at is not None and policy.warn_after is not None:
        grace = policy.close_after - policy.warn_after
        at = max(at, later(hours, ticket.warned_at, grace))
    return Due(step=Step.CLOSE, at=next_opening(hours, at))
