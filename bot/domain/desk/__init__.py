"""The desk: the whole configuration of one installation, as one value.

The field names are the keys of the desk file (`[[team]]` is `teams` here), so that reading and
writing the file needs no second list of them.
"""

from bot.domain.desk.agent import Agent, Budget
from bot.domain.desk.desk import Admin, Desk, Linked, Retention, Snippet, Webhook
from bot.domain.desk.ranks import Priority, Role
from bot.domain.desk.rules import DIRECT, Channel, Rule, When
from bot.domain.desk.team import Hours, Inactivity, Shift, Targets, Team

__all__ = [
    "DIRECT",
    "Admin",
    "Agent",
    "Budget",
    "Channel",
    "Desk",
    "Hours",
    "Inactivity",
    "Linked",
    "Priority",
    "Retention",
    "Role",
    "Rule",
    "Shift",
    "Snippet",
    "Targets",
    "Team",
    "Webhook",
    "When",
]
