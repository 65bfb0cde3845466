"""How much the agent may do in a day, for one contact and for the whole desk."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.desk import Budget

_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What was used today; `written` are those of the tokens that the model wrote."""

    turns: int = 0
    tokens: int = 0
    written: int = 0


def exceeded(budget: Budget, contact: Spent, desk: Spent) -> str:
    """Why the agent may not go on today, as words for the team; empty while it may."""
    limits = (
        (budget.contact_turns, contact.turns, "{} turns for this contact"),
        (budget.contact_tokens, contact.tokens, "{} tokens for this contact"),
        (budget.contact_cost, cost(budget, contact), "a cost of {} for this contact"),
        (budget.desk_turns, desk.turns, "{} turns for the whole desk"),
        (budget.desk_tokens, desk.tokens, "{} tokens for the whole desk"),
        (budget.desk_cost, cost(budget, desk), "a cost of {} for the whole desk"),
    )
    for limit, used, what in limits:
        if limit is not None and used >= limit:
            return f"its budget of {what.format(f'{limit:.15g}')} is used up for today."
    return ""


def cost(budget: Budget, spent: Spent) -> float:
    """What the tokens of a day cost at the prices of now."""
    read = (spent.tokens - spent.written) * (budget.price_read or 0)
    return (read + spent.written * (budget.price_written or 0)) / _MILLION
